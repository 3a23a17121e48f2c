import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { describeOnPostgres } from "../support/database.ts";
import { CHECK, FILE, POLICY_CHECK, type Scene, type Stage, startScene } from "../support/scene.ts";

describe("from a signed webhook to a check run [pglite]", () => gateTests(async () => null));
describeOnPostgres("from a signed webhook to a check run", (fresh) => gateTests(fresh));

function gateTests(database: () => Promise<string | null>): void {
  let scene: Scene;
  let stage: Stage;
  beforeAll(async () => {
    scene = await startScene({ databaseUrl: await database() });
  });
  afterEach(() => {
    expect(scene.hub.violations).toEqual([]);
    expect(scene.hub.unknownRequests).toEqual([]);
  });
  afterAll(() => scene.close());
  const begin = (files?: Record<string, string>) => {
    stage = scene.stage(files);
    return scene;
  };

  test("the main job: strip, an outsider's approval, a member's approval, merge, records", async () => {
    const { hub } = begin();
    const { number, head } = stage.open();
    const asked = await stage.reaches(head, "action_required");
    expect(asked.title).toContain("sec-ops");
    await stage.reaches(head, "action_required", POLICY_CHECK);

    hub.review(stage.repository, number, { actor: "dave", state: "APPROVED" });
    await scene.settled();
    expect(stage.conclusion(head)).toBe("action_required");
    const refused = hub.checkRuns(stage.repository, head).find((run) => run.name === CHECK);
    expect(refused?.output?.summary).toMatch(/dave.*not/s);

    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    await stage.reaches(head, "success", POLICY_CHECK);
    hub.merge(stage.repository, number, { actor: "alice", method: "squash" });
    await scene.settled();
    const record = await scene.server.ledger.approvalOf(stage.repositoryId, number);
    expect(record).toMatchObject({
      created: false,
      approval: {
        kind: "regular",
        channel: "github",
        approvedBy: [{ login: "bob" }],
        pullRequest: number,
        approvalVersion: 1,
        blockerIds: [],
      },
      artifact: { compilerVersion: "3", runtimeProjection: { agent: stage.repository, environment: "production" } },
    });
    expect(record?.artifact.compiledHash).toMatch(/^[0-9a-f]{64}$/);
    const trail = await scene.server.ledger.auditTrail(100);
    expect(trail.filter((event) => event.type === "governance.approved")).toHaveLength(1);
  });

  test("merge, squash and rebase of two commits all end in one approval each", async () => {
    const { hub } = begin();
    for (const method of ["merge", "squash", "rebase"] as const) {
      const tag = { merge: "first", squash: "second", rebase: "third" }[method];
      const branch = `two-${method}`;
      hub.push(
        stage.repository,
        branch,
        { [`contracts/${tag}.odcs.yaml`]: CONTRACT.replace("id: customers", `id: ${tag}`) },
        { actor: "alice" },
      );
      hub.push(stage.repository, branch, { [`docs/${tag}.md`]: "words" }, { actor: "alice" });
      const pull = hub.openPull(stage.repository, { actor: "alice", head: branch, title: branch });
      await scene.settled();
      hub.review(stage.repository, pull.number, { actor: "bob", state: "APPROVED" });
      await stage.reaches(pull.headSha, "success");
      hub.merge(stage.repository, pull.number, { actor: "alice", method });
      await scene.settled();
      expect((await scene.server.ledger.approvalOf(stage.repositoryId, pull.number))?.approval.kind).toBe("regular");
    }
  });

  test("a dismissed approval and requested changes take the success away", async () => {
    const { hub } = begin();
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    const review = hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    hub.dismissReview(stage.repository, number, review.id, { actor: "ana", message: "look again" });
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "carol", state: "CHANGES_REQUESTED" });
    const rejected = await stage.reaches(head, "failure");
    expect(rejected.title).toContain("carol");
  });

  test("T20: a push to a governed file voids the approval; one that touches no governed byte keeps it", async () => {
    const { hub } = begin();
    const { number, head } = stage.open({ [FILE]: STRIPPED }, "work");
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    const words = hub.push(stage.repository, "work", { "README.md": "words" }, { actor: "alice" });
    await stage.reaches(words, "success");
    const more = hub.push(stage.repository, "work", { [FILE]: STRIPPED.replace("        tags: [pii]\n", "") }, { actor: "alice" });
    const voided = await stage.reaches(more, "action_required");
    expect(voided.title).toContain("sec-ops");
  });

  test("T02: who pushed to the branch cannot approve it", async () => {
    const { hub } = begin();
    const { number } = stage.open({ [FILE]: STRIPPED }, "work");
    const head = hub.push(stage.repository, "work", { "README.md": "bob's" }, { actor: "bob" });
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await scene.settled();
    expect(stage.conclusion(head)).toBe("action_required");
    hub.review(stage.repository, number, { actor: "carol", state: "APPROVED" });
    await stage.reaches(head, "success");
  });

  test("a policy that is approved and lands re-evaluates the open pull request; one that is pushed past the gate decides nothing", async () => {
    const { hub } = begin();
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    const broken = POLICIES.replace("approvers:", "aprovers:");
    hub.push(stage.repository, "main", { ".choochoo/approval-policies.yaml": broken }, { actor: "ana" });
    await scene.settled();
    expect(stage.conclusion(head)).toBe("success");
    hub.push(stage.repository, "main", { ".choochoo/approval-policies.yaml": POLICIES }, { actor: "ana" });
    const two = POLICIES.replace("minApprovals: 1", "minApprovals: 2");
    const change = stage.open({ ".choochoo/approval-policies.yaml": two });
    await stage.reaches(change.head, "action_required");
    hub.review(stage.repository, change.number, { actor: "ana", state: "APPROVED" });
    await stage.reaches(change.head, "success");
    hub.merge(stage.repository, change.number, { actor: "alice", method: "merge" });
    const asked = await stage.reaches(head, "action_required");
    expect(asked.title).toContain("sec-ops (1 of 2)");
  });

  test("T46: nothing governed changed: green, and nobody's reviews or teams are read", async () => {
    const { hub } = begin();
    hub.requests.length = 0;
    const { head } = stage.open({ "README.md": "words" });
    const green = await stage.reaches(head, "success");
    expect(green.title).toContain("No governed contract changes");
    expect(hub.requests.filter((request) => /reviews|teams|timeline/.test(request.template))).toEqual([]);
  });

  test("T28/T29: a contract made unparseable is a failure, never skipped", async () => {
    begin();
    const { head } = stage.open({ [FILE]: `${CONTRACT}\n  oops: [` });
    const failed = await stage.reaches(head, "failure");
    expect(failed.title + failed.summary).toContain(FILE);
  });

  test("a repository without policy files gets no check at all", async () => {
    const { hub } = begin({ [FILE]: CONTRACT });
    const { head } = stage.open();
    await scene.settled();
    expect(hub.checkRuns(stage.repository, head)).toEqual([]);
  });

  test("bootstrap: the pull request that brings the first policy needs an owner", async () => {
    const { hub } = begin({ [FILE]: CONTRACT });
    const { number, head } = stage.open({ ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await scene.settled();
    expect(stage.conclusion(head)).toBe("action_required");
    hub.review(stage.repository, number, { actor: "ana", state: "APPROVED" });
    await stage.reaches(head, "success");
  });

  test("T72: replaying every delivery, twice and in reverse, ends in the same state", async () => {
    const { hub } = begin();
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    hub.merge(stage.repository, number, { actor: "alice", method: "merge" });
    await scene.settled();
    const before = await scene.server.ledger.auditTrail(100);
    const runs = JSON.stringify(hub.checkRuns(stage.repository, head));
    for (const delivery of [...hub.hooks.sent].reverse()) await hub.hooks.duplicate(delivery.guid);
    await scene.settled();
    expect(await scene.server.ledger.auditTrail(100)).toEqual(before);
    expect(JSON.stringify(hub.checkRuns(stage.repository, head))).toBe(runs);
  });
}
