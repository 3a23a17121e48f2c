import { CONTRACT_FILE } from "./contents.ts";
import type { Objects, Pull, Review, World } from "./world.ts";

/**
 * A plain reading of what a pull request deserves by the truth of one moment, written for the few files, people and rules of these worlds and
 * without a line of the gate. `either` = the rules leave it to what was seen when (a vote from before the base moved, an override whose
 * label and reason are not plainly in order): then nothing is held against the gate.
 */
export type Ruling = "pass" | "fail" | "either";

const GOVERNED: Readonly<Record<string, string>> = { main: "main", develop: "develop" };
const HOUR_MS = 3_600_000;
const OVERRIDE_MS = 4 * HOUR_MS;

/** Name of the check that this base requires; null = nothing is governed there. */
export function checkOf(baseRef: string): string | null {
  const pattern = GOVERNED[baseRef];
  return pattern === undefined ? null : `countersign: ${pattern}`;
}

export interface Truth {
  readonly world: World;
  /** Milliseconds. */
  readonly at: number;
  /** Worlds before this one, oldest first, this one last. */
  readonly past: readonly { readonly at: number; readonly world: World }[];
  readonly objects: Objects;
  readonly squashOnly: boolean;
  /** Reviews whose delivery was never acknowledged. */
  readonly unheard: ReadonlySet<number>;
  /** When whoever last wrote this run by then had looked at the pull request that it decided about, in milliseconds; null = it had not. */
  readonly lookedAt: (number: number, run: number, by: number) => number | null;
}

/** What the change is: the contract where the branch left the base, and at the head. */
export function contentOf({ objects }: Pick<Truth, "objects">, world: World, pull: Pull): { before: string; after: string } {
  const fork = objects.mergeBase(world.refs[pull.baseRef]!, pull.headSha);
  return { before: objects.of(fork).tree[CONTRACT_FILE]!, after: objects.of(pull.headSha).tree[CONTRACT_FILE]! };
}

/** Tags that the change takes away and that it adds, as masks of what is stripped. */
export function changeOf({ before, after }: { before: string; after: string }): { takes: number; adds: number } {
  const [was, is] = [Number.parseInt(before.slice(2), 16), Number.parseInt(after.slice(2), 16)];
  return { takes: is & ~was, adds: was & ~is };
}

export function rule(truth: Truth, pull: Pull): Ruling {
  const { takes, adds } = changeOf(contentOf(truth, truth.world, pull));
  const onTheWay = truth.squashOnly ? false : landsMore(truth, pull);
  if (takes === 0 && adds === 0) return onTheWay ? "either" : "pass";
  // Production asks for an approval of any change of a tag; what development asks for is not this judge's business.
  if (pull.baseRef !== "main") return "either";
  const overridden = ruleOverride(truth, pull);
  if (overridden === "pass") return "pass";
  const voted = ruleVotes(truth, pull);
  if (voted === "pass" && onTheWay) return "either";
  return voted === "fail" && overridden === "either" ? "either" : voted;
}

/** Commits on the way to the head that hold another contract than both ends. */
function landsMore({ objects, world }: Truth, pull: Pull): boolean {
  const after = objects.of(pull.headSha).tree[CONTRACT_FILE];
  return objects.between(world.refs[pull.baseRef]!, pull.headSha).some(({ tree }) => tree[CONTRACT_FILE] !== after);
}

function handsIn({ objects, world }: Truth, pull: Pull): ReadonlySet<string> {
  const commits = objects.between(world.refs[pull.baseRef]!, pull.headSha).map(({ author }) => author);
  const pushes = world.pushes.filter(({ ref }) => ref === pull.headRef).map(({ actor }) => actor);
  return new Set([pull.author, ...commits, ...pushes]);
}

function ruleVotes(truth: Truth, pull: Pull): Ruling {
  const hands = handsIn(truth, pull);
  const last = new Map<string, Review>();
  for (const review of [...pull.reviews].sort((a, b) => Date.parse(a.submittedAt) - Date.parse(b.submittedAt) || a.id - b.id))
    last.set(review.user, review);
  let ruling: Ruling = "fail";
  for (const [user, review] of last) {
    const isVoter = truth.world.team.includes(user);
    // Whoever had a hand in it cannot approve it; whether such an objection counts is left open.
    if (review.state === "CHANGES_REQUESTED" && isVoter) return hands.has(user) ? "either" : "fail";
    if (review.dismissal?.of === "CHANGES_REQUESTED" && isVoter) return "either";
    if (review.state !== "APPROVED" || !isVoter || hands.has(user)) continue;
    const fresh = ruleFreshness(truth, pull, review);
    if (fresh === "pass" && ruling !== "pass") ruling = "pass";
    if (fresh === "either" && ruling === "fail") ruling = "either";
  }
  // An override of the same contract makes every other change of it weigh more: then one approval may not be enough.
  const isHeavier = truth.world.pulls.some(({ number, labels }) => number !== pull.number && labels.length > 0);
  return ruling === "pass" && isHeavier ? "either" : ruling;
}

