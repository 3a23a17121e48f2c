import { type Dice, diceOf } from "../model/dice.ts";
import { MASKS } from "./contents.ts";

/** What people do on GitHub. Pull requests and reviews are named by an index modulo how many there are: any part of a script makes sense. */
export type Act =
  | { readonly act: "open"; readonly who: string; readonly mask: number | null; readonly base: string }
  /** Another pull request from the branch of one that exists. */
  | { readonly act: "open_again"; readonly pull: number; readonly who: string; readonly base: string }
  | { readonly act: "push"; readonly pull: number; readonly who: string; readonly mask: number }
  | { readonly act: "force_back"; readonly pull: number; readonly who: string; readonly steps: number }
  | { readonly act: "rebase"; readonly pull: number; readonly who: string; readonly mask: number }
  | {
      readonly act: "review";
      readonly pull: number;
      readonly who: string;
      readonly state: "APPROVED" | "CHANGES_REQUESTED";
      readonly old: boolean;
    }
  | { readonly act: "dismiss"; readonly pull: number; readonly who: string; readonly review: number }
  | { readonly act: "close" | "reopen"; readonly pull: number }
  | { readonly act: "retarget"; readonly pull: number; readonly base: string }
  /** `wrong`: what lands is not what the head holds. By anybody but an admin only while the required check shows success. */
  | { readonly act: "merge"; readonly pull: number; readonly who: string; readonly how: "squash" | "merge" | "wrong" | "push" }
  | { readonly act: "push_base"; readonly mask: number | null; readonly base: string }
  | { readonly act: "leave" | "join"; readonly who: string }
  | { readonly act: "override"; readonly pull: number; readonly who: string }
  | { readonly act: "unlabel"; readonly pull: number }
  | { readonly act: "rerequest"; readonly pull: number }
  /** So much later, what is due by the clock is done. */
  | { readonly act: "routine"; readonly seconds: number }
  | { readonly act: "wait"; readonly seconds: number };

/** What goes wrong with one call of a worker. */
export type Fault =
  /** No effect, and an error. */
  | "before"
  /** The effect, and an error: a time-out, or a connection lost at commit. */
  | "after"
  /** An error, and the effect later. */
  | "late"
  /** GitHub refuses: permission or token. */
  | "refused"
  /** A replica that lags answers. */
  | "stale"
  /** The process is gone, before the effect or after it, or with the effect still on its way. */
  | "crash_before"
  | "crash_after"
  | "crash_late";

/** Everything that happens beside the workers' own steps; `at` counts the calls that all workers make. */
export type Event =
  | { readonly at: number; readonly do: Act }
  | { readonly at: number; readonly fault: Fault; readonly on: Target }
  /** The worker that makes this call stands still until so many more calls were made, or nothing else can go on. */
  | { readonly at: number; readonly pause: number; readonly on: Target };

/**
 * The next call of this kind from then on: any, one that writes a check run, one that stores what was decided or what landed, or that of this
 * name, which a schedule written by hand meets however many calls come before it.
 */
export type Target = "any" | "check" | "save" | "people";

/**
 * What becomes of a delivery, by its place in their order; others come at once. `lost` ones come again when GitHub is asked for them; what is
 * `gone` GitHub does not know any more, and only the state itself tells.
 */
export interface Fate {
  readonly delivery: number;
  readonly fate: "lost" | "gone" | "twice" | { readonly later: number };
}

export interface Script {
  readonly seed: number;
  readonly index: number;
  /** GitHub points the reviews of a head that was forced away to the new one. */
  readonly reanchors: boolean;
  readonly squashOnly: boolean;
  readonly events: readonly Event[];
  readonly fates: readonly Fate[];
}

const WRITERS = ["alice", "dave", "bob"] as const;
const VOTERS = ["bob", "carol", "bob", "carol", "dave", "alice", "ana"] as const;
const CALLS = 420;

export function scriptOf(seed: number, index: number): Script {
  const dice = diceOf(seed, index);
  const first: Event = { at: 0, do: openPull(dice, "main") };
  const acts = dice.some(2, 9, (): Event => ({ at: dice.upTo(CALLS), do: actOf(dice) }));
  const votes = dice.some(1, 2, (): Event => ({ at: dice.upTo(CALLS), do: vote(dice) }));
  const faults = dice.chance(0.75) ? dice.some(0, 5, (): Event => faultAt(dice, dice.upTo(CALLS))) : [];
  const pauses = dice.chance(0.75) ? dice.some(1, 4, (): Event => pauseAt(dice, dice.upTo(CALLS))) : [];
  const story = dice.chance(0.5) ? storyOf(dice) : [];
  const fates = dice.chance(0.6) ? dice.some(0, 5, () => fateOf(dice)) : [];
  return {
    seed,
    index,
    reanchors: dice.chance(0.5),
    squashOnly: dice.chance(0.8),
    events: [first, ...acts, ...votes, ...faults, ...pauses, ...story].sort((a, b) => a.at - b.at),
    fates: [...new Map(fates.map((fate) => [fate.delivery, fate])).values()].sort((a, b) => a.delivery - b.delivery),
  };
}

function openPull(dice: Dice, base: string): Act {
  return { act: "open", who: dice.one(WRITERS), mask: dice.chance(0.9) ? 1 + dice.upTo(MASKS - 1) : null, base };
}

