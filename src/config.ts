import { createPrivateKey } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { emptyDatabaseProblems, oneOf, secretProblems, webAddress, wholeNumber } from "./gate/environment-values.ts";
import { type NotifyTarget, readNotify } from "./gate/notify-targets.ts";
import { type OperationsConfig, readOperations } from "./gate/operations-config.ts";
import { pinList, pinProblems, pinsOf } from "./gate/policy-repositories.ts";
import { passwordsOf } from "./gate/redaction.ts";
import { readStation, type StationConfig } from "./gate/station-config.ts";

export { policyRepositoriesOf } from "./gate/policy-repositories.ts";

/** Typed, frozen configuration of the server, from the environment. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /** Where people reach the Station; used in links. No trailing slash; null = the address it listens on. */
  readonly publicUrl: string | null;
  readonly databaseUrl: string | null;
  /** The login that migrates; absent or null = it is not at hand, or there is only one. */
  readonly databaseOwnerUrl?: string | null;
  /** Whether the login that runs may be one that could rewrite the records; absent = it may (development, the demo). */
  readonly oneLogin?: "refused" | "allowed";
  /** Folder of the embedded database; null = in memory (tests, demo). */
  readonly dataDir: string | null;
  readonly github: GitHubConfig | null;
  /** First is current, the others are still accepted (rotation). */
  readonly webhookSecrets: readonly string[];
  readonly logLevel: string;
  /** Owner id -> id of the organisation's `.github` repository; absent = no organisation has a policy of its own. */
  readonly policyRepositories?: ReadonlyMap<number, number>;
  /** Who may come into the Station, and how often; absent = nobody signs in, and the limits are the usual ones. */
  readonly station?: StationConfig;
  /** What seals the audit trail; absent = nothing does. */
  readonly notary?: NotarySettings;
  /** Days that a submission may be pending; absent = 30. */
  readonly submissionDays?: number;
  /** Where messages may be sent; absent = nowhere. */
  readonly notifyTargets?: readonly NotifyTarget[];
  /** Token of the demo's dev login (`devLoginProblems`); never set from the environment. */
  readonly devLoginToken: string | null;
  /** What the operator's tools may ask, and how requests are bounded; absent = no metrics, and the usual bounds. */
  readonly operations?: OperationsConfig;
}

/** Whatever of the configuration must never be shown: what the log masks. */
export function secretsOf({ github, webhookSecrets, notary, station, operations, ...config }: ServerConfig): readonly string[] {
  const { signIn = null } = station ?? {};
  return [
    ...webhookSecrets,
    ...(signIn === null ? [] : [signIn.clientSecret, ...signIn.sessionSecrets]),
    ...(config.notifyTargets ?? []).map(({ url, secret }) => secret ?? url),
    ...passwordsOf(config.databaseUrl, config.databaseOwnerUrl, notary?.checkpointGit?.url),
    ...[github?.privateKey, notary?.signingKey, operations?.metrics?.token, config.devLoginToken].flatMap((each) => each ?? []),
  ];
}

/** Where the trail's signatures come from and its checkpoints go to. */
export interface NotarySettings {
  /** Ed25519 private key, PEM; null = nothing is signed. */
  readonly signingKey: string | null;
  readonly checkpointDir: string | null;
  readonly checkpointGit: { readonly url: string; readonly branch: string; readonly keyPath: string | null } | null;
}

export interface GitHubConfig {
  readonly appId: number;
  readonly privateKey: string;
  /** REST root: https://api.github.com, or https://HOST/api/v3 for Enterprise Server. */
  readonly baseUrl: string;
  /** `receipts`: for servers without the timeline of a pull request; not set from the environment. */
  readonly history?: "timeline" | "receipts";
  /** Milliseconds between two writes of one installation; 0 or absent = no pace. */
  readonly writeIntervalMs?: number;
  /** What an app without a needed permission means at the start; absent = refused. Not set from the environment. */
  readonly lacking?: "refused" | "told";
}

export type ConfigReading =
  | { readonly status: "ok"; readonly config: ServerConfig }
  | { readonly status: "invalid"; readonly problems: readonly string[] };

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

