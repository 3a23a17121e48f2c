import type { CachedPlan } from "./judge.ts";
import type { Environment } from "./session.ts";

export interface AttachOptions {
  /** Origin of the Countersign server: https, or http on loopback. */
  readonly url: string;
  /** A key with the scope `plan`. */
  readonly apiKey: string;
  readonly agent: string;
  readonly environment: Environment;
  /** Accept this compiled hash only. */
  readonly hash?: string;
  /** For the whole answer. Default 5,000. */
  readonly timeoutMs?: number;
  /** How long a plan that the server vouched for may be used while the server is unavailable. Default 300,000; 0 = never. */
  readonly maxAgeMs?: number;
  /** Of the answer. Default 32 MiB. */
  readonly maxBytes?: number;
  /** Where verified plans are kept between calls. Default: one for the process. */
  readonly cache?: GovernanceCache;
  /** http to other hosts: whoever is on the way reads the key and writes the plan. */
  readonly allowHttp?: boolean;
  readonly fetch?: typeof globalThis.fetch;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** What the server said last, per question. `plan` null = that there is none to use. */
export type GovernanceCache = Map<string, { readonly askedAt: number; readonly plan: CachedPlan | null }>;

/** monitor: evaluates, never blocks. protect: blocks violations on governed fields. govern: blocks those and what the plan does not know. */
export type Mode = "monitor" | "protect" | "govern";

export const MODES = { development: "monitor", staging: "protect", production: "govern" } as const satisfies Record<Environment, Mode>;

const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** @throws TypeError for what cannot be meant. */
export function checkOptions(options: AttachOptions): void {
  const { url, apiKey, agent, environment, hash, allowHttp, timeoutMs, maxAgeMs, maxBytes } = options;
  const address = URL.canParse(url) ? new URL(url) : wrong(`\`url\` is no address: ${url}`);
  if (address.protocol !== "https:" && !(address.protocol === "http:" && (LOOPBACK.has(address.hostname) || allowHttp === true)))
    wrong(`\`url\` must be https (http on loopback, or with \`allowHttp\`): ${address.origin}`);
  if (address.username !== "" || address.password !== "" || address.search !== "" || address.hash !== "")
    wrong("`url` is the origin of the server, without credentials or query");
  if (typeof apiKey !== "string" || !/^[\x21-\x7e]+$/.test(apiKey)) wrong("`apiKey` is missing, or holds characters that no key has");
  if (typeof agent !== "string" || agent === "") wrong("`agent` is missing");
  if (!Object.hasOwn(MODES, environment)) wrong(`\`environment\` must be one of ${Object.keys(MODES).join(", ")}: ${String(environment)}`);
  if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash)) wrong("`hash` must be 64 lower-case hexadecimal digits");
  for (const [name, value] of Object.entries({ timeoutMs, maxAgeMs, maxBytes }))
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) wrong(`\`${name}\` must be a number of at least 0`);
}

function wrong(what: string): never {
  throw new TypeError(`attachGovernance: ${what}`);
}
