import { EXIT } from "./io.ts";

/** The server refused, or does not answer: what it said, what to do, and which exit code that is. */
export class StationFailure extends Error {
  override readonly name = "StationFailure";
  readonly exitCode: number;
  readonly hint: string | null;
  /** The problem's code; null = there was no answer. */
  readonly code: string | null;
  /** Seconds that the server asked to wait. */
  readonly retryAfterSeconds: number | null;

  constructor(
    exitCode: number,
    message: string,
    more: {
      readonly hint?: string | null;
      readonly code?: string | null;
      readonly retryAfterSeconds?: number | null;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.exitCode = exitCode;
    this.hint = more.hint ?? null;
    this.code = more.code ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }
}

/** What was asked for cannot be, whatever is tried again. */
const CONFIGURATION: readonly string[] = ["NO_POLICY", "INVALID_POLICY", "SIGN_IN_OFF"];

export function exitCodeOfStatus(status: number, code: string | null): number {
  if (code !== null && CONFIGURATION.includes(code)) return EXIT.config;
  if (status === 401 || status === 403) return EXIT.auth;
  if (status === 404 || status === 410) return EXIT.notFound;
  if (code === "INVALID_PARAMETER") return EXIT.usage;
  if (status === 408 || status === 429 || status >= 500) return EXIT.network;
  return EXIT.validation;
}
