import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isPassing } from "../../src/engine/decision.ts";
import { checkPullRequest } from "../../src/gate/check-pull-request.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { CallerReads, PublishedRun } from "../../src/gate/ports.ts";
import { createCallerReads } from "../../src/github/index.ts";
import { CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { jwtClient } from "../hub/world.ts";
import { CHECK, FILE, type Scene, type Stage, startScene } from "../support/scene.ts";

let scene: Scene;
let stage: Stage;
beforeAll(async () => {
  scene = await startScene();
  scene.hub.clock = () => new Date(Date.now() + aheadMs);
});
afterEach(() => {
  expect(scene.hub.violations).toEqual([]);
  expect(scene.hub.unknownRequests).toEqual([]);
});
afterAll(() => scene.close());

const readsOf = (login: string) => createCallerReads({ token: scene.hub.userToken(login), baseUrl: scene.hub.url });
/** As if the app were not installed: its check is not there, so nothing but the rules themselves can hold a result back. */
const withoutApp = (reads: CallerReads): CallerReads => ({ ...reads, published: async () => [] });

async function decided(number: number, github: CallerReads = readsOf("ana")) {
  const [owner, name] = stage.repository.split("/") as [string, string];
  const deps = { github, clock: { now: () => new Date() }, comparer: compareHere };
  return (await checkPullRequest(deps, { owner, name, number })).decision;
}

/** Instants on GitHub are whole seconds: what comes later must be seen to. */
let aheadMs = 0;
function later(): void {
  aheadMs += 2000;
}

interface Scenario {
  readonly name: string;
  /** What the app's check must say; `any` where only the comparison matters. */
  readonly app: "success" | "action_required" | "failure" | "any";
  /** What `check --pr` must say without the app's check. */
  readonly alone: string | RegExp;
  readonly files?: Readonly<Record<string, string | null>>;
  readonly play: (number: number, branch: string) => void | Promise<void>;
}

function approve(number: number, actor: string, commitId?: string): { readonly id: number } {
  later();
  const review = scene.hub.review(stage.repository, number, { actor, state: "APPROVED", ...(commitId === undefined ? {} : { commitId }) });
  later();
  return review;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "nobody approved", app: "action_required", alone: "pending_approval", play: () => {} },
  { name: "nothing governed changes", app: "success", alone: "not_applicable", files: { "README.md": "words" }, play: () => {} },
  { name: "a fresh approval of a member", app: "success", alone: "approved", play: (n) => void approve(n, "bob") },
  { name: "of somebody outside the team", app: "action_required", alone: "pending_approval", play: (n) => void approve(n, "dave") },
  { name: "of an owner who is in no team", app: "action_required", alone: "pending_approval", play: (n) => void approve(n, "ana") },
  {
    name: "dismissed",
    app: "action_required",
    alone: "pending_approval",
    play: (n) => {
      const { id } = approve(n, "bob");
      scene.hub.dismissReview(stage.repository, n, id, { actor: "ana", message: "again" });
    },
  },
  {
    name: "T20: stale, a governed file was pushed after it",
    app: "action_required",
    alone: "pending_approval",
    play: async (n, branch) => {
      approve(n, "bob");
      scene.hub.push(stage.repository, branch, { [FILE]: STRIPPED.replace("        tags: [pii]\n", "") }, { actor: "alice" });
    },
  },
  {
    name: "kept by the app over a push that touches nothing governed: here it does not count",
    app: "success",
    alone: "pending_approval",
    play: async (n, branch) => {
      approve(n, "bob");
      scene.hub.push(stage.repository, branch, { "README.md": "words" }, { actor: "alice" });
    },
  },
  {
    name: "T21: re-pointed by a force-push",
    app: "action_required",
    alone: "pending_approval",
    play: async (n, branch) => {
      approve(n, "bob");
      scene.hub.push(
        stage.repository,
        branch,
        { [FILE]: STRIPPED.replace("pii", "public") },
        { actor: "alice", onto: scene.hub.tip(stage.repository, "main") },
      );
    },
  },
  {
    name: "T02: of somebody who pushed to the branch",
    app: "action_required",
    alone: "pending_approval",
    play: (n, branch) => {
      scene.hub.push(stage.repository, branch, { "README.md": "bob's" }, { actor: "bob" });
      approve(n, "bob");
    },
  },
  {
    name: "changes requested by another member",
    app: "failure",
    alone: "rejected",
    play: (n) => {
      approve(n, "bob");
      scene.hub.review(stage.repository, n, { actor: "carol", state: "CHANGES_REQUESTED", body: "no" });
    },
  },
  {
    name: "closed and reopened after it",
    app: "action_required",
    alone: "pending_approval",
    play: async (n) => {
      approve(n, "bob");
      scene.hub.closePull(stage.repository, n, { actor: "alice" });
      scene.hub.reopenPull(stage.repository, n, { actor: "alice" });
    },
  },
  {
    name: "for an older commit, named so",
    app: "action_required",
    alone: "pending_approval",
    play: async (n, branch) => {
      const old = scene.hub.tip(stage.repository, branch);
      scene.hub.push(stage.repository, branch, { [FILE]: STRIPPED.replace("        tags: [pii]\n", "") }, { actor: "alice" });
      await scene.settled();
      approve(n, "bob", old);
    },
  },
  {
    name: "retargeted after it",
    app: "any",
    alone: "pending_approval",
    play: async (n) => {
      scene.hub.push(stage.repository, "release/1", { "README.md": "one" }, { actor: "ana" });
      approve(n, "bob");
      await scene.settled();
      scene.hub.retarget(stage.repository, n, "release/1", { actor: "alice" });
    },
  },
  {
    name: "of a member who left the team afterwards",
    app: "action_required",
    alone: "pending_approval",
    play: async (n) => {
      scene.hub.addMember("acme/sec-ops", "dave");
      approve(n, "dave");
      await scene.settled();
      scene.hub.removeMember("acme/sec-ops", "dave");
    },
  },
  {
    name: "T06: a commit by nobody knows whom needs one more person",
    app: "action_required",
    alone: "pending_approval",
    play: (n, branch) => {
      const stranger = { name: "Nobody", email: "nobody@nowhere.example" };
      scene.hub.push(stage.repository, branch, { "README.md": "words" }, { actor: "alice", author: stranger, committer: stranger });
      approve(n, "bob");
    },
  },
  {
    name: "T06: and with one more it is complete",
    app: "success",
    alone: "approved",
    play: (n, branch) => {
      const stranger = { name: "Nobody", email: "nobody@nowhere.example" };
      scene.hub.push(stage.repository, branch, { "README.md": "words" }, { actor: "alice", author: stranger, committer: stranger });
      approve(n, "bob");
      approve(n, "carol");
    },
  },
  {
    name: "more than 250 commits",
    app: "action_required",
    alone: "pending_approval",
    play: (n, branch) => {
      let tip = scene.hub.tip(stage.repository, branch);
      for (let index = 0; index < 255; index++)
        tip = scene.hub.commit(stage.repository, { "README.md": `words ${index}` }, { actor: "alice", parents: [tip] });
      scene.hub.pushCommit(stage.repository, branch, tip, { actor: "alice" });
      approve(n, "bob");
    },
  },
  {
    name: "a contract that cannot be read",
    app: "failure",
    alone: "invalid",
    files: { [FILE]: `${CONTRACT}\n  oops: [` },
    play: (n) => void approve(n, "bob"),
  },
  {
    name: "the policy on the default branch is broken",
    app: "failure",
    alone: "invalid",
    play: async (n) => {
      approve(n, "bob");
      await scene.settled();
      scene.hub.push(
        stage.repository,
        "main",
        { ".choochoo/approval-policies.yaml": POLICIES.replace("approvers:", "aprovers:") },
        { actor: "ana" },
      );
    },
  },
  {
    name: "a policy changed in the pull request itself",
    app: "action_required",
    alone: "pending_approval",
    files: { ".choochoo/approval-policies.yaml": POLICIES.replace("sec-ops", "friends"), [FILE]: STRIPPED },
    play: (n) => void approve(n, "bob"),
  },
];

