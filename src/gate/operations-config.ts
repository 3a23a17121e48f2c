import { z } from "zod";

/** What the operator's tools may ask, and how requests are bounded. */
export interface OperationsConfig {
  readonly metrics: MetricsConfig | null;
  /** How long a request may take to arrive. Not set from the environment. */
  readonly arrival?: { readonly headersMs: number; readonly requestMs: number };
  /** Where log lines go; absent = standard output. Not set from the environment. */
  readonly logTo?: { write(line: string): void };
}

/** With neither a token nor an address of their own there are no metrics. */
export interface MetricsConfig {
  /** Bearer token that `/metrics` wants; null = none, on loopback only. */
  readonly token: string | null;
  /** An address of its own; null = under the server's. */
  readonly listen: { readonly host: string; readonly port: number } | null;
}

type Env = Readonly<Record<string, string | undefined>>;

const TOKEN_LENGTH_MIN = 24;

/** Reads HOST, NODE_ENV, METRICS_TOKEN and METRICS_LISTEN. */
export function readOperations(env: Env): { readonly config: OperationsConfig; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const host = env["HOST"] ?? "127.0.0.1";
  if (!isLoopback(host) && env["NODE_ENV"] !== "production")
    problems.push(
      `NODE_ENV: must be production when HOST (${host}) is no loopback address: everybody who reaches it reaches the server. ` +
        "Set NODE_ENV=production, or HOST=127.0.0.1 while developing",
    );
  const token = env["METRICS_TOKEN"] ?? null;
  if (token !== null && token.length < TOKEN_LENGTH_MIN)
    problems.push(
      `METRICS_TOKEN: ${token.length} characters, at least ${TOKEN_LENGTH_MIN} are needed; make one with: openssl rand -hex 32`,
    );
  const address = env["METRICS_LISTEN"];
  const listen = address === undefined ? null : listenOf(address);
  if (address !== undefined && listen === null) problems.push("METRICS_LISTEN: must be <address>:<port>, such as 127.0.0.1:9464");
  if (listen !== null && token === null && !isLoopback(listen.host))
    problems.push(`METRICS_LISTEN: ${listen.host} is no loopback address, so METRICS_TOKEN is needed; make one with: openssl rand -hex 32`);
  return { config: { metrics: token === null && listen === null ? null : { token, listen } }, problems };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (host.startsWith("127.") && z.ipv4().safeParse(host).success);
}

function listenOf(text: string): MetricsConfig["listen"] {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && !z.ipv6().safeParse(bracketed).success)) return null;
  return { host, port };
}
