import { afterEach, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { describeOnPostgres } from "../support/database.ts";
import { CHECK, FILE, POLICY_CHECK, REPOSITORY, type Scene, startScene } from "../support/scene.ts";

describe("from a signed webhook to a check run [pglite]", () => gateTests(async () => null));
describeOnPostgres("from a signed webhook to a check run", (fresh) => gateTests(fresh));

function gateTests(database: () => Promise<string | null>): void {
  let scene: Scene;
  afterEach(async () => {
    expect(scene.hub.violations).toEqual([]);
    expect(scene.hub.unknownRequests).toEqual([]);
    await scene.close();
  });
  const begin = async (files?: Record<string, string>) => {
    scene = await startScene({ databaseUrl: await database(), ...(files === undefined ? {} : { files }) });
    return scene;
  };

  test("the main job: strip, an outsider's approval, a member's approval, merge, records", async () => {
    const { hub } = await begin();
    const { number, head } = scene.open();
    const asked = await scene.reaches(head, "action_required");
    expect(asked.title).toContain("sec-ops");
    await scene.reaches(head, "action_required", POLICY_CHECK);

    hub.review(REPOSITORY, number, { actor: "dave", state: "APPROVED" });
    await scene.settled();
    expect(scene.conclusion(head)).toBe("action_required");
    const refused = hub.checkRuns(REPOSITORY, head).find((run) => run.name === CHECK);
    expect(refused?.output?.summary).toMatch(/dave.*not/s);

    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.reaches(head, "success");
    await scene.reaches(head, "success", POLICY_CHECK);
    hub.merge(REPOSITORY, number, { actor: "alice", method: "squash" });
    await scene.settled();
    const record = await scene.server.ledger.approvalOf(scene.repositoryId, number);
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
      artifact: { compilerVersion: "1", runtimeProjection: { agent: REPOSITORY, environment: "production" } },
    });
    expect(record?.artifact.compiledHash).toMatch(/^[0-9a-f]{64}$/);
    const trail = await scene.server.ledger.auditTrail(10);
    expect(trail.filter((event) => event.type.includes("approval"))).toHaveLength(1);
  });

  test("merge, squash and rebase of two commits all end in one approval each", async () => {
    const { hub } = await begin();
    for (const method of ["merge", "squash", "rebase"] as const) {
      const tag = { merge: "first", squash: "second", rebase: "third" }[method];
      const branch = `two-${method}`;
      hub.push(REPOSITORY, branch, { [`contracts/${tag}.odcs.yaml`]: CONTRACT.replace("id: customers", `id: ${tag}`) }, { actor: "alice" });
      hub.push(REPOSITORY, branch, { [`docs/${tag}.md`]: "words" }, { actor: "alice" });
      const pull = hub.openPull(REPOSITORY, { actor: "alice", head: branch, title: branch });
      await scene.settled();
      hub.review(REPOSITORY, pull.number, { actor: "bob", state: "APPROVED" });
      await scene.reaches(pull.headSha, "success");
      hub.merge(REPOSITORY, pull.number, { actor: "alice", method });
      await scene.settled();
      expect((await scene.server.ledger.approvalOf(scene.repositoryId, pull.number))?.approval.kind).toBe("regular");
    }
  });

  test("a dismissed approval and requested changes take the success away", async () => {
    const { hub } = await begin();
    const { number, head } = scene.open();
    await scene.reaches(head, "action_required");
    const review = hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.reaches(head, "success");
    hub.dismissReview(REPOSITORY, number, review.id, { actor: "ana", message: "look again" });
    await scene.reaches(head, "action_required");
    hub.review(REPOSITORY, number, { actor: "carol", state: "CHANGES_REQUESTED" });
    const rejected = await scene.reaches(head, "failure");
    expect(rejected.title).toContain("carol");
  });

  test("T20: a push to a governed file voids the approval; one that touches no governed byte keeps it", async () => {
    const { hub } = await begin();
    const { number, head } = scene.open({ [FILE]: STRIPPED }, "work");
    await scene.reaches(head, "action_required");
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.reaches(head, "success");
    const words = hub.push(REPOSITORY, "work", { "README.md": "words" }, { actor: "alice" });
    await scene.reaches(words, "success");
    const more = hub.push(REPOSITORY, "work", { [FILE]: STRIPPED.replace("        tags: [pii]\n", "") }, { actor: "alice" });
    const voided = await scene.reaches(more, "action_required");
    expect(voided.title).toContain("sec-ops");
  });

  test("T02: who pushed to the branch cannot approve it", async () => {
    const { hub } = await begin();
    const { number } = scene.open({ [FILE]: STRIPPED }, "work");
    const head = hub.push(REPOSITORY, "work", { "README.md": "bob's" }, { actor: "bob" });
    await scene.reaches(head, "action_required");
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.settled();
    expect(scene.conclusion(head)).toBe("action_required");
    hub.review(REPOSITORY, number, { actor: "carol", state: "APPROVED" });
    await scene.reaches(head, "success");
  });

  test("a new policy on the default branch re-evaluates the open pull request", async () => {
    const { hub } = await begin();
    const { head } = scene.open();
    await scene.reaches(head, "action_required");
    hub.push(
      REPOSITORY,
      "main",
      { ".choochoo/approval-policies.yaml": POLICIES.replace("aprovers", "x").replace("approvers:", "aprovers:") },
      { actor: "ana" },
    );
    const broken = await scene.reaches(head, "failure");
    expect(broken.title + broken.summary).toMatch(/approval-policies\.yaml.*7/s);
    hub.push(REPOSITORY, "main", { ".choochoo/approval-policies.yaml": POLICIES }, { actor: "ana" });
    await scene.reaches(head, "action_required");
  });

  test("T46: nothing governed changed: green, and nobody's reviews or teams are read", async () => {
    const { hub } = await begin();
    hub.requests.length = 0;
    const { head } = scene.open({ "README.md": "words" });
    const green = await scene.reaches(head, "success");
    expect(green.title).toContain("No governed contract changes");
    expect(hub.requests.filter((request) => /reviews|teams|timeline/.test(request.template))).toEqual([]);
  });

  test("T28/T29: a contract made unparseable is a failure, never skipped", async () => {
    await begin();
    const { head } = scene.open({ [FILE]: `${CONTRACT}\n  oops: [` });
    const failed = await scene.reaches(head, "failure");
    expect(failed.title + failed.summary).toContain(FILE);
  });

  test("a repository without policy files gets no check at all", async () => {
    const { hub } = await begin({ [FILE]: CONTRACT });
    const { head } = scene.open();
    await scene.settled();
    expect(hub.checkRuns(REPOSITORY, head)).toEqual([]);
  });

  test("bootstrap: the pull request that brings the first policy needs an owner", async () => {
    const { hub } = await begin({ [FILE]: CONTRACT });
    const { number, head } = scene.open({ ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
    await scene.reaches(head, "action_required");
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.settled();
    expect(scene.conclusion(head)).toBe("action_required");
    hub.review(REPOSITORY, number, { actor: "ana", state: "APPROVED" });
    await scene.reaches(head, "success");
  });

  test("T72: replaying every delivery, twice and in reverse, ends in the same state", async () => {
    const { hub } = await begin();
    const { number, head } = scene.open();
    await scene.reaches(head, "action_required");
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.reaches(head, "success");
    hub.merge(REPOSITORY, number, { actor: "alice", method: "merge" });
    await scene.settled();
    const before = await scene.server.ledger.auditTrail(100);
    const runs = JSON.stringify(hub.checkRuns(REPOSITORY, head));
    for (const delivery of [...hub.hooks.sent].reverse()) await hub.hooks.duplicate(delivery.guid);
    await scene.settled();
    expect(await scene.server.ledger.auditTrail(100)).toEqual(before);
    expect(JSON.stringify(hub.checkRuns(REPOSITORY, head))).toBe(runs);
  });
}
