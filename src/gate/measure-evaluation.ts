import type { GateDeps } from "./deps.ts";
import type { EvaluationOutcome } from "./evaluate-pull-request.ts";
import { evaluateSubject } from "./evaluate-subject.ts";
import type { HeldWork, Meter } from "./ports.ts";

/** Does what `evaluateSubject` does, and tells the meter what came of it, how long it took and how long it had been waited for. */
export async function measureEvaluation(
  deps: GateDeps,
  key: string,
  { meter, monotonic }: { readonly meter: Pick<Meter, "evaluation">; readonly monotonic: () => number },
): Promise<EvaluationOutcome> {
  const started = monotonic();
  let taken: { readonly waitedSeconds: number; readonly at: number } | null = null;
  const note = <W extends HeldWork>(work: W | null): W | null => {
    if (work?.waitedSeconds != null) taken ??= { waitedSeconds: work.waitedSeconds, at: monotonic() };
    return work;
  };
  const ledger = {
    ...deps.ledger,
    startWork: async (subject: string) => note(await deps.ledger.startWork(subject)),
    startGroup: async (subject: string) => note(await deps.ledger.startGroup(subject)),
  };
  const seconds = (since: number) => (monotonic() - since) / 1000;
  try {
    const outcome = await evaluateSubject({ ...deps, ledger }, key);
    const waitedSeconds = taken === null || outcome.status === "superseded" || outcome.status === "postponed" ? null : waited(taken);
    meter.evaluation({
      outcome: outcome.status === "evaluated" ? outcome.state : outcome.status,
      seconds: seconds(started),
      waitedSeconds,
    });
    return outcome;
  } catch (error) {
    meter.evaluation({ outcome: "failed", seconds: seconds(started), waitedSeconds: null });
    throw error;
  }

  function waited(since: { readonly waitedSeconds: number; readonly at: number }): number {
    return since.waitedSeconds + seconds(since.at);
  }
}
