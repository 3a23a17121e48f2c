import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isPassing } from "../../src/engine/decision.ts";
import type { CallerReads } from "../../src/gate/ports.ts";
import { CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { pullChecks } from "../support/pull-check.ts";
import { FILE, type Scene, type Stage, startScene } from "../support/scene.ts";

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

interface Scenario {
  readonly name: string;
  /** What the app's check must say; `any` where only the comparison matters. */
  readonly app: "success" | "action_required" | "failure" | "any";
  /** What `check --pr` must say without the app's check. */
  readonly alone: string | RegExp;
  readonly files?: Readonly<Record<string, string | null>>;
  readonly play: (number: number, branch: string) => void | Promise<void>;
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
    // Each of them may land on the base, and GitHub lists no more of them.
    name: "more than 250 commits",
    app: "failure",
    alone: "invalid",
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
    // The app holds on to the version with its record; who has no records must take what is there.
    name: "the policy on the default branch is broken",
    app: "success",
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
    files: { ".choochoo/approval-policies.yaml": POLICIES.replace("minApprovals: 1", "minApprovals: 2"), [FILE]: STRIPPED },
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
