import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { createLedger } from "../../src/store/ledger.ts";
import { ofPlace } from "../../src/store/scope.ts";
import { markSeen } from "../../src/store/verbs/sweeps.ts";
import { describeOnBoth, describeOnServer } from "../support/database.ts";
import { delivery, newRepository, pullMark, sha } from "./sample.ts";

describeOnBoth("T76: recovery on one database", (open) => {
  it("gives a repository to one of many replicas that ask at once, and one to every installation first", async () => {
    const ledger = createLedger(await open());
    const repositories = Array.from({ length: 12 }, (_, index) => ({
      ...newRepository(),
      installationId: 700_000 + (index < 9 ? 1 : index),
    }));
    for (const repository of repositories) await ledger.recordDelivery(delivery([pullMark(repository, 1)]));
    const ours = new Set(repositories.map(({ id }) => id));
    const taken = (await Promise.all(Array.from({ length: 6 }, () => ledger.claimSweeps(180_000, 3, 400)))).flat();
    const ids = taken.map(({ repository }) => repository.id).filter((id) => ours.has(id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, installationId } of repositories) if (installationId !== 700_001) expect(ids).toContain(id);
    const walks = await ledger.claimWalks(120_000, 1, 400);
    expect(walks.filter(({ installationId }) => installationId === 700_001)).toHaveLength(1);
  });

  it("remembers as seen only what it marked in the same transaction, and marks what no list holds", async () => {
    const ledger = createLedger(await open());
    const repository = newRepository();
    await ledger.recordDelivery(delivery([pullMark(repository, 1)]));
    const seen = { headSha: "a".repeat(40), baseRef: "main", seen: "as it was" };
    await ledger.markSeen(repository, [{ number: 2, ...seen }], []);
    expect(await ledger.knownPulls(repository.id, [1, 2, 3])).toMatchObject([
      { number: 1, dirty: true, seen: null },
      { number: 2, open: true, dirty: true, seen: "as it was" },
    ]);
    expect(await ledger.pendingSubjects(10_000)).toContain(`${repository.id}#2`);
    // Both are marked already: there is nothing to add.
    expect(await ledger.markUnlisted(repository, await ledger.passBegins(), 10)).toBe(0);
    const end = { sweptTo: "2026-01-01T00:00:00.000Z", pass: { page: 2, since: await ledger.passBegins() }, passed: false };
    await ledger.endSweep(repository.id, { ...end, dueAfterMs: 180_000 });
    const [task] = (await ledger.claimSweeps(179_000, 100, 10_000)).filter((each) => each.repository.id === repository.id);
    expect(task).toMatchObject({ sweptTo: end.sweptTo, sweptFrom: end.sweptTo, pass: end.pass, isPassDue: true });
  });

  it("keeps a missing delivery until it comes, and the position with it", async () => {
    const ledger = createLedger(await open());
    const repository = newRepository();
    const here = delivery([pullMark(repository, 1)]);
    await ledger.recordDelivery(here);
    const attempt = { id: 5, deliveredAt: new Date().toISOString(), event: "push", installationId: 1, repositoryId: repository.id };
    const late = delivery([pullMark(repository, 2)]);
    const position = { reconciledTo: "2026-01-01T00:00:00.000Z", walk: null };
    await ledger.keepMissing(
      [
        { ...attempt, guid: here.guid },
        { ...attempt, id: 6, guid: late.guid },
        { ...attempt, id: 4, guid: late.guid },
      ],
      position,
    );
    expect(await ledger.hookPosition()).toEqual(position);
    const mine = async () => (await ledger.missingDeliveries(1000)).filter(({ guid }) => guid === here.guid || guid === late.guid);
    expect(await mine()).toMatchObject([{ guid: late.guid, attemptId: 6 }]);
    await ledger.recordAsked(late.guid, 6, false);
    expect(await mine()).toEqual([]);
    expect((await ledger.tellExpiring(0, 1000)).filter(({ guid }) => guid === late.guid)).toHaveLength(1);
    expect((await ledger.tellExpiring(0, 1000)).filter(({ guid }) => guid === late.guid)).toEqual([]);
    const told = (await ledger.auditTrail(1000)).find(({ subject }) => subject === `delivery ${late.guid}`);
    expect(told).toMatchObject({ type: "delivery.missing", payload: { repositoryId: repository.id } });
    expect(await ledger.tellGap("2026-01-01T00:00:00.000Z")).toBe(true);
    expect(await ledger.tellGap("2026-01-01T00:00:00.000Z")).toBe(false);
    await ledger.recordDelivery(late);
    expect(await mine()).toEqual([]);
  });
});

describeOnServer("T73: a repository that moves to another owner while it is swept", (open) => {
  it("is swept again, and nothing of what was read is kept", async () => {
    const db = await open();
    const ledger = createLedger(db);
    const before = newRepository();
    const after = { ...before, ownerId: before.ownerId + 500_000, owner: "newer" };
    const seen = [{ number: 1, headSha: sha("head"), baseRef: "main", seen: "as it was" }];
    const sweep = db.transaction(ofPlace(after), async (tx) => {
      await tx.execute(sql`select 1`);
      await ledger.recordDelivery(delivery([pullMark(before, 1)]));
      await markSeen(tx, "github.com", after, seen, []);
    });
    await expect(sweep).rejects.toThrow("under another owner");
    await ledger.markSeen(after, seen, []);
    expect(await ledger.knownPulls(after.id, [1])).toMatchObject([{ number: 1, dirty: true, seen: "as it was" }]);
  });
});
