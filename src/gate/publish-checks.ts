import type { GateDeps } from "./deps.ts";
import type { CheckRunState, HeldWork, OutboxCheck, PublishCheck, StoredEvaluation } from "./ports.ts";
import { TruthError } from "./ports.ts";

/** What a check shows. */
interface Told {
  readonly evaluation: StoredEvaluation;
  readonly asked: PublishCheck["asked"];
}

/**
 * Writes every check that the ledger still owes GitHub for this subject, one write in flight per (commit, name).
 * A success is only ever written on `headSha`, the head that was looked at in this run (null = none was). Returns how many were written.
 * Rejects when a write failed or its outcome is unknown; the row stays owed.
 *
 * @param saved what was saved just now, so that it need not be read back.
 */
export async function publishChecks(
  deps: GateDeps,
  work: HeldWork,
  headSha: string | null,
  saved: StoredEvaluation | null = null,
): Promise<number> {
  const told = new Map<string, Promise<Told>>();
  const tell = (id: string, repositoryId: number) =>
    told.get(id) ?? told.set(id, toldOf(deps, id === saved?.id ? saved : null, id, repositoryId)).get(id)!;
  const owed = await deps.ledger.pendingChecks(work.key);
  let written = 0;
  const failures: unknown[] = [];
  for (const check of owed) {
    if (check.conclusion === "success" && check.headSha !== headSha) continue;
    try {
      const shown = await tell(check.evaluationId, check.repository.id);
      if (!(await deps.ledger.beginPublish(check, work))) continue;
      await publishOne(deps, work, check, shown);
      written += 1;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return written;
}

async function toldOf(deps: GateDeps, saved: StoredEvaluation | null, id: string, repositoryId: number): Promise<Told> {
  const evaluation = saved ?? (await deps.ledger.evaluation(id));
  if (evaluation === null) throw new Error(`there is no evaluation ${id}`);
  const { state } = evaluation.decision;
  const number = /#(\d+)$/.exec(evaluation.key)?.[1];
  const isAsking = number !== undefined && (state === "pending_approval" || state === "rejected");
  return { evaluation, asked: isAsking ? await deps.ledger.askedSince(repositoryId, Number(number)) : undefined };
}

async function publishOne(deps: GateDeps, work: HeldWork, owed: OutboxCheck, { evaluation, asked }: Told): Promise<void> {
  const check: PublishCheck = {
    ...(asked === undefined ? {} : { asked }),
    name: owed.name,
    policy: owed.policy,
    conclusion: owed.conclusion,
    headSha: owed.headSha,
    externalId: owed.evaluationId,
    decision: evaluation.decision,
  };
  let run: CheckRunState | null = null;
  try {
    run = await write(deps, owed, check);
    const shown = await readBack(deps, owed, run);
    await deps.ledger.endPublish(owed, { status: "published", runId: run.id, conclusion: shown });
    if (shown !== owed.conclusion) {
      await deps.ledger.markDirty(work.key);
      throw new TruthError(`check ${owed.name}`, "network", `GitHub shows \`${shown}\` after \`${owed.conclusion}\` was written`);
    }
  } catch (error) {
    // Only what GitHub refused, or was never sent, left nothing there. What went wrong after the write says nothing about it.
    const isRefused = run === null && error instanceof TruthError && (error.kind !== "network" || error.unsent);
    await deps.ledger.endPublish(owed, { status: isRefused ? "failed" : "uncertain" });
    throw error;
  }
}

/** One run per (commit, name), updated in place; a new run only to leave a success behind after an unknown outcome. */
async function write(deps: GateDeps, owed: OutboxCheck, check: PublishCheck): Promise<CheckRunState> {
  if (!owed.uncertain) {
    return owed.runId === null ? deps.checks.create(owed.repository, check) : deps.checks.update(owed.repository, owed.runId, check);
  }
  const [newest] = await deps.checks.find(owed.repository, owed.headSha, owed.name);
  // A late success may still land on the old run: a newer run of the name is the one that GitHub shows.
  if (newest === undefined || owed.conclusion !== "success") return deps.checks.create(owed.repository, check);
  return deps.checks.update(owed.repository, newest.id, check);
}

async function readBack(deps: GateDeps, owed: OutboxCheck, written: CheckRunState): Promise<string | null> {
  const [newest] = await deps.checks.find(owed.repository, owed.headSha, owed.name);
  if (newest === undefined)
    throw new TruthError(`check ${owed.name}`, "network", "GitHub does not show the check run that it has just acknowledged");
  if (newest.id !== written.id) throw new TruthError(`check ${owed.name}`, "network", "GitHub shows another run of this check");
  return newest.conclusion;
}
