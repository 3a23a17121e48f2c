import { reviewRefusal } from "../engine/policy/post-hoc-reviewer.ts";
import type { GateDeps } from "./deps.ts";
import { gatherPeople } from "./gather-facts.ts";
import type { IssueTruth, OverrideGrant, PostHocReview, PullRef } from "./ports.ts";

const AT_ONCE = 100;
const REVIEWS_AT_ONCE = 1000;

/**
 * What overrides leave to do: labels of nobody entitled are taken off, reviews get their issues, and closed issues are looked at. Every
 * step can be done again and none decides anything: one that fails is left for the next round. Gives the failures.
 */
export async function tendOverrides(deps: GateDeps, key: string | null): Promise<readonly Error[]> {
  const [labels, reviews] = await Promise.all([deps.ledger.labelsToRemove(key, AT_ONCE), deps.ledger.openReviews(key, REVIEWS_AT_ONCE)]);
  return failuresOf([...removals(deps, labels), ...openings(deps, reviews), ...looks(deps, reviews)]);
}

/** Labels to take off, and issues to open. */
export async function payOverrideDebts(deps: GateDeps, key: string | null): Promise<readonly Error[]> {
  const [labels, reviews] = await Promise.all([deps.ledger.labelsToRemove(key, AT_ONCE), deps.ledger.openReviews(key, AT_ONCE)]);
  return failuresOf([...removals(deps, labels), ...openings(deps, reviews)]);
}

/** Whether the issues of open reviews were closed, and by whom. */
export async function lookAtReviews(deps: GateDeps, key: string | null): Promise<readonly Error[]> {
  return failuresOf(looks(deps, await deps.ledger.openReviews(key, REVIEWS_AT_ONCE)));
}

type Act = () => Promise<void>;

function removals(deps: GateDeps, labels: Awaited<ReturnType<GateDeps["ledger"]["labelsToRemove"]>>): readonly Act[] {
  return labels.map(
    ({ grant, pull }) =>
      () =>
        removeLabel(deps, grant, pull),
  );
}

function openings(deps: GateDeps, reviews: readonly PostHocReview[]): readonly Act[] {
  return reviews.filter(({ issueNumber }) => issueNumber === null).map((review) => () => openIssue(deps, review));
}

/** Of those whose issue was opened before this round. */
function looks(deps: GateDeps, reviews: readonly PostHocReview[]): readonly Act[] {
  return reviews.flatMap((review) => (review.issueNumber === null ? [] : [() => lookAtIssue(deps, review, review.issueNumber!)]));
}

async function failuresOf(acts: readonly Act[]): Promise<readonly Error[]> {
  const failures: Error[] = [];
  for (const act of acts) await act().catch((error: unknown) => void failures.push(asError(error)));
  return failures;
}

/** Only the label that was refused: whoever set it again meanwhile is judged anew. */
async function removeLabel(deps: GateDeps, grant: OverrideGrant, pull: PullRef): Promise<void> {
  const standing = await deps.issues.standingLabel(pull, grant.label);
  const isSame = standing !== null && standing.actorId === grant.actorId && Date.parse(standing.at) === Date.parse(grant.labelledAt);
  if (isSame) await deps.pulls.removeLabel(pull, grant.label);
  await deps.ledger.recordLabelRemoved(grant, isSame);
}

/** One issue for each review: one that was opened before a crash is found by its mark. */
async function openIssue(deps: GateDeps, review: PostHocReview): Promise<void> {
  const number = (await deps.issues.findReviewIssue(review)) ?? (await deps.issues.openReviewIssue(review));
  await deps.ledger.recordIssueOpened(review, number);
}

async function lookAtIssue(deps: GateDeps, review: PostHocReview, number: number): Promise<void> {
  const issue = await deps.issues.read(review.pull.repository, number);
  if (issue.state === "open") return;
  const refusal = await refusalOf(deps, review, issue);
  const { closing } = issue;
  if (refusal === null && closing?.actor) return deps.ledger.recordReviewClosed(review, closing.actor.id);
  await deps.issues.reopen(review.pull.repository, number);
  const because = refusal ?? "GitHub does not tell who closed it";
  if (await deps.ledger.claimRefusedClosing(review, closing?.id ?? 0, because))
    await deps.issues.explainRefusal(review, closing?.actor?.login ?? null, because);
}

/** By the policy of then, and with everybody as they are now; approvals are those of the first evaluation under the override and of the last. */
async function refusalOf(deps: GateDeps, review: PostHocReview, { closing }: IssueTruth): Promise<string | null> {
  const { evaluation, grant, pull } = review;
  const then = { ...evaluation.facts, asOf: deps.clock.now().toISOString() };
  const facts = { ...then, people: await gatherPeople(deps, evaluation.key, await deps.pulls.read(pull), then) };
  const latest = await deps.ledger.latestEvaluation(evaluation.key);
  const decisions = [evaluation.decision, ...(latest === null ? [] : [latest.decision])];
  const by = { actorId: closing?.actor?.id ?? null, viaApp: closing?.viaApp ?? null, commit: closing?.commit ?? null };
  return reviewRefusal(by, grant.actorId, facts, decisions);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
