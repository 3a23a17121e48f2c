import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { ACROSS } from "../../src/store/scope.ts";
import { pendingSubjects } from "../../src/store/verbs/read-subjects.ts";
import { describeOnPostgres, openAsEach } from "../support/database.ts";
import { type Filled, fillTenant } from "./fill-tenant.ts";

const RESTING = 5_000;

describeOnPostgres("the sweep beside many pull requests that rest", (fresh) => {
  let app: Database;
  let owner: Database;
  let admin: Database;
  let filled: Filled;

  beforeAll(async () => {
    ({ app, owner, admin } = await openAsEach(await fresh()));
    filled = await fillTenant(app, admin, 71);
    await admin.outer.execute(sql`
      insert into subject (key, tenant_id, repository_id, owner_id, owner, name, installation_id, number, head_sha, want_gen, done_gen)
      select ${`${filled.repositoryId}#`} || i, tenant_id, repository_id, owner_id, owner, name, installation_id, i, md5(i::text), 3, 3
      from generate_series(1000, ${999 + RESTING}) i, (select * from subject where number = 1 limit 1) s`);
    await admin.outer.execute(sql`
      insert into check_outbox (id, subject_key, repository_id, head_sha, name, version, evaluation_id, conclusion, published_version, published_conclusion)
      select gen_random_uuid(), key, repository_id, head_sha, 'a check', 2, (select id from evaluation limit 1), 'success', 2, 'success'
      from subject where number >= 1000`);
    await admin.outer.execute(sql`
      insert into check_wish (subject_key, repository_id, head_sha, name, conclusion, evaluation_id, runs_out_at)
      select subject_key, repository_id, head_sha, name, conclusion, evaluation_id, clock_timestamp() + interval '1 day'
      from check_outbox where name = 'a check'`);
    await admin.outer.execute(sql`update subject set done_gen = want_gen`);
    await admin.outer.execute(sql`update check_outbox set published_version = version`);
  });
  afterAll(() => Promise.all([app.close(), owner.close(), admin.close()]));

  /** Keys with work left, and how many rows of the tables in question were read to find them. */
  const sweep = (limit: number) =>
    app.read(ACROSS, async (tx) => {
      const keys = await pendingSubjects(tx, limit);
      const [row] = rowsOf<{ rows: number }>(
        await tx.execute(sql`
          select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables
          where relname in ('subject', 'check_outbox', 'check_wish')`),
      );
      return { keys, rows: row!.rows };
    });
  const key = (number: number) => `${filled.repositoryId}#${number}`;

  // Before and after the database has counted its tables: its guesses are others.
  it.each([
    ["nothing was counted", "select 1"],
    ["the tables were counted", "analyze"],
  ])("reads next to nothing of what rests when %s", async (_, first) => {
    await admin.outer.execute(sql.raw(first));
    const { keys, rows } = await sweep(100);
    expect(keys).toEqual([]);
    expect(rows).toBeLessThan(100);
  });

  it("reads what has work left, each kind of it, and little else", async () => {
    await admin.outer.execute(sql`update subject set want_gen = want_gen + 1, dirty_at = 'epoch' where key = ${key(1007)}`);
    await admin.outer.execute(sql`update subject set dirty_at = 'epoch'::timestamptz + interval '1 day' where key = ${key(1500)}`);
    await admin.outer.execute(sql`update check_outbox set version = 3 where subject_key = ${key(1500)}`);
    await admin.outer.execute(sql`
      update check_outbox set in_flight_version = 2, in_flight_key = ${key(2001)}, in_flight_fence = 1 where subject_key = ${key(2000)}`);
    await admin.outer.execute(sql`update check_wish set runs_out_at = 'epoch' where subject_key = ${key(2500)}`);
    const { keys, rows } = await sweep(100);
    expect(keys.slice(0, 2)).toEqual([key(1007), key(1500)]);
    expect(keys.slice(2).toSorted()).toEqual([key(2001), key(2500)]);
    expect(rows).toBeLessThan(100);
    expect((await sweep(1)).keys).toEqual([key(1007)]);
  });

  it("reads no more than are wanted of very many that are marked at once", async () => {
    await admin.outer.execute(sql`update subject set want_gen = want_gen + 1, dirty_at = clock_timestamp() where number >= 1000`);
    await admin.outer.execute(sql`update subject set dirty_at = 'epoch' where key in (${key(4000)}, ${key(3000)})`);
    const { keys, rows } = await sweep(2);
    expect(keys).toEqual([key(3000), key(4000)]);
    expect(rows).toBeLessThan(300);
  });
});