const API = "https://api.github.com, or https://HOST/api/v3 of an Enterprise Server";

const environmentSchema = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: wholeNumber(0, 65_535).default(3000),
  PUBLIC_URL: webAddress("where people reach the server, such as https://countersign.example").optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/, error: "must be postgres://user@host:port/name" }).optional(),
  DATABASE_OWNER_URL: z.url({ protocol: /^postgres(?:ql)?$/, error: "must be postgres://user@host:port/name" }).optional(),
  ALLOW_ONE_DATABASE_LOGIN: oneOf("true", "false").default("false"),
  NODE_ENV: z.string().optional(),
  DATA_DIR: z.string().min(1).optional(),
  APP_ID: wholeNumber(1, Number.MAX_SAFE_INTEGER, "must be the number that the app's settings on GitHub show as App ID").optional(),
  PRIVATE_KEY: z.string().min(1).optional(),
  PRIVATE_KEY_PATH: z.string().min(1).optional(),
  GITHUB_BASE_URL: webAddress(API)
    .refine((url) => !/^https?:\/\/(www\.)?github\.com(\/|$)/i.test(url), `must be ${API}, not the site for people`)
    .default("https://api.github.com"),
  WEBHOOK_SECRET: z.string().optional(),
  WEBHOOK_SECRET_PREVIOUS: z.string().optional(),
  ORG_POLICY_REPOSITORIES: pinList.optional(),
  AUDIT_SIGNING_KEY: z.string().min(1).optional(),
  AUDIT_SIGNING_KEY_PATH: z.string().min(1).optional(),
  AUDIT_CHECKPOINT_DIR: z.string().min(1).optional(),
  // What begins with a dash, git would take for an option; `ext::` runs a command.
  AUDIT_CHECKPOINT_GIT: z
    .string()
    .regex(/^(?!-)(?!ext::)\S+$/, "must be the address of a git repository")
    .optional(),
  AUDIT_CHECKPOINT_GIT_BRANCH: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "must be the name of a branch")
    .default("checkpoints"),
  AUDIT_CHECKPOINT_GIT_KEY_PATH: z.string().min(1).optional(),
  GITHUB_WRITE_INTERVAL_MS: wholeNumber(0, 60_000).default(1_000),
  SUBMISSION_DAYS: wholeNumber(1, 3_650).default(30),
  LOG_LEVEL: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent").default("info"),
});

