import { decide } from "../engine/decide.ts";
import { isPassing } from "../engine/decision.ts";
import type { Actor, Facts, PeopleFacts, Push } from "../engine/facts.ts";
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
 * What was decided from, with what people did since and until the merge, also who moved the head away and back: whoever did had a hand in the
 * change. The commits and the teams stay as they were decided from: GitHub dates no membership, and of a branch that is gone with the merge the
 * log may end. It tells whole seconds, and in that of the merge the stricter order holds.
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
  const pushed = new Set(before.pushes.map(moveOf));
  const people: PeopleFacts = {
    ...before,
    actors: [...before.actors, ...now.actors.filter((actor) => !before.actors.some((each) => isOne(actor, each)))],
    pushes: [...before.pushes, ...now.pushes.filter((push) => until(push) && !pushed.has(moveOf(push)))],
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

function moveOf({ sha, at, actor }: Push): string {
  return JSON.stringify([sha, at, actor]);
}

/** An account or a login that is known already: one said in two ways would be nobody. */
function isOne(actor: Actor, known: Actor): boolean {
  return actor.id === known.id || actor.login.toLowerCase() === known.login.toLowerCase();
}