describe("check --pr is never laxer than the app", () => {
  test.each(SCENARIOS)("$name", async ({ app, alone, files, play }) => {
    stage = scene.stage();
    const branch = `work-${stage.repositoryId}`;
    const { number } = stage.open(files ?? { [FILE]: STRIPPED }, branch);
    await scene.settled();
    await play(number, branch);
    await scene.settled();
    const head = (await readsOf("ana").pulls.read((await find(number))!)).headSha;
    const shown = stage.conclusion(head);
    if (app !== "any") expect(shown).toBe(app);

    const bare = await decided(number, withoutApp(readsOf("ana")));
    expect(bare.state).toMatch(alone);
    const beside = await decided(number);
    for (const decision of [bare, beside]) if (shown !== "success") expect(isPassing(decision.state), decision.verdict).toBe(false);
    // What the app shows may only hold back.
    if (!isPassing(bare.state)) expect(isPassing(beside.state)).toBe(false);
  });
});

const find = (number: number) => {
  const [owner, name] = stage.repository.split("/") as [string, string];
  return readsOf("ana").find(owner, name, number);
};

describe("the app's own check holds a result back", () => {
  let number: number;
  beforeAll(async () => {
    stage = scene.stage();
    number = stage.open().number;
    await scene.settled();
    approve(number, "bob");
    await scene.settled();
  });

  test.each([
    ["action_required", "pending_approval", 10],
    ["failure", "invalid", 1],
    ["timed_out", "invalid", 1],
    ["neutral", "invalid", 1],
    ["skipped", "invalid", 1],
    [null, "pending_approval", 10],
  ])("%s", async (conclusion, state, exitCode) => {
    const reads = readsOf("ana");
    const run = { id: 1, name: CHECK, conclusion, title: "Waiting for sec-ops" };
    const beside = (...runs: PublishedRun[]) => decided(number, { ...reads, published: async () => runs });
    expect(await beside(run)).toMatchObject({ state, exitCode, verdict: expect.stringContaining(CHECK) });
    expect(await beside({ ...run, conclusion: "success" })).toMatchObject({ state: "approved" });
    // A check of another name of ours says something only where this one is not there.
    const other = { ...run, name: "countersign: elsewhere" };
    expect(await beside(other)).toMatchObject({ state });
    expect(await beside({ ...run, conclusion: "success" }, other)).toMatchObject({ state: "approved" });
    expect(await beside({ ...run, name: "another app's" })).toMatchObject({ state: "approved" });
  });

  test("an override that the app does not show is none", async () => {
    stage = scene.stage();
    const { number } = stage.open();
    await scene.settled();
    scene.hub.comment(stage.repository, number, '/countersign override reason="pager"', { actor: "ana" });
    scene.hub.label(stage.repository, number, "governance-override", { actor: "ana" });
    await scene.settled();
    const reads = readsOf("ana");
    const alone = await decided(number, withoutApp(reads));
    expect(["overridden", "pending_approval"]).toContain(alone.state);
    const held = await decided(number, {
      ...reads,
      published: async () => [{ id: 1, name: CHECK, conclusion: "action_required", title: null }],
    });
    expect(held).toMatchObject({ state: "pending_approval", override: null });
  });
});

