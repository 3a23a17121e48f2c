import type { PeopleFacts, Push, Review, Subject } from "../facts.ts";
import type { RefusalReason } from "./refusals.ts";

export interface Binding {
  readonly subject: Subject;
  readonly people: PeopleFacts;
  /** Content digest of the change as it is now. */
  readonly content: string;
  readonly bindTo: "content" | "head";
}

export interface Stale {
  readonly reason: RefusalReason;
  readonly because: string;
}

/** Why a vote is about something else than what stands now; null = it is about this. Unknown is never fresh. */
export function staleness(review: Review, binding: Binding): Stale | null {
  const given = Date.parse(review.submittedAt);
  if (Number.isNaN(given)) return { reason: "unproven", because: "its time cannot be read" };
  return acrossBreak(given, binding) ?? (review.receipt === null ? unreceipted(review, given, binding) : received(review, given, binding));
}

function acrossBreak(given: number, { people }: Binding): Stale | null {
  const { reopened, retargets } = people.history;
  if (reopened.some(({ at }) => !isBefore(at, given)))
    return { reason: "before_reopen", because: "given before the pull request was closed and reopened" };
  const moved = retargets.find(({ at }) => !isBefore(at, given));
  return moved === undefined
    ? null
    : { reason: "before_retarget", because: `given before the base changed from ${moved.from} to ${moved.to}` };
}

/** Bound to the commit in the first signed delivery of this review, never to what GitHub says about it later. */
function received(review: Review, given: number, { subject, people, content, bindTo }: Binding): Stale | null {
  const commit = review.receipt?.commitId ?? null;
  if (commit === null || review.receipt === null) return { reason: "unproven", because: "its signed delivery names no commit" };
  const short = commit.slice(0, 7);
  if (bindTo === "head") {
    const other = commit !== subject.headSha || review.receipt.headSha !== subject.headSha;
    if (other) return { reason: "other_head", because: `given for ${short}, before the last push` };
    // GitHub tells whole seconds: in the second of the vote, only the push that brought the head it was given for may stand.
    const push = people.pushes.find((each) => !(instantOf(each) < given) && !(each.sha === commit && instantOf(each) === given));
    if (push !== undefined) return { reason: "other_head", because: `given before the push of ${push.sha.slice(0, 7)}` };
  }
  const evaluated = review.receipt.contentDigest ?? digestOf(people, commit);
  const bound = evaluated ?? (commit === subject.headSha ? content : undefined);
  if (bound === undefined) return { reason: "unproven", because: `what stood at ${short} was never evaluated` };
  return bound === content ? null : { reason: "stale_content", because: `given for ${short}, before a governed file changed` };
}

/** No signed delivery: only when it names the head and GitHub's own timeline shows no push since. */
function unreceipted(review: Review, given: number, { subject, people, content }: Binding): Stale | null {
  if (review.commitId !== subject.headSha)
    return { reason: "unproven", because: "given for another commit, and no signed delivery was received" };
  if (!people.history.pushHistoryComplete)
    return { reason: "unproven", because: "no signed delivery was received and the push history is not complete" };
  if ((digestOf(people, subject.headSha) ?? content) !== content)
    return { reason: "unproven", because: "the base moved under this head, and no signed delivery was received" };
  const push = people.pushes.find((each) => !(instantOf(each) < given));
  return push === undefined
    ? null
    : { reason: "unproven", because: `${push.sha.slice(0, 7)} was pushed after it, and no signed delivery was received` };
}

function digestOf(people: PeopleFacts, commit: string): string | undefined {
  return Object.hasOwn(people.contentDigests, commit) ? people.contentDigests[commit] : undefined;
}

/** Milliseconds; NaN, which is before nothing, when it cannot be read. Remembered: every vote asks about every push. */
function instantOf(push: Push): number {
  const known = instants.get(push) ?? Date.parse(push.at);
  instants.set(push, known);
  return known;
}

const instants = new WeakMap<Push, number>();

/** Strictly before; an instant that cannot be read is not. */
function isBefore(at: string, instantMs: number): boolean {
  return Date.parse(at) < instantMs;
}
