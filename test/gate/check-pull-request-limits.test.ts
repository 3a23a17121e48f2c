import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CallerReads, PublishedRun } from "../../src/gate/ports.ts";
import { createCallerReads } from "../../src/github/index.ts";
import { jwtClient } from "../hub/world.ts";
import { pullChecks } from "../support/pull-check.ts";
import { CHECK, type Scene, type Stage, startScene } from "../support/scene.ts";

let scene: Scene;
let stage: Stage;
let checks: ReturnType<typeof pullChecks>;
beforeAll(async () => {
  scene = await startScene();
  checks = pullChecks(scene);
});
afterEach(() => {
  checks.backToNow();
  expect(scene.hub.violations).toEqual([]);
  expect(scene.hub.unknownRequests).toEqual([]);
});
afterAll(() => scene.close());

const readsOf = (login: string) => checks.readsOf(login);
const withoutApp = (reads: CallerReads) => checks.withoutApp(reads);
const find = (number: number) => checks.find(stage, number);
const decided = (number: number, github?: CallerReads) => checks.decided(stage, number, github);
const approve = (number: number, actor: string, commitId?: string) => checks.approve(stage, number, actor, commitId);

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
  const own = scene.hub.requests.filter(({ byPerson }) => byPerson);
  expect([...new Set(own.map(({ method }) => method))]).toEqual(["GET"]);
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
