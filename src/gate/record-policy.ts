import type { GateDeps } from "./deps.ts";
import { isPolicyRepository } from "./organisation.ts";
import { pinAtLanding } from "./pin-names.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { ApprovalRecord, PolicyVersion, PullTruth, StoredEvaluation } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { entriesOf, filesDigest, policyEntries, readPolicySources, withFiles } from "./read-policy.ts";
import { policyFilesOf } from "./read-proposal.ts";

/**
 * Puts the policy files that a recorded landing brought to the default branch in force: those, and no others that may stand beside them.
 * Idempotent on the approval. Landings that are recorded in another order than they came never bring an older file back.
 */
export async function recordPolicyVersion(
  deps: GateDeps,
  pull: PullTruth,
  { facts, id }: StoredEvaluation,
  { approval }: ApprovalRecord,
): Promise<void> {
  const changed = policyFilesOf(facts.governanceFiles);
  if (changed.length === 0 || pull.baseRef !== pull.repository.defaultBranch || pull.mergeCommitSha === null) return;
  const content = deps.pulls.content(pull.repository);
  const newest = await deps.ledger.policyVersion(pull.repository);
  const isOlder = newest !== null && (await landedBefore(deps, pull, pull.mergeCommitSha, newest));
  const landed = await readPolicySources(content, pull.mergeCommitSha);
  // Of a landing that came before the newest version, only what nobody has changed since.
  const then = entriesOf(landed);
  const later = isOlder ? await policyEntries(content, newest.commit) : then;
  const files = changed.filter((path) => later.get(path) === then.get(path));
  if (files.length === 0) return;
  const sources = withFiles(newest?.sources ?? [], files, landed);
  const bootstrap = facts.policy.status === "ok" && !facts.policy.set.enrolled;
  const version = await deps.ledger.appendPolicyVersion({
    repository: pull.repository,
    after: newest?.seq ?? 0,
    commit: isOlder ? newest.commit : pull.mergeCommitSha,
    sources,
    digest: filesDigest(entriesOf(sources)),
    how: approval.kind === "forced" ? "overridden" : bootstrap ? "bootstrap" : "approved",
    evaluationId: id,
    approvalId: approval.id,
    actorId: approval.mergedBy,
    wakes: isPolicyRepository(deps.policyRepositories ?? new Map(), pull.repository) ? "owner" : "repository",
  });
  await pinAtLanding(deps, { repository: pull.repository, version });
}

/** A landing without an approval may have brought policy: that is looked at now, not when the next pull request is. */
export async function watchPolicy(deps: GateDeps, { repository }: PullTruth): Promise<void> {
  const tip = await deps.pulls.branch(repository, repository.defaultBranch);
  if (tip !== null) await policyInForce(deps, { repository, defaultTip: tip.sha, isNow: true });
}

async function landedBefore(deps: GateDeps, pull: PullTruth, mergeSha: string, newest: PolicyVersion): Promise<boolean> {
  if (newest.commit === mergeSha) return false;
  try {
    return (await deps.pulls.content(pull.repository).mergeBase(newest.commit, mergeSha)) === mergeSha;
  } catch (error) {
    // A force push may have taken the other commit away: nothing was built on this one then.
    if (error instanceof TruthError && error.kind === "auth") return false;
    throw error;
  }
}