describe("what the token cannot see is an error, never a pass", () => {
  /** As Actions hands it out: the repository's own content and reviews, and nothing of the organisation. */
  async function actionsToken(): Promise<CallerReads> {
    const jwt = jwtClient(scene.hub);
    const { data } = await jwt.apps.getOrgInstallation({ org: "acme" });
    const permissions = { contents: "read", pull_requests: "read", checks: "read", issues: "read" } as const;
    const made = await jwt.apps.createInstallationAccessToken({ installation_id: data.id, permissions });
    return createCallerReads({ token: made.data.token, baseUrl: scene.hub.url });
  }
  async function strangerReads(): Promise<CallerReads> {
    const guest = `guest-${stage.repositoryId}`;
    scene.hub.createUser(guest);
    scene.hub.grant(stage.repository, guest, "read");
    return readsOf(guest);
  }
  beforeEach(async () => {
    stage = scene.stage();
  });

  test.each([
    ["the token of Actions", actionsToken, /may not read the teams of acme.*Members: read/],
    ["a person outside the organisation", strangerReads, /no active member of acme.*read:org/],
  ])("%s: error, 4, and which permission is missing", async (_name, reads, message) => {
    const { number } = stage.open();
    await scene.settled();
    approve(number, "bob");
    await scene.settled();
    expect(await decided(number, withoutApp(await reads()))).toMatchObject({
      state: "error",
      exitCode: 4,
      verdict: expect.stringMatching(message),
    });
  });

  test("nobody has to be seen where nothing governed changes", async () => {
    const { number } = stage.open({ "README.md": "words" });
    await scene.settled();
    expect(await decided(number, await actionsToken())).toMatchObject({ state: "not_applicable", exitCode: 0 });
  });

  test("a token that is none", async () => {
    const { number } = stage.open();
    const reads = createCallerReads({ token: "nothing", baseUrl: scene.hub.url });
    await expect(decided(number, reads)).rejects.toMatchObject({ kind: "auth" });
  });

  test.each([
    ["reviews", /pulls\/\d+\/reviews/, "network", 3],
    ["the app's check", /check-runs/, "network", 3],
    ["team members", /teams\/sec-ops\/members/, "network", 3],
  ])("a read of %s that fails is an error", async (_name, path, _kind, exitCode) => {
    const { number } = stage.open();
    await scene.settled();
    approve(number, "bob");
    await scene.settled();
    scene.hub.fail({ path }, { kind: "status", status: 502 }, 20);
    const decision = await decided(number);
    scene.hub.clearFaults();
    expect(decision).toMatchObject({ state: "error", exitCode });
  });
});

