import { fromPglite, PgBoss } from "pg-boss";
import { expect, it, vi } from "vitest";
import { startWorkers } from "../../src/store/queue-workers.ts";
import { describeOnBoth } from "../support/database.ts";

describeOnBoth("a job that takes too long", (open) => {
  it("keeps its worker from no other once pg-boss has given it up", async () => {
    const db = await open();
    const { pglite } = db;
    const boss = new PgBoss({
      ...(pglite !== null ? { db: fromPglite(pglite), backend: "pglite" } : { connectionString: db.url!, max: 2, migrate: false }),
      schedule: false,
    });
    boss.on("error", () => {});
    await boss.start();
    await boss.createQueue("brief", { policy: "short", retryLimit: 0, expireInSeconds: 1 });
    const endless = Promise.withResolvers<void>();
    const begun: string[] = [];
    const handle = async (key: string) => {
      begun.push(key);
      if (key === "endless") await endless.promise;
    };
    const workers = await startWorkers(boss, "brief", 1, handle, () => {});
    const add = async (key: string) => {
      await boss.insert("brief", [{ data: { key }, singletonKey: key, group: { id: key } }]);
      workers.tell(1);
    };
    await add("endless");
    await vi.waitFor(async () => expect(await boss.findJobs("brief", { key: "endless" })).toMatchObject([{ state: "failed" }]), {
      timeout: 10_000,
      interval: 100,
    });
    await add("next");
    // Long before it would have looked by itself.
    await vi.waitFor(() => expect(begun).toEqual(["endless", "next"]), { timeout: 5_000 });
    endless.resolve();
    workers.stop();
    await boss.stop({ graceful: false });
  });
});
