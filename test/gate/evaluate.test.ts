import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { evaluatePullRequest } from "../../src/gate/evaluate-pull-request.ts";
import type { PullRequests } from "../../src/gate/ports.ts";
import { STRIPPED } from "../demo/sample.ts";
import type { Hub } from "../hub/hub.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** Races placed by hand: what happens on GitHub between two reads, and what becomes of a write whose answer is lost. */
let hand: Hand;
let hub: Hub;
let deps: GateDeps;

beforeAll(async () => {
  hand = await startHand();
  ({ hub, deps } = hand);
});
afterAll(async () => {
  expect(hub.violations).toEqual([]);
  await hand.close();
});

interface Case {
  readonly repository: string;
  readonly number: number;
  readonly head: string;
  readonly key: string;
  /** Newest first. */
  runs(): ReturnType<Hub["checkRuns"]>;
}

/** One repository with one pull request that strips a tag, its deliveries taken. */
async function open(): Promise<Case> {
  const repository = hand.repository();
  const { number, head } = repository.open();
  await hub.settled();
  const runs = () => hub.checkRuns(repository.name, head).filter((run) => run.name === CHECK);
  return { repository: repository.name, number, head, key: repository.key(number), runs };
}

async function approve(scene: Case) {
  const review = hub.review(scene.repository, scene.number, { actor: "bob", state: "APPROVED" });
  await hub.settled();
  hand.pass(5);
  return review;
}

/** As a wake-up after some delivery would. */
async function evaluate(scene: Case, using: GateDeps = deps) {
  await deps.ledger.markDirty(scene.key);
  return evaluatePullRequest(using, scene.key);
}

/** The same port, with something happening on GitHub just before the nth read of the pull request, whether it is the second look or not. */
function interrupted(pulls: PullRequests, nth: number, happen: () => void): PullRequests {
  let reads = 0;
  const count = () => {
    reads += 1;
    if (reads === nth) happen();
  };
  return {
    ...pulls,
    read(pull) {
      count();
      return pulls.read(pull);
    },
    lookAgain(...asked) {
      count();
      return pulls.lookAgain(...asked);
    },
  };
}

describe("the second look", () => {
  test("T25: a push between reading and deciding: nothing is saved or shown, and the subject stays owed", async () => {
    const scene = await open();
    await approve(scene);
    const push = () => void hub.push(scene.repository, "work", { [FILE]: `${STRIPPED}# more\n` }, { actor: "alice" });
    const outcome = await evaluate(scene, { ...deps, pulls: interrupted(deps.pulls, 2, push) });
    expect(outcome.status).toBe("moved");
    expect(scene.runs()).toEqual([]);
    expect(await deps.ledger.pendingSubjects(100)).toContain(scene.key);
  });

  test("T64: a dismissal between reading and deciding: no success", async () => {
    const scene = await open();
    const review = await approve(scene);
    const dismiss = () => void hub.dismissReview(scene.repository, scene.number, review.id, { actor: "ana" });
    const outcome = await evaluate(scene, { ...deps, pulls: interrupted(deps.pulls, 2, dismiss) });
    expect(outcome.status).toBe("moved");
    expect(scene.runs()).toEqual([]);
    expect(await evaluate(scene)).toMatchObject({ status: "evaluated", state: "pending_approval" });
    expect(scene.runs()[0]?.conclusion).toBe("action_required");
    expect(scene.runs()[0]?.output.summary).toMatch(/It was requested on \w+ \d+, [\d:]+ UTC; due \w+ \d+, [\d:]+ UTC\./);
  });

  test("T26: a retarget between reading and deciding", async () => {
    const scene = await open();
    await approve(scene);
    hub.push(scene.repository, "lax", {}, { actor: "alice", message: "branch" });
    const retarget = () => hub.retarget(scene.repository, scene.number, "lax", { actor: "alice" });
    expect((await evaluate(scene, { ...deps, pulls: interrupted(deps.pulls, 2, retarget) })).status).toBe("moved");
    expect(scene.runs()).toEqual([]);
  });
});

