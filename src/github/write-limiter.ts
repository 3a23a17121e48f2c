import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { TruthError } from "../gate/ports/truth.ts";
import { restOf } from "./failure.ts";

const INSTALLATIONS_MAX = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How fast one installation writes. */
export interface WritePace {
  /** Between the starts of two writes, which then go one at a time; 0 = no pace at all. */
  readonly gapMs: number;
  /** What people are notified of: comments, issues, reactions, requests for review. */
  readonly contentPerMinute: number;
  readonly contentPerHour: number;
  /** A write that would wait longer is refused unsent, so that no job sits and waits: it comes back by itself. */
  readonly waitMaxMs: number;
}

/** What GitHub asks for, and below what it refuses at. */
export const GITHUB_PACE: WritePace = { gapMs: 1_000, contentPerMinute: 80, contentPerHour: 500, waitMaxMs: 10_000 };

/** For tests, benchmarks and servers that limit nothing. GitHub's own word to wait is kept all the same. */
export const UNPACED: WritePace = { gapMs: 0, contentPerMinute: Infinity, contentPerHour: Infinity, waitMaxMs: 10_000 };

export function paceOf(gapMs: number): WritePace {
  return gapMs === 0 ? UNPACED : { ...GITHUB_PACE, gapMs };
}

/** Every installation writes in a line of its own: none waits for another. */
export interface WriteLimiter {
  /** `content`: people are notified of it. @throws TruthError (`unsent`), when its turn is too far away. */
  run<T>(installationId: number, content: boolean, write: () => Promise<T>): Promise<T>;
}

/** Monotonic milliseconds; given by tests. */
export interface LimiterClock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

interface Lane {
  startedAt: number;
  /** Starts of content in the last hour, oldest first. */
  readonly content: number[];
  /** GitHub said to wait until then. */
  restsUntil: number;
  /** End of the line. */
  turn: Promise<unknown>;
  waiting: number;
}

const SYSTEM: LimiterClock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };

export function createWriteLimiter(pace: WritePace, clock: LimiterClock = SYSTEM): WriteLimiter {
  const lanes = new LRUCache<number, Lane>({ max: INSTALLATIONS_MAX });
  const laneOf = (id: number): Lane => {
    const lane = lanes.get(id) ?? { startedAt: -Infinity, content: [], restsUntil: 0, turn: Promise.resolve(), waiting: 0 };
    lanes.set(id, lane);
    return lane;
  };

  async function start<T>(lane: Lane, content: boolean, write: () => Promise<T>): Promise<T> {
    const wait = waitOf(lane, content, pace, clock.now());
    if (wait > pace.waitMaxMs) throw resting(wait);
    if (wait > 0) await clock.sleep(wait);
    lane.startedAt = clock.now();
    if (content && pace.gapMs > 0) lane.content.push(lane.startedAt);
    try {
      return await write();
    } catch (error) {
      const rest = restOf(error, Date.now());
      if (rest !== null) lane.restsUntil = Math.max(lane.restsUntil, clock.now() + rest);
      throw error;
    }
  }

  return {
    async run(installationId, content, write) {
      const lane = laneOf(installationId);
      if (pace.gapMs === 0) return start(lane, content, write);
      const ahead = waitOf(lane, content, pace, clock.now()) + lane.waiting * pace.gapMs;
      if (ahead > pace.waitMaxMs) throw resting(ahead);
      lane.waiting += 1;
      const mine = lane.turn
        .then(() => start(lane, content, write))
        .finally(() => {
          lane.waiting -= 1;
        });
      lane.turn = mine.catch(() => {});
      return mine;
    },
  };
}

/** Milliseconds until the next write may start. */
function waitOf(lane: Lane, content: boolean, pace: WritePace, now: number): number {
  while (lane.content.length > 0 && lane.content[0]! <= now - HOUR_MS) lane.content.shift();
  const after = (count: number, ms: number) => (lane.content.length < count ? 0 : lane.content[lane.content.length - count]! + ms);
  const limits = content ? [after(pace.contentPerMinute, MINUTE_MS), after(pace.contentPerHour, HOUR_MS)] : [];
  return Math.max(0, ...[lane.restsUntil, lane.startedAt + pace.gapMs, ...limits].map((at) => at - now));
}

/** A job's row brings it back. */
function resting(waitMs: number): TruthError {
  const what = "writing to GitHub";
  const message = `${what}: this installation rests for ${Math.ceil(waitMs / 1000)} s more; nothing was sent`;
  return new TruthError(what, "network", message, { unsent: true });
}
