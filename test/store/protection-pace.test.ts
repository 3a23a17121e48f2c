import { inArray, sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { Database } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { watchedRepository } from "../../src/store/schema.ts";
import { describeOnBoth } from "../support/database.ts";
import { delivery, newRepository, pullMark } from "./sample.ts";

const PACE = { everyMs: 3_600_000, eachMs: 36_000, atLeastEveryMs: 86_400_000, restMs: 300_000 };

describeOnBoth("how often protection is looked at", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  /** Repositories of one installation, looked at so many minutes ago (null = never). */
  async function watch(installationId: number, minutes: readonly (number | null)[]): Promise<readonly number[]> {
    const repositories = minutes.map(() => ({ ...newRepository(), installationId }));
    for (const [index, repository] of repositories.entries()) {
      await ledger.recordDelivery(delivery([pullMark(repository, 1)]));
      const at = minutes[index];
      const checkedAt = at == null ? null : sql`clock_timestamp() - make_interval(mins => ${at})`;
      await db.outer
        .update(watchedRepository)
        .set({ checkedAt, checkWanted: false })
        .where(inArray(watchedRepository.repositoryId, [repository.id]));
    }
    return repositories.map(({ id }) => id);
  }

  const due = async (of: readonly number[], limit = 1_000) =>
    (await ledger.repositoriesToCheck(PACE, limit)).flatMap(({ id }) => (of.includes(id) ? [of.indexOf(id)] : []));

  it("once an hour, never looked at first, then what was looked at longest ago", async () => {
    const few = await watch(501, [59, 61, 200, null]);
    expect(await due(few)).toEqual([3, 2, 1]);
    expect(await ledger.repositoriesToCheck(PACE, 1)).toHaveLength(1);
  });

  it("with many in one installation less often, but at least once a day", async () => {
    // 36 s for each of 200: every two hours.
    const many = await watch(502, [119, 121, 1_450, ...Array.from({ length: 197 }, () => 1)]);
    expect(await due(many)).toEqual([2, 1]);
    const daily = { ...PACE, eachMs: PACE.eachMs * 100 };
    const found = (await ledger.repositoriesToCheck(daily, 1_000)).map(({ id }) => many.indexOf(id)).filter((at) => at >= 0);
    expect(found).toEqual([2]);
  });

  it("what gave no answer is left alone for a while, and then comes behind what was not tried for as long", async () => {
    const some = await watch(504, [90, 80, null, 70]);
    const ref = (index: number) => ({ ...newRepository(), id: some[index]!, installationId: 504 });
    for (const index of [0, 2]) await ledger.recordMissedLook(ref(index));
    expect(await due(some)).toEqual([1, 3]);
    const before = sql`clock_timestamp() - make_interval(mins => 6)`;
    await db.outer
      .update(watchedRepository)
      .set({ missedAt: before })
      .where(inArray(watchedRepository.repositoryId, [some[0]!, some[2]!]));
    expect((await due(some)).slice(0, 2)).toEqual([1, 3]);
    expect((await due(some)).toSorted()).toEqual([0, 1, 2, 3]);
    await ledger.recordProtection(ref(0), null);
    await db.outer
      .update(watchedRepository)
      .set({ checkWanted: true })
      .where(inArray(watchedRepository.repositoryId, [some[0]!]));
    expect((await due(some)).toSorted()).toEqual([0, 1, 2, 3]);
  });

  it("at once when its rules changed, and never when it is unguarded", async () => {
    const some = await watch(503, [1, 1, 90]);
    await db.outer
      .update(watchedRepository)
      .set({ checkWanted: true })
      .where(inArray(watchedRepository.repositoryId, [some[0]!]));
    await ledger.recordUnguarded({ ...newRepository(), id: some[2]!, installationId: 503 }, "gone");
    expect(await due(some)).toEqual([0]);
  });
});