describe("publishing", () => {
  test("a wake-up without work left reads nothing from GitHub", async () => {
    const scene = await open();
    await evaluate(scene);
    hub.requests.length = 0;
    expect(await evaluatePullRequest(deps, scene.key)).toEqual({ status: "idle" });
    expect(hub.requests).toEqual([]);
  });

  test("one run per commit and name: updated in place, never a second", async () => {
    const scene = await open();
    await evaluate(scene);
    const [first] = scene.runs();
    await approve(scene);
    await evaluate(scene);
    expect(scene.runs().map((run) => [run.id, run.conclusion])).toEqual([[first?.id, "success"]]);
  });

  test("a create whose answer is lost is found again, not doubled into two verdicts", async () => {
    const scene = await open();
    hub.fail({ method: "POST", path: /check-runs/ }, { kind: "effect-then-hang" }, 1);
    await expect(evaluate(scene)).rejects.toThrow();
    await approve(scene);
    expect(await evaluate(scene)).toMatchObject({ status: "evaluated", state: "approved" });
    expect(scene.runs()[0]?.conclusion).toBe("success");
    expect(await deps.ledger.pendingSubjects(100)).not.toContain(scene.key);
  });

  test.each([
    ["does not show", { find: async () => [] }],
    [
      "shows otherwise",
      {
        find: async (...asked: Parameters<GateDeps["checks"]["find"]>) => [{ ...(await deps.checks.find(...asked))[0]!, conclusion: null }],
      },
    ],
    [
      "shows behind another run",
      { find: async (...asked: Parameters<GateDeps["checks"]["find"]>) => [{ ...(await deps.checks.find(...asked))[0]!, id: 1 }] },
    ],
  ])("T65: a write that GitHub acknowledges and %s is still owed", async (_what, told) => {
    const scene = await open();
    await approve(scene);
    await expect(evaluate(scene, { ...deps, checks: { ...deps.checks, ...told } })).rejects.toThrow(/GitHub (does not show|shows)/);
    expect(await deps.ledger.pendingSubjects(100)).toContain(scene.key);
    await evaluate(scene);
    expect(scene.runs()[0]?.conclusion).toBe("success");
    expect(await deps.ledger.pendingSubjects(100)).not.toContain(scene.key);
  });

  test("T65: leaving success after an unknown outcome makes a new run, so that a late success hits a superseded one", async () => {
    const scene = await open();
    await evaluate(scene);
    const [first] = scene.runs();
    const review = await approve(scene);
    hub.fail({ method: "PATCH", path: /check-runs/ }, { kind: "effect-then-hang" }, 2);
    await expect(evaluate(scene)).rejects.toThrow();
    expect(scene.runs()[0]).toMatchObject({ id: first?.id, conclusion: "success" });
    hub.clearFaults();
    hub.dismissReview(scene.repository, scene.number, review.id, { actor: "ana" });
    await evaluate(scene);
    const [newest] = scene.runs();
    expect(newest?.conclusion).toBe("action_required");
    expect(newest?.id).not.toBe(first?.id);
  });

  test("T76: a worker whose subject was taken over writes nothing", async () => {
    const scene = await open();
    await approve(scene);
    let other: Promise<unknown> = Promise.resolve();
    const slow: PullRequests = {
      ...deps.pulls,
      async lookAgain(...asked) {
        other = deps.ledger.startWork(scene.key);
        await other;
        return deps.pulls.lookAgain(...asked);
      },
    };
    expect(await evaluate(scene, { ...deps, pulls: slow })).toEqual({ status: "superseded" });
    expect(scene.runs()).toEqual([]);
  });
});

describe("faults", () => {
  test("T68: the success of before does not stand while truth cannot be read; three faults in a row say failure", async () => {
    const scene = await open();
    await approve(scene);
    await evaluate(scene);
    expect(scene.runs()[0]?.conclusion).toBe("success");
    hub.fail({ path: /\/reviews/ }, { kind: "html" }, Number.POSITIVE_INFINITY);
    for (const expected of [null, null, "failure"]) {
      await expect(evaluate(scene)).rejects.toThrow();
      expect(scene.runs()[0]?.conclusion ?? null).toBe(expected);
    }
    hub.clearFaults();
    await evaluate(scene);
    expect(scene.runs()[0]?.conclusion).toBe("success");
  });

  test("T10: a team that cannot be read is not a team without members", async () => {
    const scene = await open();
    await approve(scene);
    hub.fail(
      { path: /teams\/[^/]+\/members/ },
      { kind: "status", status: 404, body: { message: "Not Found", documentation_url: "https://docs.github.com/rest" } },
      Number.POSITIVE_INFINITY,
    );
    await evaluate(scene);
    expect(scene.runs()[0]).toMatchObject({ conclusion: "failure" });
    expect(scene.runs()[0]?.output?.title).toContain("sec-ops");
    hub.clearFaults();
  });
});
