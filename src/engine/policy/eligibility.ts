import type { RefusedApproval } from "../decision.ts";
import type { Actor, Review } from "../facts.ts";
import type { Contributors } from "./contributors.ts";
import type { Directory } from "./directory.ts";
import { type Binding, staleness } from "./freshness.ts";
import { isAfterDecision } from "./instants.ts";
import { REFUSALS, type RefusalReason } from "./refusals.ts";

/** A person's standing vote. */
export interface Vote {
  readonly userId: number;
  readonly user: string;
  readonly reviewId: number;
  readonly submittedAt: string;
}

/** Changes requested, or a review that somebody dismissed and that may have said so. */
export interface Objection extends Vote {
  /** Account that dismissed it; undefined = it stands. null = nobody knows who. */
  readonly dismissedBy?: number | null;
}

export interface Votes {
  /** Approvals that count for whatever the person is entitled to. */
  readonly approvals: readonly Vote[];
  /** Standing only if the person may fill some requirement: the caller decides. */
  readonly objections: readonly Objection[];
  readonly refused: readonly RefusedApproval[];
}

export interface Electorate {
  readonly directory: Directory;
  readonly contributors: Contributors;
  readonly binding: Binding;
  /** Apps whose reviews count. */
  readonly apps: readonly number[];
  /** Instant of the decision. */
  readonly asOf: string;
}

/** One vote for each person: the latest that says anything. What does not count is refused with a reason. */
export function judgeVotes(electorate: Electorate): Votes {
  const approvals: Vote[] = [];
  const objections: Objection[] = [];
  const refused: RefusedApproval[] = [];
  const refuse = (review: Review, reason: RefusalReason, because: string = REFUSALS[reason]): void => {
    refused.push({ user: review.user ?? "ghost", reviewId: review.id, reason, because });
  };
  for (const [person, reviews] of byPerson(electorate, refuse)) {
    const review = reviews.at(-1)!;
    const vote: Vote = { userId: person.id, user: person.login, reviewId: review.id, submittedAt: review.submittedAt };
    const unfit = unfitness(person, electorate.contributors);
    if (review.state === "APPROVED") {
      const wrong = unfit ?? staleness(review, electorate.binding);
      if (wrong === null) approvals.push(vote);
      else refuse(review, wrong.reason, wrong.because);
    } else if (review.state === "CHANGES_REQUESTED") {
      if (mayObject(unfit)) objections.push(vote);
    } else {
      refuse(review, "dismissed", review.dismissedBy === null ? "dismissed" : `dismissed by ${review.dismissedBy}`);
      // A review that the decision cannot have seen ends no objection either.
      const early = isAfterDecision(review.submittedAt, electorate.asOf);
      if (mayObject(unfit) && (early || review.dismissedState !== "APPROVED"))
        objections.push({ ...vote, dismissedBy: early ? null : (electorate.directory.person(review.dismissedBy)?.id ?? null) });
    }
  }
  return { approvals, objections, refused };
}

/** A commit message can name anybody a contributor: that takes an approval away, and never an objection. */
function mayObject(unfit: ReturnType<typeof unfitness>): boolean {
  return unfit === null || unfit.reason === "launcher" || unfit.reason === "committer";
}

/**
 * Reviews that say something, oldest first, for each person. Approvals by nobody, through an app, or from after the decision are refused here
 * and end nothing.
 */
function byPerson(
  { directory, apps, binding, asOf }: Electorate,
  refuse: (review: Review, reason: RefusalReason, because?: string) => void,
): ReadonlyMap<Actor, readonly Review[]> {
  const groups = new Map<Actor, Review[]>();
  for (const review of [...binding.people.reviews].sort((left, right) => time(left) - time(right) || left.id - right.id)) {
    if (review.state === "COMMENTED" || review.state === "PENDING") continue;
    const approves = review.state === "APPROVED";
    const person = directory.person(review.user);
    if (person === null) {
      if (approves) refuse(review, review.user === null ? "ghost" : "unknown_account");
    } else if (approves && review.viaApp !== null && !apps.includes(review.viaApp)) {
      refuse(review, "via_app", `given through app ${review.viaApp}`);
    } else if (approves && isAfterDecision(review.submittedAt, asOf)) {
      refuse(review, "from_the_future", `dated ${review.submittedAt}, after this decision`);
    } else {
      groups.set(person, [...(groups.get(person) ?? []), review]);
    }
  }
  return groups;
}

/** An instant that cannot be read sorts first, and is refused where it matters. */
function time(review: Review): number {
  const instant = Date.parse(review.submittedAt);
  return Number.isNaN(instant) ? Number.NEGATIVE_INFINITY : instant;
}

/** Why this person's vote can never count on this change. */
export function unfitness(person: Actor, contributors: Contributors): { readonly reason: RefusalReason; readonly because: string } | null {
  if (person.type !== "User") return { reason: "not_a_person", because: `${person.login} is a ${person.type.toLowerCase()} account` };
  if (person.suspended) return { reason: "suspended", because: REFUSALS.suspended };
  return contributors.known.get(person.id) ?? null;
}
