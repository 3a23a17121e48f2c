import { isLineageFinding } from "../engine/contract/lineage/disagreements.ts";
import { decide } from "../engine/decide.ts";
import { type Decision, isPassing } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { groupConclusion } from "../engine/merge-group.ts";
import type { GroupPull } from "../engine/merge-group-facts.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { checksOf } from "../engine/state.ts";
import type { GateDeps } from "./deps.ts";
import { type EvaluationOutcome, FAULTS_BEFORE_FAILURE } from "./evaluate-pull-request.ts";
import { gatherFacts, withFault } from "./gather-facts.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { GroupWork, PullTruth, WantedCheck } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { publishChecks } from "./publish-checks.ts";
import { readChange } from "./read-change.ts";
import { changesGoverned, readGroupMembers, standingAt } from "./read-merge-group.ts";
import { recordedTypes } from "./recorded-types.ts";
import { ranOut, stillTrue } from "./second-look.ts";
import { inPlace } from "./shares.ts";

/** One pull request of the group with everything that its decision was made from, for the second look. */
interface Member {
  readonly pull: PullTruth;
  readonly facts: Facts;
  readonly decision: Decision;
}

/**
 * Decides about a merge group as it stands on GitHub now: each pull request in it must pass for its present head, and what the group
 * holds must be what they bring. Whatever cannot be read is no success. Rejects when it has to run again.
 */
export async function evaluateMergeGroup(deps: GateDeps, key: string): Promise<EvaluationOutcome> {
  const work = await deps.ledger.startGroup(key);
  if (work === null) return { status: "unknown_subject" };
  if (work.wantGen === work.doneGen && !ranOut(deps, work) && (await deps.ledger.pendingChecks(key)).length === 0)
    return { status: "idle" };
  return inPlace(deps.shares, work.repository.installationId, key, async () => {
    try {
      return await evaluate(deps, work);
    } catch (error) {
      await sayFault(deps, work, error);
      throw error;
    }
  });
}

async function evaluate(deps: GateDeps, work: GroupWork): Promise<EvaluationOutcome> {
  const { pulls } = deps;
  const content = pulls.content(work.repository);
  const base = await pulls.branch(work.repository, work.baseRef);
  const from = base === null ? null : await content.mergeBase(base.sha, work.headSha);
  if (from === work.headSha) return finish(deps, work, true);
  if (from === null || (await pulls.branch(work.repository, work.headRef))?.sha !== work.headSha) return finish(deps, work, false);

  const gathered = await gather(deps, work, { tip: base!.sha, protected: base!.protected, from });
  if (gathered === null) return finish(deps, work, false);
  const { facts, members } = gathered;
  const decision = decide(facts);
  if (decision.pattern === null && decision.state !== "invalid") return finish(deps, work, false);
  if (isPassing(decision.state) && !(await allStillTrue(deps, work, members))) {
    await deps.ledger.markDirty(work.key);
    return { status: "moved" };
  }
  const saved = await deps.ledger.saveEvaluation({ ...place(work), facts, decision, checks: wanted(facts, decision), done: true });
  if (saved.status === "superseded") return { status: "superseded" };
  const published = await publishChecks(deps, work, work.headSha, saved.evaluation);
  const until = decision.override?.expiresAt ?? null;
  return { status: "evaluated", state: decision.state, published, evaluationId: saved.evaluation.id, until };
}

/** null = the repository is not enrolled. */
async function gather(
  deps: GateDeps,
  work: GroupWork,
  base: { readonly tip: string; readonly protected: boolean; readonly from: string },
): Promise<{ facts: Facts; members: readonly Member[] } | null> {
  const content = deps.pulls.content(work.repository);
  const home = await deps.pulls.home(work.repository);
  const found = await readGroupMembers(deps, work, base.from);
  const members: Member[] = [];
  const pulls: GroupPull[] = [];
  for (const { number, mergedHead } of found.members) {
    const pull = await deps.pulls.read({ repository: work.repository, number });
    const facts = await gatherFacts(deps, `${work.repository.id}#${number}`, pull);
    const member = { pull, facts, decision: decide(facts) };
    members.push(member);
    pulls.push(groupPull(work, member, mergedHead));
  }
  const { policy, policyCommit } = members[0]?.facts ?? (await trustedPolicy(deps, work, home.defaultBranch));
  const set = readableSet(policy);
  if (policy.status === "ok" && !set.enrolled && members.every(({ facts }) => facts.governanceFiles.length === 0)) return null;

  const unattributed: string[] = [];
  for (const stray of found.strays) if (await changesGoverned(content, stray, set)) unattributed.push(stray.sha);
  const { diff: compared, ...change } = await readChange(
    {
      repository: content,
      comparer: deps.comparer,
      types: recordedTypes(deps.ledger, work.repository.id, content, set.config.contracts.maxFileBytes),
    },
    { base: base.from, head: work.headSha },
    set,
  );
  const { lineage: _links, ...diff } = compared;
  const own = new Set([...diff.files, ...change.governanceFiles].map(({ path }) => path));
  const brought = pulls.flatMap(({ files, governanceFiles }) => [...files, ...governanceFiles]).map(({ path }) => path);
  const standing = await standingAt(
    content,
    base.from,
    brought.filter((path) => !own.has(path)),
  );
  const { owner, name, id } = work.repository;
  const facts: Facts = {
    schemaVersion: 1,
    asOf: deps.clock.now().toISOString(),
    subject: {
      repository: `${owner}/${name}`,
      repositoryId: id,
      pullRequest: null,
      title: null,
      baseRef: work.baseRef,
      defaultBranch: home.defaultBranch,
      baseProtected: base.protected,
      baseSha: base.tip,
      mergeBase: base.from,
      headSha: work.headSha,
      environment: null,
      author: null,
      ownerType: home.ownerType,
    },
    policy,
    policyCommit,
    ...change,
    diff,
    people: null,
    agent: null,
    lineage: { known: false, dependents: [] },
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    simulated: false,
    group: { headRef: work.headRef, pulls, standing, unattributed },
  };
  return { facts, members };
}

