import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { STRIPPED } from "../demo/sample.ts";
import { FILE, type Scene, type Stage, startScene, until } from "../support/scene.ts";

let scene: Scene;
let stage: Stage;
beforeAll(async () => {
  scene = await startScene();
});
beforeEach(() => {
  stage = scene.stage();
});
afterEach(() => {
  expect(scene.hub.violations).toEqual([]);
});
afterAll(() => scene.close());

const REASON = '/countersign override reason="pager 1234" incident=INC-7';

describe("override", () => {
  test("an owner's label with a reason turns it green as OVERRIDE, and the merge is a forced record", async () => {
    const { hub } = scene;
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    hub.label(stage.repository, number, "governance-override", { actor: "ana" });
    await scene.settled();
    expect(stage.conclusion(head)).toBe("action_required");
    hub.comment(stage.repository, number, REASON, { actor: "ana" });
    const green = await stage.reaches(head, "success");
    expect(green.title).toContain("OVERRIDE by ana");
    hub.merge(stage.repository, number, { actor: "alice", method: "squash" });
    await scene.settled();
    const record = await scene.server.ledger.approvalOf(stage.repositoryId, number);
    expect(record?.approval).toMatchObject({ kind: "forced", approvedBy: [], rationale: "pager 1234" });
    expect(record?.approval.blockerIds).not.toEqual([]);
    expect(record?.event.severity).toBe("critical");
  });

  test("T59: by a member, by the author, without a reason, or after a push: nothing", async () => {
    const { hub } = scene;
    const { number, head } = stage.open({ [FILE]: STRIPPED }, "work");
    await stage.reaches(head, "action_required");
    for (const actor of ["dave", "alice"]) {
      hub.label(stage.repository, number, "governance-override", { actor });
      hub.comment(stage.repository, number, REASON, { actor });
      await scene.settled();
      expect(stage.conclusion(head)).toBe("action_required");
      // The label of somebody not entitled is taken off by the app.
      await expect.poll(() => hub.pull(stage.repository, number).labels, { timeout: 30_000 }).toEqual([]);
    }
    hub.label(stage.repository, number, "governance-override", { actor: "ana" });
    hub.comment(stage.repository, number, REASON, { actor: "ana" });
    await stage.reaches(head, "success");
    const next = hub.push(stage.repository, "work", { "README.md": "more" }, { actor: "alice" });
    await stage.reaches(next, "action_required");
    hub.unlabel(stage.repository, number, "governance-override", { actor: "ana" });
    await scene.settled();
    expect(stage.conclusion(next)).toBe("action_required");
  });

  test("T59: a label renamed into place is nothing", async () => {
    const { hub } = scene;
    const { number, head } = stage.open();
    hub.label(stage.repository, number, "harmless", { actor: "ana" });
    hub.comment(stage.repository, number, REASON, { actor: "ana" });
    await scene.settled();
    hub.renameLabel(stage.repository, "harmless", "governance-override", { actor: "alice" });
    hub.comment(stage.repository, number, "again", { actor: "alice" });
    await scene.settled();
    expect(stage.conclusion(head)).toBe("action_required");
  });
});

describe("landing", () => {
  test("T51: an admin merge past the gate is a bypass incident, critical, and no approval", async () => {
    const { hub } = scene;
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    hub.merge(stage.repository, number, { actor: "ana", method: "squash", bypass: true });
    await scene.settled();
    expect(await scene.server.ledger.approvalOf(stage.repositoryId, number)).toBeNull();
    const incidents = (await scene.server.ledger.auditTrail(50)).filter((event) => event.type.includes("bypass"));
    expect(incidents).toMatchObject([{ severity: "critical" }]);
  });

  test("T55: a squash that lands other content than was approved is a content mismatch", async () => {
    const { hub } = scene;
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    hub.merge(stage.repository, number, {
      actor: "alice",
      method: "squash",
      files: { [FILE]: STRIPPED.replace("        tags: [pii]\n", "") },
    });
    await scene.settled();
    expect(await scene.server.ledger.approvalOf(stage.repositoryId, number)).toBeNull();
    expect((await scene.server.ledger.auditTrail(50)).map((event) => event.type).join()).toContain("mismatch");
  });

  test("merged while the app was down: recorded when the delivery comes", async () => {
    const { hub } = scene;
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    hub.hooks.pause();
    hub.merge(stage.repository, number, { actor: "alice", method: "merge" });
    hub.hooks.resume();
    await scene.settled();
    expect((await scene.server.ledger.approvalOf(stage.repositoryId, number))?.approval.kind).toBe("regular");
  });
});

describe("faults", () => {
  test.each([502, 403, 500])("T68: GitHub answers %i while evaluating: no success, and it heals by itself", async (status) => {
    const { hub } = scene;
    // Its folders come with a question of GraphQL, and by REST when that fails.
    hub.fail({ path: /\/graphql$/ }, { kind: "status", status }, 1);
    hub.fail({ path: /\/git\/trees\// }, { kind: "status", status }, 2);
    const { number, head } = stage.open();
    hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await until(
      () => (hub.requests.some(({ path, status: met }) => path.includes("/git/trees/") && met === status) ? true : null),
      () => "the fault to be met",
    );
    expect(stage.conclusion(head)).not.toBe("success");
    await stage.reaches(head, "success");
  });

  test("T64: the dismissal is read although the first evaluation fails: the old success does not stay", async () => {
    const { hub } = scene;
    const { number, head } = stage.open();
    await stage.reaches(head, "action_required");
    const review = hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
    await stage.reaches(head, "success");
    hub.fail({ path: /\/reviews/ }, { kind: "status", status: 502 }, 3);
    hub.dismissReview(stage.repository, number, review.id, { actor: "ana" });
    await until(
      () => (stage.conclusion(head) === "success" ? null : true),
      () => "the success to be taken away",
    );
    await stage.reaches(head, "action_required");
  });
});
