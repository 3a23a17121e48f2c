import { failWith, inTurns } from "./in-turns.ts";
import type { CheckRunState, PublishedChecks } from "./ports.ts";
import { hasReserve } from "./recovery-budget.ts";
import type { RecoveryDeps } from "./recovery-deps.ts";
import type { Routine } from "./routines.ts";

const EVERY_MS = 600_000;
/** Of one installation in one round: at most 240 calls in an hour, however many pull requests are open. */
const CALLS_MAX = 2;
const AT_ONCE = 200;

/**
 * Holds what GitHub shows on our own checks against what was written, those first that were not looked at for longest: on the heads of open
 * pull requests, and on commits that were left while a write to them had an unknown end. No fence reaches as far as GitHub.
 */
export const checkComparer: Routine<RecoveryDeps> = {
  name: "check comparer",
  everyMs: 30_000,
  async run(deps) {
    const failures = await inTurns(
      await deps.ledger.claimPublished(EVERY_MS, CALLS_MAX, AT_ONCE),
      ({ repository }) => repository.installationId,
      async (published) => {
        if (hasReserve(deps, published.repository.installationId)) await compareChecks(deps, published);
      },
    );
    failWith(failures, "checks could not be compared");
  },
};

async function compareChecks(deps: RecoveryDeps, published: PublishedChecks): Promise<void> {
  const shown = new Map((await deps.lists.newestRuns(published.repository, published.headSha)).map((run) => [run.name, run]));
  const altered = published.checks.flatMap((check) => {
    const because = differenceOf(check, shown.get(check.name), published.left);
    return because === null ? [] : [{ id: check.id, because: `\`${check.name}\` ${because}` }];
  });
  if (altered.length === 0) return;
  const because = altered.map((each) => each.because).join("; ");
  await deps.ledger.reportAltered(
    published,
    altered.map(({ id }) => id),
    because,
  );
  deps.onAlarm("a check on GitHub is not what was written", { subject: published.key, because });
}

/** What is wrong with the run, after its name; null = it is as it was written. Where it was left, nothing but a success is wrong. */
export function differenceOf(
  { conclusion, runId }: Pick<PublishedChecks["checks"][number], "conclusion" | "runId">,
  run: Pick<CheckRunState, "id" | "status" | "conclusion"> | undefined,
  left: boolean,
): string | null {
  if (left && run?.conclusion !== "success") return null;
  if (run === undefined) return "is not there";
  if (run.conclusion !== conclusion) return `shows \`${run.conclusion ?? run.status}\`, and \`${conclusion ?? "in_progress"}\` was written`;
  return left || run.id === runId ? null : `is another run (${run.id}) than was written (${runId})`;
}