test("a pull request that is closed, or not there, is no decision", async () => {
  stage = scene.stage();
  const { number } = stage.open();
  scene.hub.closePull(stage.repository, number, { actor: "alice" });
  await expect(decided(number)).rejects.toMatchObject({ kind: "not_found", message: expect.stringContaining("is closed") });
  await expect(decided(999)).rejects.toMatchObject({ kind: "not_found" });
});

test("the caller's token never writes", async () => {
  stage = scene.stage();
  const { number } = stage.open();
  await scene.settled();
  scene.hub.requests.length = 0;
  await decided(number);
  expect([...new Set(scene.hub.requests.map(({ method }) => method))]).toEqual(["GET"]);
  const ref = (await find(number))!;
  await expect(readsOf("ana").pulls.removeLabel(ref, "x")).rejects.toMatchObject({
    kind: "bug",
    message: expect.stringContaining("refused to write"),
  });
});

test("a review that comes while it is read is seen: nothing passes on two moments", async () => {
  stage = scene.stage();
  const { number } = stage.open();
  await scene.settled();
  approve(number, "bob");
  await scene.settled();
  const reads = withoutApp(readsOf("ana"));
  let looked = 0;
  const people: CallerReads["pulls"]["people"] = async (...args) => {
    const seen = await reads.pulls.people(...args);
    if (looked++ === 0) scene.hub.review(stage.repository, number, { actor: "carol", state: "CHANGES_REQUESTED", body: "no" });
    return seen;
  };
  expect(await decided(number, { ...reads, pulls: { ...reads.pulls, people } })).toMatchObject({ state: "rejected" });
  expect(looked).toBe(2);
});