function vote(dice: Dice): Act {
  const state = dice.chance(0.8) ? "APPROVED" : "CHANGES_REQUESTED";
  return { act: "review", pull: dice.upTo(3), who: dice.one(VOTERS), state, old: dice.chance(0.1) };
}

const ACTS: readonly ((dice: Dice, pull: number) => Act)[] = [
  (dice) => openPull(dice, dice.chance(0.7) ? "main" : dice.one(["develop", "scratch"])),
  (dice, pull) => ({ act: "open_again", pull, who: dice.one(WRITERS), base: dice.one(["main", "main", "develop"]) }),
  (dice, pull) => ({ act: "push", pull, who: dice.one(WRITERS), mask: dice.upTo(MASKS) }),
  (dice, pull) => ({ act: "force_back", pull, who: dice.one(WRITERS), steps: 1 + dice.upTo(2) }),
  (dice, pull) => ({ act: "rebase", pull, who: dice.one(WRITERS), mask: dice.upTo(MASKS) }),
  (dice) => vote(dice),
  (dice) => vote(dice),
  (dice) => vote(dice),
  (dice, pull) => ({ act: "dismiss", pull, who: dice.one(["ana", "carol", "alice"]), review: dice.upTo(3) }),
  (_dice, pull) => ({ act: "close", pull }),
  (_dice, pull) => ({ act: "reopen", pull }),
  (dice, pull) => ({ act: "retarget", pull, base: dice.one(["main", "develop", "scratch"]) }),
  (dice, pull) => ({ act: "merge", pull, who: dice.one(["alice", "ana"]), how: dice.one(["squash", "squash", "merge", "wrong", "push"]) }),
  (dice, pull) => ({ act: "merge", pull, who: "alice", how: dice.one(["squash", "squash", "merge", "wrong"]) }),
  (dice) => ({ act: "push_base", mask: dice.chance(0.6) ? dice.upTo(MASKS) : null, base: dice.one(["main", "main", "develop"]) }),
  (dice) => ({ act: "leave", who: dice.one(["bob", "carol"]) }),
  (dice) => ({ act: "join", who: dice.one(["bob", "carol", "dave"]) }),
  (dice, pull) => ({ act: "override", pull, who: dice.one(["ana", "ana", "ana", "bob"]) }),
  (_dice, pull) => ({ act: "unlabel", pull }),
  (_dice, pull) => ({ act: "rerequest", pull }),
  (dice) => ({ act: "routine", seconds: dice.one([1, 181, 601, 3601]) }),
  (dice) => ({ act: "wait", seconds: dice.one([1, 3, 60, 3 * 3600, 5 * 3600]) }),
];

function actOf(dice: Dice): Act {
  return dice.one(ACTS)(dice, dice.upTo(3));
}

const TARGETS: readonly Target[] = ["any", "any", "any", "check", "check", "save"];

function faultAt(dice: Dice, at: number): Event {
  return { at, fault: faultOf(dice), on: dice.one(TARGETS) };
}

function pauseAt(dice: Dice, at: number): Event {
  return { at, pause: 1 + dice.upTo(90), on: dice.one(TARGETS) };
}

/** What was approved ends while it is being told: where most of what can go wrong goes wrong. */
function storyOf(dice: Dice): Event[] {
  const at = 60 + dice.upTo(CALLS - 200);
  const approves: Event = { at, do: { act: "review", pull: 0, who: dice.one(["bob", "carol"]), state: "APPROVED", old: false } };
  const soon = (from: number) => at + from + dice.upTo(60);
  const harm: Event = dice.chance(0.5)
    ? { at: at + 1, fault: dice.one(["after", "late", "crash_after", "crash_late"]), on: "check" }
    : { at: at + 1, pause: 20 + dice.upTo(100), on: dice.one(["check", "check", "save", "any"]) };
  const ends = dice.one<(dice: Dice) => Act>([
    () => ({ act: "dismiss", pull: 0, who: "ana", review: dice.upTo(2) }),
    () => ({ act: "push", pull: 0, who: "alice", mask: dice.upTo(MASKS) }),
    () => ({ act: "leave", who: dice.one(["bob", "carol"]) }),
    () => ({ act: "close", pull: 0 }),
    () => ({ act: "retarget", pull: 0, base: "develop" }),
    () => ({ act: "merge", pull: 0, who: "alice", how: dice.one(["squash", "wrong", "push"]) }),
    () => ({ act: "review", pull: 0, who: dice.one(["bob", "carol"]), state: "CHANGES_REQUESTED", old: false }),
  ])(dice);
  // Looked through shortly before: then nothing about it is news to the sweeper.
  const swept: Event[] = dice.chance(0.3) ? [{ at: at + dice.one([-20, 1]), do: { act: "routine", seconds: 181 } }] : [];
  return [...swept, approves, harm, { at: soon(5), do: ends }];
}

const FAULTS: readonly Fault[] = [
  ...(["before", "after", "after", "late", "refused", "stale", "stale"] as const),
  ...(["crash_before", "crash_after", "crash_late"] as const),
];

function faultOf(dice: Dice): Fault {
  return dice.one(FAULTS);
}

function fateOf(dice: Dice): Fate {
  const fate = dice.one(["lost", "gone", "twice", { later: 20 + dice.upTo(200) }] as const);
  return { delivery: dice.upTo(12), fate };
}
