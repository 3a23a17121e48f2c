import { z } from "zod";
import { isLoopback } from "./operations-config.ts";
import type { NotifyAccount, NotifyTarget, NotifyTargets, TargetName } from "./ports.ts";

const SECRET_LENGTH_MIN = 16;
const TARGETS_MAX = 1_000;
/** Refusals that are remembered, so that each is told once. */
const TOLD_MAX = 10_000;

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "letters, digits, `.`, `_` and `-`, at most 64, beginning with a letter or digit");
const address = z.string().refine(isAllowedAddress, "must be an https address without a user in it; http is for loopback only");
const ACCOUNT = "must be the login of a GitHub account, or its id as a number";
/** Digits in quotes are an id that was meant as a number: as a login, whoever took that name would have the target. */
const login = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$/, ACCOUNT)
  .regex(/\D/, "is an id in quotes; write it as a number, without them");
const common = {
  name,
  url: address,
  accounts: z.array(z.union([login, z.int().positive()], { error: ACCOUNT })).min(1, "names no account: nobody could use this target"),
};
const fileSchema = z.strictObject({
  targets: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("slack"), ...common }),
        z.strictObject({
          kind: z.literal("webhook"),
          ...common,
          secret: z
            .string()
            .min(SECRET_LENGTH_MIN, `at least ${SECRET_LENGTH_MIN} characters are needed; make one with: openssl rand -hex 32`),
        }),
      ]),
    )
    .max(TARGETS_MAX),
});

export type { NotifyTarget };

interface TargetsReading {
  readonly targets: readonly NotifyTarget[];
  readonly problems: readonly string[];
}

/** Reads the file that NOTIFY_FILE names. `read`: refuses one that others could read. */
export function readNotify(
  env: Readonly<Record<string, string | undefined>>,
  read: (name: string, path: string) => { readonly text: string | null; readonly problems: readonly string[] },
): TargetsReading {
  const path = env["NOTIFY_FILE"];
  if (!path) return { targets: [], problems: [] };
  const { text, problems } = read("NOTIFY_FILE", path);
  return text === null ? { targets: [], problems } : readTargets(path, text);
}

/** The operator's list of targets. No problem quotes an address or a secret. */
export function readTargets(path: string, text: string): TargetsReading {
  const wrong = (problems: readonly string[]) => ({ targets: [], problems: problems.map((each) => `NOTIFY_FILE: ${path}: ${each}`) });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // The place alone: the parser's own words quote what stands there.
    const place = /\(line \d+ column \d+\)/.exec(String(error))?.[0];
    const at = place === undefined ? "" : ` ${place}`;
    return wrong([`not JSON${at}; it must be { "targets": [ { "name", "kind", "url", "accounts" } ] }`]);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) return wrong(parsed.error.issues.map((issue) => `${placeOf(issue.path)}: ${issue.message}`));
  const targets = parsed.data.targets.map(
    (target): NotifyTarget => ({
      ...{ kind: target.kind, name: target.name, url: target.url },
      secret: target.kind === "webhook" ? target.secret : null,
      accounts: target.accounts.map((account) => (typeof account === "string" ? account.toLowerCase() : account)),
    }),
  );
  const repeated = targets.filter((target, index) => targets.findIndex((other) => other.name === target.name) !== index);
  if (repeated.length > 0) return wrong(repeated.map((target) => `two targets are named \`${target.name}\`: each name is used once`));
  return { targets, problems: [] };
}

function isAllowedAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname.replace(/^\[|\]$/g, "")));
}

function placeOf(path: readonly PropertyKey[]): string {
  return (
    path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`)).join("") || "the file"
  );
}

/** Why a policy's line leads nowhere; for the operator, who alone knows the targets. */
export interface RefusedTarget extends TargetName {
  readonly account: string;
  readonly because: string;
}

export function createNotifyTargets(targets: readonly NotifyTarget[], onRefused: (refused: RefusedTarget) => void): NotifyTargets {
  const byName = new Map(targets.map((target) => [target.name, target]));
  const told = new Set<string>();
  const refusal = (account: NotifyAccount, { kind, name: wanted }: TargetName): string | null => {
    const target = byName.get(wanted);
    if (target === undefined) return "no target of this name is set up";
    if (!target.accounts.includes(account.id) && !target.accounts.includes(account.login.toLowerCase()))
      return "the target is set up for other accounts";
    return target.kind === kind ? null : `the target is set up as \`${target.kind}\``;
  };
  return {
    chosen(account, entries, event) {
      const wanted = entries.filter(({ on }) => on.includes(event)).flatMap(namesOf);
      const found = new Map<string, TargetName>();
      for (const each of wanted) {
        const because = refusal(account, each);
        if (because === null) found.set(each.name, each);
        else tellOnce(told, { ...each, account: account.login, because }, onRefused);
      }
      return [...found.values()];
    },
    find: (account, wanted) => (refusal(account, wanted) === null ? byName.get(wanted.name)! : null),
  };
}

function namesOf({ slack, webhook }: { readonly slack?: string; readonly webhook?: string }): readonly TargetName[] {
  // The policy's own warning says that such a line leads nowhere.
  if (slack !== undefined && webhook !== undefined) return [];
  return [
    ...(slack === undefined ? [] : [{ kind: "slack", name: slack } as const]),
    ...(webhook === undefined ? [] : [{ kind: "webhook", name: webhook } as const]),
  ];
}

function tellOnce(told: Set<string>, refused: RefusedTarget, onRefused: (refused: RefusedTarget) => void): void {
  const key = JSON.stringify(refused);
  if (told.has(key) || told.size >= TOLD_MAX) return;
  told.add(key);
  onRefused(refused);
}
