import { compileArtifact } from "../engine/artifact.ts";
import { decide } from "../engine/decide.ts";
import { isPassing } from "../engine/decision.ts";
import type { GateDeps } from "./deps.ts";
import { agentOf, draftOf } from "./draft.ts";
import { isObserved, isOutside } from "./enrolled.ts";
import { gatherLandedFacts } from "./gather-landed-facts.ts";
import type { PullTruth, StoredEvaluation, SubjectWork } from "./ports.ts";
import { promoteOnMerge } from "./publish-plan.ts";
import { type Landing, readLanding } from "./read-landing.ts";
import { recordPolicyVersion } from "./record-policy.ts";
import { endedBeforeMerge } from "./stood-until-merge.ts";

/**
 * Accounts for a merged pull request: an approval with its artifact, or an incident, or nothing when nothing governed changed.
 * Never approved by faith: what landed is compared with what was approved. Idempotent on (repository, pull request, merge commit).
 */
export async function recordMerge(deps: GateDeps, work: SubjectWork, pull: PullTruth): Promise<"approval" | "incident" | "nothing"> {
  const evaluation = standing(work, pull) ?? (await evaluateLate(deps, work, pull));
  if (evaluation === null || (await stayedInStack(deps, pull, evaluation))) return "nothing";
  const { decision, facts } = evaluation;
  if (facts.policy.status === "ok" && isPassing(decision.state) && !governs(evaluation)) {
    // Nothing was found at the head; the landing must show the same nothing.
    const landing = await readLanding(deps, pull, evaluation);
    return landing.status === "as_approved" || isObserved(facts) ? "nothing" : mismatch(deps, work, pull, evaluation, landing);
  }
  if (!isPassing(decision.state)) return isObserved(facts) ? "nothing" : bypass(deps, work, pull, evaluation);

  const landing = await readLanding(deps, pull, evaluation);
  if (landing.status === "differs" && isObserved(facts)) return "nothing";
  if (landing.status === "differs") return mismatch(deps, work, pull, evaluation, landing);
  if (pull.baseRef === pull.repository.defaultBranch)
    await deps.ledger.saveLineage(pull.repository.id, landingOf(pull).mergeSha, landing.lineage, work.key);
  const ended = await endedBeforeMerge(deps, pull, evaluation);
  if (ended !== null && isObserved(facts)) return "nothing";
  if (ended !== null) {
    const because = `#${pull.number} was merged, but ${ended}`;
    return tell(deps, work, pull, evaluation, { kind: "bypass", because });
  }
  // What was told as an incident stays one: a delivery that came later may tell of a vote or an override that nobody could know then.
  if ((await deps.ledger.landingOf(pull.repository.id, pull.number)) === "incident") return "incident";
  const forced = decision.state === "overridden";
  // Nothing was held back, so nothing was forced.
  if (forced && isObserved(facts)) return "nothing";
  const people = new Map(
    decision.requirements.flatMap((requirement) => requirement.approvals).map((approval) => [approval.userId, approval.user]),
  );
  const record = await deps.ledger.approveActiveDraft({
    work,
    pull,
    evaluation,
    kind: forced ? "forced" : "regular",
    approvedBy: forced ? [] : [...people].map(([id, login]) => ({ id, login })).sort((a, b) => a.id - b.id),
    rationale: forced ? (decision.override?.reason ?? null) : decision.state === "auto_approved" ? "auto_approved" : null,
    compiled: compileArtifact({
      agent: agentOf(facts),
      environment: decision.environment ?? "production",
      decision,
      contracts: landing.contracts,
      policyDigest: decision.digests.policy,
      people: facts.people?.actors ?? [],
    }),
  });
  await recordPolicyVersion(deps, pull, evaluation, record);
  await promoteOnMerge(deps, record);
  return "approval";
}

/** Merged into the layer below, whose own pull request accounts for it when it lands on the base that the stack leads to. */
async function stayedInStack({ pulls }: GateDeps, pull: PullTruth, { facts }: StoredEvaluation): Promise<boolean> {
  if (facts.subject.stack === undefined) return false;
  const tip = await pulls.branch(pull.repository, facts.subject.baseRef);
  const { mergeSha } = landingOf(pull);
  return tip !== null && (await pulls.content(pull.repository).mergeBase(tip.sha, mergeSha)) !== mergeSha;
}

/**
 * What was decided last, when that was about this very head and base. An older evaluation of the head is history: the pull request
 * has been elsewhere since. One that could not read the truth decided nothing.
 */
function standing({ previous }: SubjectWork, pull: PullTruth): StoredEvaluation | null {
  if (previous === null || previous.decision.state === "error") return null;
  return previous.headSha === pull.headSha && previous.baseRef === pull.baseRef ? previous : null;
}

function governs(evaluation: StoredEvaluation): boolean {
  return evaluation.decision.findings.length > 0 || evaluation.facts.governanceFiles.length > 0;
}

/** The merge came before any evaluation of this head and base (lost webhooks, downtime): decide now, as things stood when it landed. */
async function evaluateLate(deps: GateDeps, work: SubjectWork, pull: PullTruth): Promise<StoredEvaluation | null> {
  const facts = await gatherLandedFacts(deps, work.key, pull);
  if (isOutside(facts)) return null;
  const decision = decide(facts);
  if (decision.pattern === null && decision.state !== "invalid") return null;
  const place = { headSha: pull.headSha, baseRef: pull.baseRef, baseSha: facts.subject.baseSha, author: facts.subject.author };
  const saved = await deps.ledger.saveEvaluation({
    work,
    facts,
    decision,
    ...place,
    checks: [],
    done: false,
    asks: false,
    draft: draftOf(facts, decision),
  });
  if (saved.status === "superseded") throw new Error("another worker holds this pull request");
  return saved.evaluation;
}

async function bypass(deps: GateDeps, work: SubjectWork, pull: PullTruth, evaluation: StoredEvaluation): Promise<"incident"> {
  const because = `#${pull.number} was merged while its decision was ${evaluation.decision.state}: ${evaluation.decision.verdict}`;
  return tell(deps, work, pull, evaluation, { kind: "bypass", because });
}

async function mismatch(
  deps: GateDeps,
  work: SubjectWork,
  pull: PullTruth,
  evaluation: StoredEvaluation,
  landing: Extract<Landing, { status: "differs" }>,
): Promise<"incident"> {
  return tell(deps, work, pull, evaluation, { kind: "content_mismatch", because: landing.because });
}

async function tell(
  { ledger }: GateDeps,
  work: SubjectWork,
  pull: PullTruth,
  evaluation: StoredEvaluation,
  what: { readonly kind: "bypass" | "content_mismatch"; readonly because: string },
): Promise<"incident"> {
  const event = await ledger.recordIncident({ work, ...what, ...landingOf(pull), evaluationId: evaluation.id });
  if (event === null) throw new Error("another worker holds this pull request");
  return "incident";
}

function landingOf(pull: PullTruth): { mergeSha: string; actorId: number | null } {
  return { mergeSha: pull.mergeCommitSha ?? pull.headSha, actorId: pull.mergedBy?.id ?? null };
}
