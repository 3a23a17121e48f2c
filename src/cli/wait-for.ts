import { escapeTerminal } from "../report/terminal-escape.ts";
import { type CliContext, EXIT } from "./io.ts";
import type { Station } from "./station-client.ts";
import { StationFailure } from "./station-failure.ts";
import { exitCodeOf, readSubmission, type SubmissionView, standingOf } from "./submission.ts";

const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;
const SLOWER = 1.5;
const LAST_ANSWER_MS = 1_000;
/** Failures in a row after which waiting ends: a server that restarts is no answer, and neither is one that is gone. */
const FAILURES_MAX = 10;

export interface Waited {
  readonly view: SubmissionView;
  readonly why: "decided" | "timeout" | "interrupted";
}

/**
 * Asks until nobody is asked any more, ever more slowly, and as slowly as the server wants. Tells on standard error what it waits for.
 * `timeoutMs` is for all of it: a question that is still open then is given up, and so is one that Ctrl-C interrupts.
 */
export async function waitFor(context: CliContext, station: Station, first: SubmissionView, timeoutMs: number): Promise<Waited> {
  const stop = new AbortController();
  const forget = context.onInterrupt?.(() => stop.abort());
  let view = first;
  let told = "";
  let waited = 0;
  let pauseMs = FIRST_MS;
  let failures = 0;
  try {
    while (exitCodeOf(view) === EXIT.approvalRequired) {
      told = tell(context, view, told, waited);
      if (stop.signal.aborted) return { view, why: "interrupted" };
      if (waited >= timeoutMs) return { view, why: "timeout" };
      const nextMs = Math.min(pauseMs, Math.max(timeoutMs - waited, 1));
      const paused = performance.now();
      await context.pause(nextMs, stop.signal);
      waited += Math.max(nextMs, performance.now() - paused);
      pauseMs = Math.min(pauseMs * SLOWER, LONGEST_MS);
      if (stop.signal.aborted) return { view, why: "interrupted" };
      const asked = performance.now();
      // The last question is asked when the time is over, and has a moment of its own: the decision may have come meanwhile.
      const left = AbortSignal.timeout(Math.ceil(Math.max(timeoutMs - waited, LAST_ANSWER_MS)));
      try {
        view = await readSubmission(station, view.id, AbortSignal.any([stop.signal, left]));
        waited += performance.now() - asked;
        failures = 0;
      } catch (error) {
        waited += performance.now() - asked;
        if (stop.signal.aborted) return { view, why: "interrupted" };
        if (waited >= timeoutMs && error instanceof StationFailure && error.exitCode === EXIT.network) return { view, why: "timeout" };
        failures += 1;
        if (!(error instanceof StationFailure) || error.exitCode !== EXIT.network || failures >= FAILURES_MAX) throw error;
        context.stderr.write(`countersign: ${escapeTerminal(error.message)}; asking again\n`);
        pauseMs = Math.max(pauseMs, (error.retryAfterSeconds ?? 0) * 1000);
      }
    }
    return { view, why: "decided" };
  } finally {
    if (context.stderr.isTerminal && told !== "") context.stderr.write("\n");
    forget?.();
  }
}

/** On a terminal one line that is kept up to date, elsewhere a line whenever something changes. */
function tell({ stderr }: CliContext, view: SubmissionView, told: string, waitedMs: number): string {
  const standing = escapeTerminal(standingOf(view));
  if (stderr.isTerminal) {
    const line = `${standing}  (${Math.round(waitedMs / 1000)} s)`;
    stderr.write(`\r\u001b[K${line.slice(0, Math.max(stderr.columns - 1, 20))}`);
  } else if (standing !== told) stderr.write(`countersign: ${standing}\n`);
  return standing;
}
