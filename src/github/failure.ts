import { maskTokens } from "../engine/secrets.ts";
import { TruthError } from "../gate/ports/truth.ts";

/** A request that GitHub refused or that never came back. `status` null = no answer. */
export class RequestFailure extends TruthError {
  readonly status: number | null;
  constructor(what: string, kind: TruthError["kind"], message: string, status: number | null, cause?: unknown) {
    super(what, kind, message, { cause });
    this.status = status;
  }
}

/** Every way a call can fail, as the one error the gate knows. `what` says what was being read, for people. */
export function failureOf(what: string, error: unknown): TruthError {
  if (error instanceof TruthError) return error;
  if (!isAnswered(error)) {
    return new RequestFailure(what, "network", `${what}: no answer from GitHub (${messageOf(error)})`, null, error);
  }
  const status = error.status;
  return new RequestFailure(what, kindOf(error), `${what}: GitHub answered ${status} (${shorten(error.message)})`, status, error);
}

/** True for "not there, or not for us": 404 and 403 that is no rate limit. Everything else must not be read as absence. */
export function isRefused(error: unknown): boolean {
  return error instanceof RequestFailure && error.kind === "auth" && (error.status === 404 || error.status === 403);
}

/** Octokit's error for an answer of 300 or more. Without a `response` nothing came back, whatever its `status` says. */
interface Answered {
  readonly status: number;
  readonly message: string;
  readonly response: { readonly headers: Readonly<Record<string, unknown>>; readonly data: unknown };
}

function isAnswered(error: unknown): error is Answered {
  return (
    error instanceof Error && "status" in error && "response" in error && typeof error.response === "object" && error.response !== null
  );
}

export function isUnauthorized(error: unknown): boolean {
  return isAnswered(error) && error.status === 401;
}

/** GitHub has answered, and would answer the next one the same. */
export function isFinal(error: unknown): boolean {
  return isAnswered(error) && error.status < 500;
}

/** Headers of the answer that an error stands for; none when nothing came back. */
export function headersOf(error: unknown): Readonly<Record<string, unknown>> {
  return isAnswered(error) ? error.response.headers : {};
}

/** 304: what was read before is what GitHub would answer now. */
export function isUnmodified(error: unknown): boolean {
  return isAnswered(error) && error.status === 304;
}

/** Of an answer that only says to slow down: how long, when it does not say. */
const REST_MS = 60_000;
const REST_MS_MAX = 3_600_000;

/** How long GitHub wants no more writes, in milliseconds; null = it did not say so. `now`: epoch milliseconds. */
export function restOf(error: unknown, now: number): number | null {
  if (!isAnswered(error) || (error.status !== 429 && !(error.status === 403 && isRateLimit(error)))) return null;
  const { headers } = error.response;
  const after = Number(headers["retry-after"]);
  if (Number.isFinite(after) && after >= 0 && headers["retry-after"] !== undefined) return Math.min(after * 1000, REST_MS_MAX);
  const reset = String(headers["x-ratelimit-remaining"]) === "0" ? Number(headers["x-ratelimit-reset"]) * 1000 : Number.NaN;
  return Number.isFinite(reset) ? Math.min(Math.max(reset - now, 0), REST_MS_MAX) : REST_MS;
}

function kindOf(error: Answered): TruthError["kind"] {
  const status = error.status;
  if (status >= 500 || status === 429 || status === 408 || status === 409) return "network";
  if (status === 403 && isRateLimit(error)) return "network";
  // A refusal that GitHub did not word itself (a proxy's page, half a body) says nothing about what is there.
  if (!isWorded(error)) return "network";
  if (status === 401 || status === 403 || status === 404 || status === 410 || status === 451) return "auth";
  return status >= 300 && status < 400 ? "network" : "bug";
}

/** GitHub answers both limits with 403: told apart by headers, and for the secondary limit by its sentence. */
function isRateLimit(error: Answered): boolean {
  const { headers } = error.response;
  return (
    headers["retry-after"] !== undefined || String(headers["x-ratelimit-remaining"]) === "0" || /rate limit|abuse/i.test(error.message)
  );
}

function isWorded(error: Answered): boolean {
  const { data } = error.response;
  return typeof data === "object" && data !== null && "message" in data && typeof data.message === "string";
}

function messageOf(error: unknown): string {
  return shorten(error instanceof Error ? error.message : String(error));
}

function shorten(text: string): string {
  // It may be shown on GitHub.
  const line = maskTokens(text).replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
