import { Refusal } from "./ports.ts";

const DAY_MS = 86_400_000;

/** `180d` and `26w` count back from now; anything else must be a date. Whole seconds, as git keeps them. */
export function instantOf(text: string, now: Date, flag: "since" | "until" = "since"): string {
  const [, amount, unit] = /^(\d{1,5})([dw])$/.exec(text) ?? [];
  const at =
    amount !== undefined
      ? now.getTime() - Number(amount) * (unit === "w" ? 7 : 1) * DAY_MS
      : /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
        ? Date.parse(text)
        : Number.NaN;
  const iso = Number.isNaN(at) ? "" : new Date(Math.floor(at / 1000) * 1000).toISOString();
  // Years that a database has too: from 1 to 9999.
  if (!/^(?!0000)\d{4}-/.test(iso))
    throw new Refusal("usage", `--${flag} \`${text}\` is no time`, "days (180d), weeks (26w) or a date (2026-01-31)");
  return iso;
}