/** Reads and checks the environment. Everything that is wrong is named at once; nothing is guessed. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigReading {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = environmentSchema.safeParse(given);
  const { APP_ID, PRIVATE_KEY, PRIVATE_KEY_PATH, WEBHOOK_SECRET, WEBHOOK_SECRET_PREVIOUS } = given;
  const key = readKey(PRIVATE_KEY, PRIVATE_KEY_PATH);
  const station = readStation(given, APP_ID !== undefined);
  const notary = readNotary({ AUDIT_CHECKPOINT_GIT_BRANCH: "", ...given, ...parsed.data });
  const operations = readOperations(given);
  const notify = readNotify(given, readablePath);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    ...emptyDatabaseProblems(env),
    ...secretProblems(WEBHOOK_SECRET, APP_ID !== undefined),
    // Still accepted while it is rotated out, so no less secret.
    ...secretProblems(WEBHOOK_SECRET_PREVIOUS, false, "WEBHOOK_SECRET_PREVIOUS"),
    ...key.problems,
    ...notary.problems,
    ...pinProblems(parsed.data?.ORG_POLICY_REPOSITORIES),
    ...station.problems,
    ...operations.problems,
    ...notify.problems,
  ];
  if (APP_ID !== undefined && key.pem === null && key.problems.length === 0)
    problems.push("PRIVATE_KEY or PRIVATE_KEY_PATH: missing (APP_ID is set)");
  if (given["DATABASE_OWNER_URL"] !== undefined && given["DATABASE_URL"] === undefined)
    problems.push("DATABASE_URL: missing (DATABASE_OWNER_URL is set): it names the login that runs, the other one migrates");
  if (problems.length > 0 || !parsed.success) return { status: "invalid", problems };
  const values = parsed.data;
  const config: ServerConfig = {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    databaseUrl: values.DATABASE_URL ?? null,
    databaseOwnerUrl: values.DATABASE_OWNER_URL ?? null,
    oneLogin: isOneLoginAllowed(values) ? "allowed" : "refused",
    dataDir: values.DATABASE_URL === undefined ? resolve(values.DATA_DIR ?? ".countersign") : null,
    github:
      values.APP_ID === undefined || key.pem === null
        ? null
        : {
            ...{ appId: values.APP_ID, privateKey: key.pem, writeIntervalMs: values.GITHUB_WRITE_INTERVAL_MS },
            baseUrl: values.GITHUB_BASE_URL.replace(/\/+$/, ""),
          },
    webhookSecrets: [values.WEBHOOK_SECRET, values.WEBHOOK_SECRET_PREVIOUS].filter((secret) => secret !== undefined),
    logLevel: values.LOG_LEVEL,
    policyRepositories: new Map(pinsOf(values.ORG_POLICY_REPOSITORIES)),
    station: station.config,
    notary: notary.settings,
    submissionDays: values.SUBMISSION_DAYS,
    notifyTargets: notify.targets,
    devLoginToken: null,
    operations: operations.config,
  };
  return { status: "ok", config: Object.freeze(config) };
}

/** In production, and wherever an owner is named, two logins are meant unless the operator says otherwise. */
function isOneLoginAllowed(values: z.infer<typeof environmentSchema>): boolean {
  if (values.ALLOW_ONE_DATABASE_LOGIN === "true") return true;
  return values.NODE_ENV !== "production" && values.DATABASE_OWNER_URL === undefined;
}

/** The dev login is no environment variable: only the demo asks for it, and it is refused wherever real people or data could be. */
export function devLoginProblems(config: ServerConfig): string[] {
  if (config.devLoginToken === null) return [];
  const problems: string[] = [];
  if (!LOOPBACK.has(config.host)) problems.push(`the dev login is refused on ${config.host}: only on loopback`);
  if (config.databaseUrl !== null) problems.push("the dev login is refused beside a database URL: only with the embedded database");
  if (config.github !== null && !LOOPBACK.has(new URL(config.github.baseUrl).hostname))
    problems.push("the dev login is refused beside a real GitHub: only with the simulated one");
  return problems;
}

/** The part of the environment that commands on the records need: which database, and what seals it. */
export function readRecords(env: Readonly<Record<string, string | undefined>>): {
  readonly databaseUrl: string | null;
  readonly dataDir: string | null;
  readonly notary: NotarySettings;
  readonly problems: readonly string[];
} {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = environmentSchema.pick(RECORDS).safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    return { databaseUrl: null, dataDir: null, notary: { signingKey: null, checkpointDir: null, checkpointGit: null }, problems };
  }
  const { DATABASE_URL, DATA_DIR } = parsed.data;
  const { settings, problems } = readNotary(parsed.data);
  const dataDir = DATABASE_URL === undefined ? resolve(DATA_DIR ?? ".countersign") : null;
  return { databaseUrl: DATABASE_URL ?? null, dataDir, notary: settings, problems };
}

const RECORDS = {
  DATABASE_URL: true,
  DATA_DIR: true,
  AUDIT_SIGNING_KEY: true,
  AUDIT_SIGNING_KEY_PATH: true,
  AUDIT_CHECKPOINT_DIR: true,
  AUDIT_CHECKPOINT_GIT: true,
  AUDIT_CHECKPOINT_GIT_BRANCH: true,
  AUDIT_CHECKPOINT_GIT_KEY_PATH: true,
} as const;

type NotaryValues = Pick<z.infer<typeof environmentSchema>, Exclude<keyof typeof RECORDS, "DATABASE_URL" | "DATA_DIR">>;

