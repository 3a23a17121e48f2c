import { readableSet } from "../engine/policy/parse.ts";
import { accountForCommit, type Step } from "./account-for-commit.ts";
import type { GateDeps } from "./deps.ts";
import type { EvaluationOutcome } from "./evaluate-pull-request.ts";
import { isGoverned } from "./governed-branches.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { BranchMove, BranchWork } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { inPlace } from "./shares.ts";

/** Commits that one run looks into; the rest is the next run's. */
const STEPS_MAX = 50;
/** First parents that are read to find the watermark again. More came at once: nobody can say what. */
const LINE_MAX = 2_000;

/**
 * Accounts for every first-parent commit of a governed branch since the watermark, oldest first: a merge gets its record from the
 * recorder, a push past the gate is an incident, and what changes nothing governed needs nothing. Idempotent: nothing is behind the
 * watermark that was not written with it. Rejects when it has to run again.
 */
export async function walkBranch(deps: GateDeps, key: string): Promise<EvaluationOutcome> {
  const work = await deps.ledger.startBranch(key);
  if (work === null) return { status: "unknown_subject" };
  if (work.wantGen === work.doneGen) return { status: "idle" };
  return inPlace<EvaluationOutcome>(deps.shares, work.repository.installationId, key, async () => {
    const { commits, ...move } = await nextMove(deps, work);
    if (!(await deps.ledger.moveWatermark(work, move))) return { status: "superseded" };
    return { status: "walked", commits, incidents: move.incidents.length };
  });
}

type Walked = BranchMove & { readonly commits: number };

function at(to: string | null): Walked {
  return { to, done: true, incidents: [], landings: [], commits: 0 };
}

async function nextMove(deps: GateDeps, work: BranchWork): Promise<Walked> {
  const { repository, ref, watermark } = work;
  const { defaultBranch } = await deps.pulls.home(repository);
  const tip = await deps.pulls.branch(repository, ref);
  // Deleted: should it come back, it has to come back from here.
  if (tip === null) return at(watermark);
  const trusted = ref === defaultBranch ? tip : await deps.pulls.branch(repository, defaultBranch);
  if (trusted === null) throw new TruthError(`branch ${defaultBranch}`, "network", `the default branch \`${defaultBranch}\` is not there`);
  const { reading } = await policyInForce(deps, { repository, defaultTip: trusted.sha, isNow: false });
  // Taking its protection away does not take it out of sight.
  if (!isGoverned(reading, { name: ref, protected: tip.protected || watermark !== null }, defaultBranch)) return at(null);
  const isObserved = reading.status === "ok" && reading.set.enrolment === "observe";
  if (watermark === null || watermark === tip.sha || isObserved) return at(tip.sha);

  const { notify } = readableSet(reading).config;
  const line = await firstParents(deps, work, tip.sha, watermark);
  if (line === null) {
    const because = `\`${ref}\` no longer holds ${watermark.slice(0, 7)} on its first-parent line: it was rewritten, or what came is more than can be told apart; ${tip.sha.slice(0, 7)} stands there now`;
    return { ...at(tip.sha), notify, incidents: [{ sha: tip.sha, because }] };
  }
  return { ...(await walk(deps, work, line, reading)), notify };
}

async function walk(
  deps: GateDeps,
  work: BranchWork,
  line: readonly Step[],
  reading: Parameters<typeof accountForCommit>[3],
): Promise<Walked> {
  const move = { to: work.watermark, incidents: [] as BranchMove["incidents"][number][], landings: [] as BranchMove["landings"][number][] };
  let commits = 0;
  for (const index of line.keys()) {
    if (commits === STEPS_MAX) return { ...move, done: false, commits };
    const account = await accountForCommit(deps, work, { line, index }, reading);
    if (account.kind === "landed" || account.kind === "awaited") move.landings.push(...account.landings);
    if (account.kind === "awaited") return { ...move, done: false, commits };
    if (account.kind === "pushed") move.incidents.push({ sha: line[index]!.sha, because: account.because });
    move.to = line[index]!.sha;
    commits += 1;
  }
  return { ...move, done: true, commits };
}

/** Oldest first, without the watermark; null = it is not on the line. */
async function firstParents(
  { pulls }: GateDeps,
  { repository }: BranchWork,
  tip: string,
  watermark: string,
): Promise<readonly Step[] | null> {
  const common = await pulls
    .content(repository)
    .mergeBase(watermark, tip)
    .catch((error: unknown) => {
      // A commit that a force push left behind may be gone: then the line alone tells.
      if (error instanceof TruthError) return watermark;
      throw error;
    });
  if (common !== watermark) return null;
  const line: Step[] = [];
  for (let sha: string | undefined = tip; sha !== undefined && line.length < LINE_MAX; ) {
    if (sha === watermark) return line.reverse();
    const { parents } = await pulls.commit(repository, sha);
    line.push({ sha, parents });
    sha = parents[0];
  }
  return null;
}