/** Whether the vote is about what stands now. */
function ruleFreshness(truth: Truth, pull: Pull, review: Review): Ruling {
  const given = Date.parse(review.submittedAt);
  const breaks = [...pull.reopened, ...pull.retargets].map(({ at }) => Date.parse(at));
  if (breaks.some((at) => at > given)) return "fail";
  if (breaks.includes(given)) return "either";
  const now = contentOf(truth, truth.world, pull);
  const seen = truth.past
    .filter(({ at }) => at >= given)
    .flatMap(({ world }) => world.pulls.filter(({ number }) => number === pull.number).map((then) => ({ world, then })));
  const whenGiven = seen.find(({ then }) => then.reviews.some(({ id }) => id === review.id));
  if (whenGiven === undefined) return "either";
  const commitId = whenGiven.then.reviews.find(({ id }) => id === review.id)!.commitId;
  const about = contentOf(truth, whenGiven.world, { ...whenGiven.then, headSha: commitId });
  const isSame = about.before === now.before && about.after === now.after;
  if (commitId !== pull.headSha || seen.some(({ then }) => then.headSha !== pull.headSha)) {
    // Another commit: the same content may count, and other content may not, unless the base moved under it before it was looked at.
    // What stood on the way to that commit was voted on too, and the gate does not tell it from what stands at the head: see docs/simulation.md.
    const onTheWay = truth.squashOnly ? [] : truth.objects.between(whenGiven.world.refs[pull.baseRef]!, commitId);
    const wasSeen = about.after === now.after || onTheWay.some(({ tree }) => tree[CONTRACT_FILE] === now.after);
    return wasSeen ? "either" : "fail";
  }
  const moved = seen.some(({ world, then }) => contentOf(truth, world, then).before !== now.before);
  const isKnown = !truth.unheard.has(review.id) || (isAfterPush(truth, pull, given) && stoodForOne(truth, pull));
  return isSame && !moved && isKnown && wasLookedAt(truth, pull, review) ? "pass" : "either";
}

/**
 * Whether GitHub's own times show that the head was not moved since: they are whole seconds, so within one they show nothing. A vote that no
 * delivery tells of counts only by them (decision.md, 6.5).
 */
function isAfterPush({ world }: Truth, pull: Pull, given: number): boolean {
  return world.pushes.every(({ ref, at }) => ref !== pull.headRef || Date.parse(at) < given);
}

/** Whether the head was one change only so far: of several, a vote that no delivery tells of names none (limits.md). */
function stoodForOne(truth: Truth, { number, headSha }: Pull): boolean {
  const changes = truth.past.flatMap(({ world }) =>
    world.pulls
      .filter((then) => then.number === number && then.headSha === headSha)
      .map((then) => JSON.stringify([then.baseRef, contentOf(truth, world, then)])),
  );
  return new Set(changes).size === 1;
}

/**
 * Whether the check of this base told something new on this head before the vote, by somebody who had looked at the pull request after it was
 * taken there and had stored what that came to. Else the gate may bind the vote to what it had looked at last, which is the change to the
 * other base: what a worker writes there that knew it elsewhere (a success of before that it takes back) is no look. It excuses nothing else:
 * once one such write stands, a vote that is not counted is held against the gate, whoever writes there after it.
 */
function wasLookedAt({ past, lookedAt }: Truth, pull: Pull, review: Review): boolean {
  if (pull.retargets.length === 0) return true;
  const name = checkOf(pull.baseRef);
  const there = past.flatMap(({ at, world }) => {
    const then = world.pulls.find(({ number }) => number === pull.number);
    const isThere = then?.retargets.length === pull.retargets.length && !then.reviews.some(({ id }) => id === review.id);
    return isThere ? [{ at, run: world.runs.filter((run) => run.sha === pull.headSha && run.name === name).at(-1) }] : [];
  });
  return there.some(({ at, run }) => {
    if (run === undefined || run.conclusion === null || JSON.stringify(run) === JSON.stringify(there[0]!.run)) return false;
    const looked = lookedAt(pull.number, run.id, at);
    return looked !== null && looked >= there[0]!.at;
  });
}

/** A label by the owner on this head, with a reason, not taken off and not run out. */
function ruleOverride({ world, past, at }: Truth, pull: Pull): Ruling {
  const standing = pull.labels.filter(({ removedAt, actor }) => removedAt === null && actor === "ana");
  if (standing.length === 0) return "fail";
  const fresh = standing.filter((label) => at < Date.parse(label.at) + OVERRIDE_MS + 60_000);
  if (fresh.length === 0) return "fail";
  const moved = (label: { at: string }) =>
    past.some(({ at: then, world: earlier }) => {
      const before = earlier.pulls.find(({ number }) => number === pull.number);
      return then >= Date.parse(label.at) && before !== undefined && (before.headSha !== pull.headSha || before.baseRef !== pull.baseRef);
    });
  // Set for another head: it says nothing about this one, unless that one came back.
  return fresh.every((label) => moved(label) && world.pushes.filter(({ ref }) => ref === pull.headRef).at(-1)!.at > label.at)
    ? "fail"
    : "either";
}
