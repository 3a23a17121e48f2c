import { type Logger, pino } from "pino";
import type { Redact } from "./redaction.ts";

export interface ServerLogOptions {
  readonly level: string;
  readonly redact: Redact;
  /** Milliseconds, monotonic. */
  readonly monotonic: () => number;
  /** Where lines go; absent = standard output. */
  readonly to?: { write(line: string): void };
  /** Told of every line that was left out. */
  readonly onLeftOut?: () => void;
}

/** Warnings and errors of one wording in one window; what comes on top is counted and told as a number. */
export const LINES_PER_WINDOW = 20;
export const WINDOW_MS = 60_000;
/** Wordings that are counted at once. They are constants of this program, so there are fewer. */
const WORDINGS_MAX = 1000;
const WARN = 40;

const CAUSES_MAX = 5;
const MESSAGE_MAX = 500;
const STACK_MAX = 3000;

/** One line of JSON for each event: no secret in it, no error that repeats what it was given, and no flood of the same words. */
export function createServerLog({ level, redact, monotonic, to, onLeftOut = () => {} }: ServerLogOptions): {
  readonly log: Logger;
  close(): void;
} {
  const counts = new Map<string, number>();
  let since = monotonic();

  function tell(logger: Logger): void {
    const leftOut = [...counts].flatMap(([message, count]) =>
      count > LINES_PER_WINDOW ? [{ message, leftOut: count - LINES_PER_WINDOW }] : [],
    );
    counts.clear();
    since = monotonic();
    for (const line of leftOut) logger.info(line, "more lines like this were left out");
  }

  const options = {
    level,
    serializers: { err: errorFields },
    hooks: {
      streamWrite: redact,
      logMethod(this: Logger, args: Parameters<Logger["warn"]>, method: (...args: Parameters<Logger["warn"]>) => void, severity: number) {
        if (severity < WARN) return method.apply(this, args);
        if (monotonic() - since >= WINDOW_MS) tell(this);
        const wording = args.findLast((arg): arg is string => typeof arg === "string") ?? "";
        const count = (counts.get(wording) ?? 0) + 1;
        if (count === 1 && counts.size >= WORDINGS_MAX) return onLeftOut();
        counts.set(wording, count);
        if (count > LINES_PER_WINDOW) return onLeftOut();
        return method.apply(this, args);
      },
    },
  };
  const log = to === undefined ? pino(options) : pino(options, to);
  // A flood that ends is told of too.
  const timer = setInterval(() => tell(log), WINDOW_MS).unref();
  return {
    log,
    close() {
      clearInterval(timer);
      tell(log);
    },
  };
}

/** An error and its causes, in bounds. A failed query says its statement, never its parameters: those are what people wrote. */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: bounded(String(error), MESSAGE_MAX) };
  const chain: Error[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < CAUSES_MAX && !chain.includes(at); at = at.cause) chain.push(at);
  const told = chain.map(fieldsOf);
  return { ...told[0], ...(told.length > 1 ? { causes: told.slice(1) } : {}), stack: framesOf(error) };
}

function fieldsOf(error: Error): object {
  const { code, status, kind } = error as { code?: unknown; status?: unknown; kind?: unknown };
  const plain = (value: unknown) => (typeof value === "string" || typeof value === "number" ? value : undefined);
  return { type: error.name, message: bounded(messageOf(error), MESSAGE_MAX), code: plain(code), status: plain(status), kind: plain(kind) };
}

function messageOf(error: Error): string {
  return "query" in error ? error.message.replace(/\nparams: [\s\S]*$/, "") : error.message;
}

function framesOf({ stack = "" }: Error): string {
  return bounded(
    stack
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .join("\n"),
    STACK_MAX,
  );
}

function bounded(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