function readNotary(values: NotaryValues): { settings: NotarySettings; problems: string[] } {
  const key = readKey(values.AUDIT_SIGNING_KEY, values.AUDIT_SIGNING_KEY_PATH, "AUDIT_SIGNING_KEY");
  const keyPath = values.AUDIT_CHECKPOINT_GIT_KEY_PATH ?? null;
  const deployKey = keyPath === null ? [] : readablePath("AUDIT_CHECKPOINT_GIT_KEY_PATH", keyPath).problems;
  const url = values.AUDIT_CHECKPOINT_GIT;
  const checkpointGit = url === undefined ? null : { url, branch: values.AUDIT_CHECKPOINT_GIT_BRANCH, keyPath };
  const checkpointDir = values.AUDIT_CHECKPOINT_DIR === undefined ? null : resolve(values.AUDIT_CHECKPOINT_DIR);
  return { settings: { signingKey: key.pem, checkpointDir, checkpointGit }, problems: [...key.problems, ...deployKey] };
}

function readKey(
  pem: string | undefined,
  path: string | undefined,
  name: keyof typeof KEY_KINDS = "PRIVATE_KEY",
): { pem: string | null; problems: string[] } {
  // While a key is replaced, nobody could tell which of them signs.
  if (pem !== undefined && path !== undefined) return { pem: null, problems: [`${name}: set, and ${name}_PATH as well; keep one of them`] };
  if (pem !== undefined) return usableKey(name, name, pem.replaceAll("\\n", "\n"));
  if (path === undefined) return { pem: null, problems: [] };
  const { text, problems } = readablePath(`${name}_PATH`, path);
  return text === null ? { pem: null, problems } : usableKey(name, `${name}_PATH`, text);
}

function readablePath(name: string, path: string): { text: string | null; problems: string[] } {
  try {
    if ((statSync(path).mode & 0o077) !== 0) return { text: null, problems: [`${name}: ${path} is readable by others; chmod 600 ${path}`] };
    return { text: readFileSync(path, "utf8"), problems: [] };
  } catch (error) {
    return { text: null, problems: [`${name}: ${path} cannot be read (${error instanceof Error ? error.message : String(error)})`] };
  }
}

const KEY_KINDS = {
  PRIVATE_KEY: { type: "rsa", says: "not an RSA private key in PEM form, as GitHub gives it for the app" },
  AUDIT_SIGNING_KEY: { type: "ed25519", says: "not an Ed25519 private key in PEM form; make one with: countersign audit keygen" },
} as const;

/** A key that cannot sign would be found out only when GitHub's first delivery has been taken. The reason never quotes it. */
function usableKey(kind: keyof typeof KEY_KINDS, name: string, pem: string): { pem: string | null; problems: string[] } {
  try {
    if (createPrivateKey(pem).asymmetricKeyType === KEY_KINDS[kind].type) return { pem, problems: [] };
  } catch {
    // Said below.
  }
  return { pem: null, problems: [`${name}: ${KEY_KINDS[kind].says}`] };
}

/** How a command signs in to GitHub: with the caller's token, else as the app; `credentials` null = with nothing. */
export function readSignIn(env: Readonly<Record<string, string | undefined>>): {
  readonly baseUrl: string;
  readonly credentials:
    | { readonly kind: "token"; readonly token: string }
    | { readonly kind: "app"; readonly appId: number; readonly privateKey: string }
    | null;
  readonly problems: readonly string[];
} {
  const baseUrl = (env["GITHUB_BASE_URL"] || env["GITHUB_API_URL"] || "https://api.github.com").replace(/\/+$/, "");
  const token = env["GITHUB_TOKEN"] || env["GH_TOKEN"];
  if (token) return { baseUrl, credentials: { kind: "token", token }, problems: [] };
  const appId = Number(env["APP_ID"]);
  const key = readKey(env["PRIVATE_KEY"] || undefined, env["PRIVATE_KEY_PATH"] || undefined);
  if (key.pem === null || !Number.isSafeInteger(appId) || appId <= 0) return { baseUrl, credentials: null, problems: key.problems };
  return { baseUrl, credentials: { kind: "app", appId, privateKey: key.pem }, problems: [] };
}
