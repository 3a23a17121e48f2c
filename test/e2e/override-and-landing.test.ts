import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { STRIPPED } from "../demo/sample.ts";
import { FILE, REPOSITORY, type Scene, startScene, until } from "../support/scene.ts";

let scene: Scene;
afterEach(async () => {
  expect(scene.hub.violations).toEqual([]);
  await scene.close();
});

const REASON = '/countersign override reason="pager 1234" incident=INC-7';

describe("override", () => {
  test("an owner's label with a reason turns it green as OVERRIDE, and the merge is a forced record", async () => {
    scene = await startScene();
    const { hub } = scene;
    const { number, head } = scene.open();
    await scene.reaches(head, "action_required");
    hub.label(REPOSITORY, number, "governance-override", { actor: "ana" });
    await scene.settled();
    expect(scene.conclusion(head)).toBe("action_required");
    hub.comment(REPOSITORY, number, REASON, { actor: "ana" });
    const green = await scene.reaches(head, "success");
    expect(green.title).toContain("OVERRIDE by ana");
    hub.merge(REPOSITORY, number, { actor: "alice", method: "squash" });
    await scene.settled();
    const record = await scene.server.ledger.approvalOf(scene.repositoryId, number);
    expect(record?.approval).toMatchObject({ kind: "forced", approvedBy: [], rationale: "pager 1234" });
    expect(record?.approval.blockerIds).not.toEqual([]);
    expect(record?.event.severity).toBe("critical");
  });

  test("T59: by a member, by the author, without a reason, or after a push: nothing", async () => {
    scene = await startScene();
    const { hub } = scene;
    const { number, head } = scene.open({ [FILE]: STRIPPED }, "work");
    await scene.reaches(head, "action_required");
    for (const actor of ["dave", "alice"]) {
      hub.label(REPOSITORY, number, "governance-override", { actor });
      hub.comment(REPOSITORY, number, REASON, { actor });
      await scene.settled();
      expect(scene.conclusion(head)).toBe("action_required");
      hub.unlabel(REPOSITORY, number, "governance-override", { actor });
    }
    hub.label(REPOSITORY, number, "governance-override", { actor: "ana" });
    hub.comment(REPOSITORY, number, REASON, { actor: "ana" });
    await scene.reaches(head, "success");
    const next = hub.push(REPOSITORY, "work", { "README.md": "more" }, { actor: "alice" });
    await scene.reaches(next, "action_required");
    hub.unlabel(REPOSITORY, number, "governance-override", { actor: "ana" });
    await scene.settled();
    expect(scene.conclusion(next)).toBe("action_required");
  });

  test("T59: a label renamed into place is nothing", async () => {
    scene = await startScene();
    const { hub } = scene;
    const { number, head } = scene.open();
    hub.label(REPOSITORY, number, "harmless", { actor: "ana" });
    hub.comment(REPOSITORY, number, REASON, { actor: "ana" });
    await scene.settled();
    hub.renameLabel(REPOSITORY, "harmless", "governance-override", { actor: "alice" });
    hub.comment(REPOSITORY, number, "again", { actor: "alice" });
    await scene.settled();
    expect(scene.conclusion(head)).toBe("action_required");
  });
});

describe("landing", () => {
  test("T51: an admin merge past the gate is a bypass incident, critical, and no approval", async () => {
    scene = await startScene();
    const { hub } = scene;
    const { number, head } = scene.open();
    await scene.reaches(head, "action_required");
    hub.merge(REPOSITORY, number, { actor: "ana", method: "squash", bypass: true });
    await scene.settled();
    expect(await scene.server.ledger.approvalOf(scene.repositoryId, number)).toBeNull();
    const incidents = (await scene.server.ledger.auditTrail(50)).filter((event) => event.type.includes("bypass"));
    expect(incidents).toMatchObject([{ severity: "critical" }]);
  });

  test("T55: a squash that lands other content than was approved is a content mismatch", async () => {
    scene = await startScene();
    const { hub } = scene;
    const { number, head } = scene.open();
    await scene.reaches(head, "action_required");
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.reaches(head, "success");
    hub.merge(REPOSITORY, number, { actor: "alice", method: "squash", files: { [FILE]: STRIPPED.replace("        tags: [pii]\n", "") } });
    await scene.settled();
    expect(await scene.server.ledger.approvalOf(scene.repositoryId, number)).toBeNull();
    expect((await scene.server.ledger.auditTrail(50)).map((event) => event.type).join()).toContain("mismatch");
  });

  test("merged while the app was down: recorded when the delivery comes", async () => {
    scene = await startScene();
    const { hub } = scene;
    const { number, head } = scene.open();
    await scene.reaches(head, "action_required");
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.reaches(head, "success");
    hub.hooks.pause();
    hub.merge(REPOSITORY, number, { actor: "alice", method: "merge" });
    hub.hooks.resume();
    await scene.settled();
    expect((await scene.server.ledger.approvalOf(scene.repositoryId, number))?.approval.kind).toBe("regular");
  });
});

describe("faults", () => {
  test.each([502, 403, 500])("T68: GitHub answers %i while evaluating: no success, and it heals by itself", async (status) => {
    scene = await startScene();
    const { hub } = scene;
    hub.fail({ path: /\/git\/trees\// }, { kind: "status", status }, 2);
    const { number, head } = scene.open();
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await until(
      () => (hub.requests.some((request) => request.status === status) ? true : null),
      () => "the fault to be met",
    );
    expect(scene.conclusion(head)).not.toBe("success");
    await scene.reaches(head, "success");
  });

  test("T64: the dismissal is read although the first evaluation fails: the old success does not stay", async () => {
    scene = await startScene();
    const { hub } = scene;
    const { number, head } = scene.open();
    await scene.reaches(head, "action_required");
    const review = hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    await scene.reaches(head, "success");
    hub.fail({ path: /\/reviews/ }, { kind: "status", status: 502 }, 3);
    hub.dismissReview(REPOSITORY, number, review.id, { actor: "ana" });
    await until(
      () => (scene.conclusion(head) === "success" ? null : true),
      () => "the success to be taken away",
    );
    await scene.reaches(head, "action_required");
  });

  test("T77: a delivery that was acknowledged before the process ended is worked off after the restart", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "countersign-data-"));
    scene = await startScene({ dataDir });
    const { hub } = scene;
    hub.fail({ path: /\/pulls\/\d+$/ }, { kind: "status", status: 502 }, 1000);
    const { head } = scene.open();
    await hub.settled();
    await scene.stop();
    hub.clearFaults();
    expect(hub.checkRuns(REPOSITORY, head)).toEqual([]);
    await scene.start();
    await scene.reaches(head, "action_required");
    rmSync(dataDir, { recursive: true, force: true });
  });
});