async function trustedPolicy(deps: GateDeps, { repository }: GroupWork, branch: string): Promise<Pick<Facts, "policy" | "policyCommit">> {
  const tip = await deps.pulls.branch(repository, branch);
  if (tip === null) throw new TruthError(`branch ${branch}`, "network", `the branch \`${branch}\` does not exist`);
  const { reading, commit } = await policyInForce(deps, { repository, defaultTip: tip.sha, isNow: true });
  return { policy: reading, policyCommit: commit };
}

function groupPull(work: GroupWork, { pull, facts, decision }: Member, mergedHead: string | null): GroupPull {
  const { state, verdict, override, digests } = decision;
  return {
    number: pull.number,
    headSha: pull.headSha,
    state,
    verdict,
    misplaced: misplaced(work, pull, mergedHead),
    override,
    files: facts.diff.files,
    governanceFiles: facts.governanceFiles,
    findings: facts.diff.findings.filter((finding) => !isLineageFinding(finding)).map(({ fingerprint }) => fingerprint),
    facts: digests.facts,
  };
}

function misplaced(work: GroupWork, pull: PullTruth, mergedHead: string | null): string | null {
  if (pull.state !== "open") return "is closed";
  if (pull.baseRef !== work.baseRef) return `is about another base (${pull.baseRef})`;
  return mergedHead === null || mergedHead === pull.headSha ? null : `has moved on since it was queued (${mergedHead.slice(0, 7)})`;
}

async function allStillTrue(deps: GateDeps, work: GroupWork, members: readonly Member[]): Promise<boolean> {
  for (const { pull, facts, decision } of members)
    if (!(await stillTrue(deps, `${work.repository.id}#${pull.number}`, pull, facts, decision))) return false;
  return (await deps.pulls.branch(work.repository, work.headRef))?.sha === work.headSha;
}

/** The aggregate check alone: the checks of single policies are about pull requests. */
function wanted(facts: Facts, decision: Decision): readonly WantedCheck[] {
  const { config, enrolment } = readableSet(facts.policy);
  const conclusion = decision.state === "error" && facts.faults.length >= FAULTS_BEFORE_FAILURE ? "failure" : groupConclusion(decision);
  return checksOf(decision, { check: { ...config.check, perPolicy: false } }, enrolment).map((check) => ({ ...check, conclusion }));
}

/** The truth could not be read: a check that was there says so, and none is made up. */
async function sayFault(deps: GateDeps, work: GroupWork, error: unknown): Promise<void> {
  const { previous } = work;
  if (previous === null || previous.facts.policy.status !== "ok") {
    await deps.ledger.withholdSuccess(work, work.headSha);
  } else {
    const earlier = previous.decision.state === "error" ? previous.facts.faults : [];
    const facts: Facts = { ...previous.facts, asOf: deps.clock.now().toISOString(), faults: withFault(earlier, error) };
    const decision = decide(facts);
    await deps.ledger
      .saveEvaluation({ ...place(work), facts, decision, checks: wanted(facts, decision), done: false })
      .catch(() => deps.ledger.withholdSuccess(work, work.headSha));
  }
  await publishChecks(deps, work, work.headSha).catch(() => {});
}

/** Landed, given up, or about nothing governed. What it showed is taken back unless it landed. */
async function finish(deps: GateDeps, work: GroupWork, landed: boolean): Promise<EvaluationOutcome> {
  await deps.ledger.finishWork(work, { open: false, headSha: work.headSha, baseRef: work.baseRef, merged: landed });
  await publishChecks(deps, work, work.headSha);
  return { status: "closed" };
}

function place(work: GroupWork) {
  const { headSha, baseRef, baseSha } = work;
  return { work, headSha, baseRef, baseSha, author: null, draft: null };
}
