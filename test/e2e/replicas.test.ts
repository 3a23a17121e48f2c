import { expect, test } from "vitest";
import { describeOnPostgres } from "../support/database.ts";
import { startScene } from "../support/scene.ts";

describeOnPostgres("two servers on one database", (fresh) => {
  test("T76: the same deliveries at both, by turns: one run per check, one record per landing", async () => {
    const scene = await startScene({ databaseUrl: await fresh() });
    const first = scene.server;
    await scene.start();
    const { hub } = scene;
    try {
      const stages = [0, 1, 2].map(() => scene.stage());
      const pulls = stages.map((stage) => ({ stage, ...stage.open() }));
      for (const { stage, head } of pulls) await stage.reaches(head, "action_required");
      for (const { stage, number } of pulls) hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
      for (const { stage, head } of pulls) await stage.reaches(head, "success");
      for (const { guid } of [...hub.hooks.sent].reverse()) await hub.hooks.duplicate(guid);
      for (const { stage, number } of pulls) hub.merge(stage.repository, number, { actor: "alice", method: "squash" });
      await scene.settled();
      for (const { stage, number, head } of pulls) {
        const names = hub.checkRuns(stage.repository, head).map((run) => run.name);
        expect(new Set(names).size).toBe(names.length);
        expect((await scene.server.ledger.approvalOf(stage.repositoryId, number))?.approval.kind).toBe("regular");
      }
      const trail = await scene.server.ledger.auditTrail(100);
      const of = (type: string) => trail.filter((event) => event.type === type).length;
      // The first look at a repository takes its policy, once, whoever looks first.
      expect([of("governance.approved"), of("policy.in_force"), trail.length]).toEqual([pulls.length, pulls.length, 2 * pulls.length]);
      expect(hub.violations).toEqual([]);
    } finally {
      await first.close();
      await scene.close();
    }
  }, 60_000);
});
