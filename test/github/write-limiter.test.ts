import { describe, expect, test } from "vitest";
import type { TruthError } from "../../src/gate/ports.ts";
import { failureOf } from "../../src/github/failure.ts";
import { createWriteLimiter, GITHUB_PACE, type LimiterClock, UNPACED } from "../../src/github/write-limiter.ts";

/** Time that passes only when somebody sleeps. */
function clock() {
  let now = 1_000_000;
  const sleepers: { at: number; wake: () => void }[] = [];
  const given: LimiterClock = {
    now: () => now,
    sleep: (ms) => new Promise<void>((wake) => sleepers.push({ at: now + ms, wake })),
  };
  return {
    given,
    /** Lets everything happen that is due within `ms`. */
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = sleepers.sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > end) break;
        sleepers.shift();
        now = Math.max(now, next.at);
        next.wake();
      }
      now = end;
      await settle();
    },
  };
}

async function settle() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** As octokit rejects. */
function refusal(status: number, headers: Record<string, string>, message = "slow down"): Error {
  return Object.assign(new Error(message), { status, response: { headers, data: { message } } });
}

describe("writes of one installation", () => {
  test("go one at a time, a second apart", async () => {
    const { given, pass } = clock();
    const limiter = createWriteLimiter(GITHUB_PACE, given);
    const at: number[] = [];
    for (let write = 0; write < 4; write++) void limiter.run(1, false, async () => void at.push(given.now() - 1_000_000));
    await pass(2_500);
    expect(at).toEqual([0, 1_000, 2_000]);
    await pass(1_000);
    expect(at).toEqual([0, 1_000, 2_000, 3_000]);
  });

  test("beyond the wait that a job may sit through, one is refused unsent, and a later one goes", async () => {
    const { given, pass } = clock();
    const limiter = createWriteLimiter({ ...GITHUB_PACE, waitMaxMs: 3_000 }, given);
    let sent = 0;
    const write = async () => {
      sent += 1;
    };
    const outcomes = await Promise.allSettled([...Array.from({ length: 6 }, () => limiter.run(1, false, write)), pass(10_000)]);
    expect(outcomes.slice(0, 6).map(({ status }) => status)).toEqual([...Array(4).fill("fulfilled"), "rejected", "rejected"]);
    expect(outcomes[5]).toMatchObject({ reason: { kind: "network", message: expect.stringContaining("nothing was sent") } });
    expect(sent).toBe(4);
    await limiter.run(1, false, write);
    expect(sent).toBe(5);
  });

  test("what notifies people is held to 80 a minute; check runs are not", async () => {
    const { given, pass } = clock();
    const limiter = createWriteLimiter({ ...GITHUB_PACE, gapMs: 10 }, given);
    for (let write = 0; write < 80; write++) {
      void limiter.run(1, true, async () => {});
      await pass(10);
    }
    await expect(limiter.run(1, true, async () => {})).rejects.toThrow("rests for 60 s more");
    await expect(Promise.all([limiter.run(1, false, async () => "check"), pass(100)])).resolves.toEqual(["check", undefined]);
    await pass(60_000);
    await expect(limiter.run(1, true, async () => "comment")).resolves.toBe("comment");
  });
});

describe("other installations", () => {
  test("do not wait for one that floods, nor for one that GitHub has put to rest", async () => {
    const { given, pass } = clock();
    const limiter = createWriteLimiter(GITHUB_PACE, given);
    const flood = Array.from({ length: 500 }, () => limiter.run(1, true, async () => {}).catch((error: TruthError) => error.unsent));
    const refused = limiter.run(2, false, () => Promise.reject(refusal(403, { "retry-after": "120" })));
    await expect(refused).rejects.toThrow("slow down");
    let done = false;
    const other = limiter.run(3, false, async () => {
      done = true;
    });
    await pass(0);
    expect(done).toBe(true);
    await other;
    await pass(20_000);
    expect((await Promise.all(flood)).filter((unsent) => unsent === true).length).toBeGreaterThan(480);
  });
});

describe("GitHub's word to wait", () => {
  test.each([
    [403, { "retry-after": "30" }, 30],
    [429, { "retry-after": "30" }, 30],
    [403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 90) }, 90],
    [429, {}, 60],
    [403, { "retry-after": "999999" }, 3600],
  ])("%i %o rests that long, also without a pace of our own", async (status, headers, seconds) => {
    const { given, pass } = clock();
    const limiter = createWriteLimiter(UNPACED, given);
    await expect(limiter.run(1, false, () => Promise.reject(refusal(status, headers as Record<string, string>)))).rejects.toThrow();
    let sent = 0;
    const write = async () => {
      sent += 1;
    };
    await expect(limiter.run(1, false, write)).rejects.toMatchObject({ unsent: true, kind: "network" });
    await pass((seconds - 12) * 1000);
    await expect(limiter.run(1, false, write)).rejects.toMatchObject({ unsent: true });
    expect(sent).toBe(0);
    await pass(13_000);
    await limiter.run(1, false, write);
    expect(sent).toBe(1);
  });

  test("is not heard in a refusal that is about the request, nor in silence", async () => {
    const limiter = createWriteLimiter(UNPACED, clock().given);
    for (const error of [refusal(403, {}, "Resource not accessible"), refusal(422, {}), refusal(502, {}), new Error("socket hang up")]) {
      await expect(limiter.run(1, false, () => Promise.reject(error))).rejects.toThrow();
      await expect(limiter.run(1, false, async () => "sent")).resolves.toBe("sent");
    }
  });

  test("keeps its name when it is told to the gate", async () => {
    const limiter = createWriteLimiter(UNPACED, clock().given);
    await limiter.run(1, false, () => Promise.reject(refusal(429, {}))).catch(() => {});
    const error = await limiter.run(1, false, async () => {}).catch((caught: unknown) => caught);
    expect(failureOf("check", error)).toBe(error);
  });
});
