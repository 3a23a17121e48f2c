import { z } from "zod";
import type { RoleGrant } from "./roles.ts";

/** Who may come into the Station, and how often. */
export interface StationConfig {
  /** null = nobody can sign in. */
  readonly signIn: {
    readonly clientId: string;
    readonly clientSecret: string;
    /** First is current, the others still open what they sealed (rotation). */
    readonly sessionSecrets: readonly string[];
  } | null;
  readonly roles: readonly RoleGrant[];
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Requests a minute. */
  readonly limits: { readonly approve: number; readonly person: number; readonly address: number; readonly signIn: number };
}

export interface StationReading {
  readonly config: StationConfig;
  /** Everything that is wrong, by the name of its variable; none may be left for `config` to be used. */
  readonly problems: readonly string[];
}

/** iron-session takes no shorter one. */
const SESSION_SECRET_LENGTH_MIN = 32;
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);
const NEEDED = ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", "SESSION_SECRET"] as const;
const LIMITS = {
  approve: { name: "RATE_LIMIT_APPROVE", perMinute: 30 },
  person: { name: "RATE_LIMIT_PERSON", perMinute: 600 },
  address: { name: "RATE_LIMIT_ADDRESS", perMinute: 1200 },
  signIn: { name: "RATE_LIMIT_SIGN_IN", perMinute: 30 },
} as const;
const rate = z.coerce.number().int().min(1).max(1_000_000);
const range = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const role = /^([a-z0-9][a-z0-9-]*)(?:\/([a-z0-9][a-z0-9_-]*)(?::([1-9]\d{0,14}))?)?=(approver|developer|auditor)$/i;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET, SESSION_SECRET(_PREVIOUS), STATION_ROLES, TRUSTED_PROXIES and RATE_LIMIT_*. Nothing is guessed. */
export function readStation(env: Env, hasApp: boolean): StationReading {
  const { grants, problems } = rolesOf(env["STATION_ROLES"]);
  const proxies = listOf(env["TRUSTED_PROXIES"]);
  for (const each of proxies)
    if (!range.safeParse(each).success || /\/0+$/.test(each))
      problems.push(`TRUSTED_PROXIES: \`${each}\` is no address and no CIDR range, or would trust everybody`);
  const limits = { approve: 0, person: 0, address: 0, signIn: 0 };
  for (const [key, { name, perMinute }] of Object.entries(LIMITS) as [keyof typeof LIMITS, (typeof LIMITS)["approve"]][]) {
    const parsed = rate.safeParse(env[name] || perMinute);
    if (parsed.success) limits[key] = parsed.data;
    else problems.push(`${name}: a whole number of requests a minute, from 1 to 1000000`);
  }
  problems.push(...signInProblems(env, hasApp));
  const [clientId, clientSecret, secret] = NEEDED.map((name) => env[name] || null);
  const sessionSecrets = [secret, env["SESSION_SECRET_PREVIOUS"]].flatMap((each) => each || []);
  const signIn = clientId && clientSecret && secret ? { clientId, clientSecret, sessionSecrets } : null;
  return { config: { signIn, roles: grants, trustedProxies: proxies, limits }, problems };
}

/** All that signing in takes, or none of it: a server that only seems to have a login would be closed to everybody. */
function signInProblems(env: Env, hasApp: boolean): string[] {
  const missing = NEEDED.filter((name) => !env[name]);
  if (missing.length === NEEDED.length && !env["SESSION_SECRET_PREVIOUS"] && !env["STATION_ROLES"]) return [];
  const problems = missing.map((name) => `${name}: missing; people sign in with ${NEEDED.join(", ")}`);
  for (const name of ["SESSION_SECRET", "SESSION_SECRET_PREVIOUS"]) {
    const { length } = env[name] ?? "";
    if (length > 0 && length < SESSION_SECRET_LENGTH_MIN)
      problems.push(`${name}: ${length} characters, at least ${SESSION_SECRET_LENGTH_MIN} are needed; make one with: openssl rand -hex 32`);
  }
  if (!hasApp) problems.push("APP_ID: missing (roles are read as the app)");
  const url = env["PUBLIC_URL"];
  if (!url) problems.push("PUBLIC_URL: missing (GitHub sends people back there)");
  else if (URL.canParse(url) && new URL(url).protocol !== "https:" && !LOOPBACK.has(new URL(url).hostname))
    problems.push("PUBLIC_URL: must be https (sessions would travel in the clear)");
  return problems;
}

/** `acme/security:123=approver, acme=developer`: teams, with the id that pins them, or every member of the organisation. */
function rolesOf(text: string | undefined): { readonly grants: readonly RoleGrant[]; readonly problems: string[] } {
  const grants: RoleGrant[] = [];
  const problems: string[] = [];
  for (const entry of listOf(text)) {
    const [, organization, slug, id, granted] = role.exec(entry.toLowerCase()) ?? [];
    if (organization === undefined || granted === undefined) {
      problems.push(`STATION_ROLES: \`${entry}\` is not <organisation>[/<team>[:<team id>]]=approver|developer|auditor`);
      continue;
    }
    const team = slug === undefined ? null : { slug, id: id === undefined ? null : Number(id) };
    grants.push({ organization, team, role: granted as RoleGrant["role"] });
  }
  return { grants, problems };
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").flatMap((part) => part.trim() || []);
}
