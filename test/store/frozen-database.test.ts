import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { openDatabase } from "../../src/store/connect.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createOperatorReads } from "../../src/store/operator-reads.ts";
import { createQueue } from "../../src/store/queue.ts";
import { describeOnPostgres } from "../support/database.ts";
import { asAdmin } from "../support/migrated.ts";
import { until } from "../support/scene.ts";

const PATIENCE = { statementMs: 5_000, silenceMs: 8_000, connectMs: 5_000, transactionMs: 60_000, sessionMs: 1_000 };

describeOnPostgres("a database that takes no writes for a while", (fresh) => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  test("T78: is not ready, and when it takes them again everything goes on by itself: no session stays as it was told", async () => {
    const url = await fresh();
    const name = new URL(url).pathname.slice(1);
    /** Every session is opened anew, as after a failure, and told what the database says. */
    const set = (frozen: "on" | "off") =>
      asAdmin(url, async (admin) => {
        await admin.unsafe("set default_transaction_read_only = off");
        await admin.unsafe(`alter database ${name} set default_transaction_read_only = ${frozen}`);
        if (frozen === "on")
          await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid()`;
      });
    const db = await openDatabase({ databaseUrl: url, dataDir: null, patience: PATIENCE });
    closing.push(() => db.close());
    await migrate(db);
    const queue = await createQueue(db, { patience: PATIENCE, sweep: async () => [], onError: () => {} });
    closing.push(() => queue.stop());
    const handled: string[] = [];
    await queue.work(async (key) => void handled.push(key));
    const reads = createOperatorReads(db);
    const write = () => db.transaction([], (tx) => tx.execute(sql`create table if not exists said (what text)`));
    const everywhere = (act: () => Promise<unknown>) => Promise.all(Array.from({ length: 10 }, act));

    const takes = (act: () => Promise<unknown>) =>
      act().then(
        () => true,
        () => false,
      );

    await set("on");
    await until(
      async () => (await reads.database()) === "read_only" || null,
      () => "a reading of it that says so",
    );
    const held = () => db.transaction([], (tx) => tx.execute(sql`select pg_sleep(0.1)`));
    // Those that were ended are noticed once, and all others opened in their place.
    for (let again = 0; again < 2; again++) await everywhere(() => takes(held));
    await everywhere(() => takes(() => queue.wake(["2#2"])));
    await expect(write()).rejects.toThrow();
    await expect(queue.wake(["1#1"])).rejects.toThrow();

    await set("off");
    await until(
      async () => ((await reads.database()) === "ok" && (await takes(() => everywhere(write)))) || null,
      () => "writes on every session",
    );
    await until(
      async () => (await takes(() => queue.wake(["1#1"]))) || null,
      () => "a job that is taken",
    );
    await until(
      () => handled.includes("1#1") || null,
      () => "a job that is done",
    );
  });
});
