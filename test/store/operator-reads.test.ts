import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import type { Decision } from "../../src/engine/decision.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { createOperatorReads } from "../../src/store/operator-reads.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, decision, delivery, evaluated, newRepository, pullMark, save, take } from "./sample.ts";

describeOnBoth("what the operator reads", (open) => {
  const rig = async () => {
    const db = await open();
    return { db, ledger: createLedger(db), reads: createOperatorReads(db) };
  };
  const waiting = (slaHours: readonly (number | null)[]): Decision => ({
    ...decision("pending_approval"),
    policies: slaHours.map((hours) => ({ name: "p \u0000", matched: true, slaHours: hours })) as unknown as Decision["policies"],
  });

  it("counts what is left to do from its oldest mark on, and not what came meanwhile", async () => {
    const { db, ledger, reads } = await rig();
    const repository = newRepository();
    expect(await reads.vitals()).toMatchObject({ dirtySubjects: 0, oldestDirtySeconds: 0, installationIds: [] });
    expect(await reads.openPulls()).toEqual({});
    const work = await begin(ledger, repository);
    await db.outer.execute(sql`update subject set dirty_since = dirty_since - interval '1 hour', dirty_at = dirty_at - interval '1 hour'`);
    // A second mark is no younger work.
    await ledger.recordDelivery(delivery([pullMark(repository, 1)]));
    const before = await reads.vitals();
    expect(before).toMatchObject({ dirtySubjects: 1, installationIds: [repository.installationId] });
    expect(before.oldestDirtySeconds).toBeGreaterThan(3599);
    const again = await take(ledger, work.key);
    expect(again.waitedSeconds).toBeGreaterThan(3599);
    // What comes while the work is done is what is left of it.
    await ledger.recordDelivery(delivery([pullMark(repository, 1)]));
    const first = await save(ledger, evaluated(again));
    const after = await reads.vitals();
    expect(after).toMatchObject({ dirtySubjects: 1 });
    expect(await reads.openPulls()).toEqual({ approved: 1 });
    expect(after.oldestDirtySeconds).toBeLessThan(3000);
    await save(ledger, evaluated({ ...(await take(ledger, work.key)), previous: first }));
    expect(await reads.vitals()).toMatchObject({ dirtySubjects: 0, oldestDirtySeconds: 0 });
    expect((await take(ledger, work.key)).waitedSeconds).toBeNull();
  });

  it("counts approvals that take longer than the shortest of their policies allows", async () => {
    const { ledger, reads } = await rig();
    for (const hours of [[24, 0], [24], [null], []])
      await save(ledger, evaluated(await begin(ledger, newRepository()), { decision: waiting(hours), state: "pending_approval" }));
    await save(ledger, evaluated(await begin(ledger, newRepository()), { decision: { ...waiting([0]), state: "approved" } }));
    expect(await reads.openPulls()).toEqual({ pending_approval: 4, approved: 1 });
    expect(await reads.lateApprovals()).toBe(1);
  });

  it("knows a database that is not migrated as far as this version needs; a newer one's migrations do no harm", async () => {
    const { db, reads } = await rig();
    expect(await reads.database()).toBe("ok");
    await db.outer.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a newer version', 4102444800000)`);
    expect(await reads.database()).toBe("ok");
    await db.outer.execute(sql`delete from drizzle.__drizzle_migrations where id = (select min(id) from drizzle.__drizzle_migrations)`);
    expect(await reads.database()).toBe("not_migrated");
  });
});
