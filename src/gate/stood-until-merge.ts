import { decide } from "../engine/decide.ts";
import { isPassing } from "../engine/decision.ts";
import type { Facts, PeopleFacts } from "../engine/facts.ts";
import type { GateDeps } from "./deps.ts";
import { gatherPeople } from "./gather-facts.ts";
import type { PullTruth, StoredEvaluation } from "./ports.ts";

/**
 * Why a decision that let a change pass no longer stood when it was merged, as the end of a sentence; null = it stood. A dismissal, an
 * objection or the end of an override and a merge may follow each other faster than an evaluation. A landing that has its record keeps it.
 * @throws TruthError
 */
export async function endedBeforeMerge(
  deps: GateDeps,
  pull: PullTruth,
  { key, facts, decision }: StoredEvaluation,
): Promise<string | null> {
  const counted = decision.requirements.flatMap((requirement) => requirement.approvals);
  const rests = decision.state === "overridden" || (decision.state === "approved" && counted.length > 0);
  if (!rests || facts.people === null || (await deps.ledger.approvalOf(pull.repository.id, pull.number)) !== null) return null;
  const now = await gatherPeople(deps, key, pull, facts);
  if (decision.state === "approved") {
    // One that was withdrawn just after the merge too, since GitHub does not say which was first.
    const standing = new Set(now.reviews.filter(({ state }) => state === "APPROVED").map(({ id }) => id));
    const withdrawn = [...new Set(counted.filter(({ reviewId }) => !standing.has(reviewId)).map(({ user }) => user))].sort();
    if (withdrawn.length > 0) return `when that was recorded the approval of ${withdrawn.join(", ")} no longer stood`;
  }
  const then = decide(asMerged(facts, facts.people, now, pull.mergedAt ?? deps.clock.now().toISOString()));
  return isPassing(then.state) ? null : `by then it was ${then.state}: ${[then.verdict, ...then.overrideNotes].join("; ")}`;
}

/**
 * What was decided from, with what people did since and until the merge. What git and the teams were stays as it was decided from: GitHub
 * dates no membership, and a branch is often gone with the merge. It tells whole seconds, and in that of the merge the stricter order holds.
 */
function asMerged(facts: Facts, before: PeopleFacts, now: PeopleFacts, mergedAt: string): Facts {
  const until = ({ at }: { readonly at: string }) => !(Date.parse(at) > Date.parse(mergedAt));
  const known = new Map(before.reviews.map((review) => [review.id, review]));
  const reviews = now.reviews
    .filter(({ id, submittedAt }) => known.has(id) || until({ at: submittedAt }))
    .map(({ state, dismissedBy, dismissedState, ...review }) => {
      const dismissal = dismissedState === undefined ? {} : { dismissedState };
      return { ...review, ...known.get(review.id), state, dismissedBy, ...dismissal };
    });
  const people: PeopleFacts = {
    ...before,
    reviews,
    labels: now.labels.filter(until),
    comments: [...before.comments, ...now.comments.filter(until)],
    history: {
      ...before.history,
      reopened: now.history.reopened.filter(until),
      retargets: now.history.retargets.filter(until),
    },
  };
  return { ...facts, asOf: mergedAt, people };
}
