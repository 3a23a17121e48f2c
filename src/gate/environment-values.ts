import { z } from "zod";

/** What variables of the environment may hold. Each refusal says what was allowed, and none quotes what was given. */

const WELL_KNOWN_SECRETS = new Set(
  "development secret webhook-secret webhooksecret changeme change-me password countersign your-webhook-secret".split(" "),
);
const SECRET_LENGTH_MIN = 16;
const DIGITS = /^\d{1,16}$/;

/** Digits alone: blanks, `0x50` and `1e3` are numbers too where JavaScript reads them, and nobody meant those. */
export function wholeNumber(min: number, max: number, says = `must be a whole number from ${min} to ${max}`) {
  return z
    .string()
    .trim()
    .refine((text) => DIGITS.test(text) && Number(text) >= min && Number(text) <= max, says)
    .transform(Number);
}

/** A web address that others can be appended to. With a user in it, it would stand in checks for everybody to read. */
export function webAddress(says: string) {
  return z.string().refine(isPlain, `must be ${says}, without user, query or fragment`);
}

function isPlain(text: string): boolean {
  if (/[\s?#]/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "";
}

export function oneOf<const T extends string>(...words: readonly T[]) {
  return z.enum(words, `must be one of ${words.join(", ")}`);
}

/** An empty one would be taken for none, and the records would go into the embedded database, where nobody looks for them. */
export function emptyDatabaseProblems(env: Readonly<Record<string, string | undefined>>): string[] {
  return ["DATABASE_URL", "DATABASE_OWNER_URL"].flatMap((name) =>
    env[name] === "" ? [`${name}: is empty; set it to postgres://user@host:port/name, or take the variable away`] : [],
  );
}

/** With an app id a webhook secret is required; whatever is given must be one that nobody can guess. */
export function secretProblems(secret: string | undefined, required: boolean, name = "WEBHOOK_SECRET"): string[] {
  const how = "make one with: openssl rand -hex 32";
  if (secret === undefined) return required ? [`${name}: missing; ${how}`] : [];
  if (secret.trim() !== secret) return [`${name}: begins or ends with white space, as a line break from a file; take it away`];
  if (WELL_KNOWN_SECRETS.has(secret.toLowerCase())) return [`${name}: a well-known default, anyone could sign webhooks; ${how}`];
  if (secret.length < SECRET_LENGTH_MIN) return [`${name}: ${secret.length} characters, at least ${SECRET_LENGTH_MIN} are needed; ${how}`];
  return [];
}
