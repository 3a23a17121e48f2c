import { decide } from "../engine/decide.ts";
import { type Decision, isPassing } from "../engine/decision.ts";
import type { Facts, Review } from "../engine/facts.ts";
import type { GatherDeps } from "./deps.ts";
import { gatherPeople } from "./gather-facts.ts";
import type { Clock, HeldWork, PullTruth } from "./ports.ts";
import { stackStillStands } from "./read-stack.ts";

/**
 * The second look, just before anything is saved: head and base still stand, and before a success the reviews too (with an override
 * everything is read anew). What a success rests on GitHub sends anew here: none of it is only confirmed. Memberships need no second
 * reading: no team, role or owner is used without asking GitHub in this very evaluation. False = the facts are not one moment's facts;
 * decide again.
 */
export async function stillTrue(deps: GatherDeps, key: string, pull: PullTruth, facts: Facts, decision: Decision): Promise<boolean> {
  const ref = { repository: pull.repository, number: pull.number };
  if (!isPassing(decision.state)) return sameMoment(await deps.pulls.read(ref), pull);
  const { people: seen } = facts;
  const now = await deps.pulls.lookAgain(
    ref,
    seen !== null,
    (look) => sameMoment(look, pull) && sameReviews(look.reviews ?? [], seen?.reviews ?? []),
  );
  if (!sameMoment(now, pull)) return false;
  // Decided under a version that another one has followed: the tip may show that only now.
  const decidedBy = facts.inForce?.repository ?? null;
  if (decidedBy !== null && (await deps.ledger.policyVersion(pull.repository))?.seq !== decidedBy.seq) return false;
  if (!(await stackStillStands(deps, pull, facts))) return false;
  if (facts.people === null) return true;
  if (!sameReviews(now.reviews ?? [], facts.people.reviews)) return false;
  if (decision.override === null) return true;
  const people = await gatherPeople(deps, key, pull, facts, "second");
  return decide({ ...facts, people, asOf: deps.clock.now().toISOString() }).state === decision.state;
}

type Moment = Pick<PullTruth, "headSha" | "baseRef" | "state" | "updatedAt">;

/** Neither moved, retargeted, closed nor reopened between two readings, and the second is not from a copy that is behind the first. */
export function sameMoment(now: Moment, before: Moment): boolean {
  return now.headSha === before.headSha && now.baseRef === before.baseRef && now.state === before.state && !isOlder(now, before);
}

/** By GitHub's clock alone. */
export function isOlder(read: Pick<PullTruth, "updatedAt">, known: Pick<PullTruth, "updatedAt">): boolean {
  return Date.parse(read.updatedAt) < Date.parse(known.updatedAt);
}

type ReviewLook = Pick<Review, "id" | "state" | "commitId">;

/** Nobody has voted, dismissed or been re-pointed between two readings. */
export function sameReviews(now: readonly ReviewLook[], before: readonly ReviewLook[]): boolean {
  const print = (reviews: readonly ReviewLook[]) =>
    JSON.stringify(reviews.toSorted((a, b) => a.id - b.id).map(({ id, state, commitId }) => [id, state, commitId]));
  return print(now) === print(before);
}

/** The override that the last decision stood on has ended: by then no delivery need have come. */
export function ranOut({ clock }: { readonly clock: Clock }, { previous }: HeldWork): boolean {
  const until = previous?.decision.override?.expiresAt;
  return until !== undefined && Date.parse(until) <= clock.now().getTime();
}
