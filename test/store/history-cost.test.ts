import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Mark } from "../../src/gate/ports/inbox.ts";
import type { RepositoryRef } from "../../src/gate/ports/pulls.ts";
import { type Database, rowsOf, type Tx } from "../../src/store/connect.ts";
import { ACROSS } from "../../src/store/scope.ts";
import { markSubjects } from "../../src/store/verbs/mark-subjects.ts";
import { recentOverrides } from "../../src/store/verbs/read-history.ts";
import { unsettledLandings } from "../../src/store/verbs/read-plan.ts";
import { describeOnPostgres, openAsEach } from "../support/database.ts";
import { fillTenant } from "./fill-tenant.ts";

const PAST = 5_000;

/** What each event or evaluation asks: in a repository of any age, with any number of pull requests that rest, it reads as few rows. */
describeOnPostgres("beside a long history", (fresh) => {
  let app: Database;
  let owner: Database;
  let admin: Database;
  let repository: RepositoryRef;
  let tenantId: string;
  let workspaceId: string;

  /** Rows whose parents are left out. */
  const unbound = (act: (tx: Tx) => Promise<void>) =>
    admin.transaction(ACROSS, async (tx) => {
      await tx.execute(sql.raw("set local session_replication_role = replica"));
      await act(tx);
    });

  beforeAll(async () => {
    ({ app, owner, admin } = await openAsEach(await fresh()));
    const filled = await fillTenant(app, admin, 72);
    ({ tenantId } = filled);
    const [row] = rowsOf<Omit<RepositoryRef, "id">>(
      await admin.outer.execute(sql`
        select owner, name, owner_id::int as "ownerId", installation_id::int as "installationId" from subject where number = 1 limit 1`),
    );
    repository = { ...row!, id: filled.repositoryId };
    ({ workspaceId } = rowsOf<{ workspaceId: string }>(
      await admin.outer.execute(
        sql`select workspace_id as "workspaceId" from governance_approval where repository_id = ${repository.id} limit 1`,
      ),
    )[0]!);
    await unbound(async (tx) => {
      const copies = sql`generate_series(1000, ${999 + PAST}) i`;
      await tx.execute(sql`
      insert into subject (key, tenant_id, repository_id, owner_id, owner, name, installation_id, number, base_ref, head_sha, want_gen, done_gen)
      select ${`${repository.id}#`} || i, tenant_id, repository_id, owner_id, owner, name, installation_id, i, 'main', md5(i::text), 3, 3
      from ${copies}, (select * from subject where number = 1 limit 1) s`);
      await tx.execute(sql`
      insert into evaluation (id, tenant_id, subject_key, version, head_sha, base_ref, base_sha, state, facts, decision, facts_hash,
        policy_digest, findings_digest, content_digest)
      select gen_random_uuid(), tenant_id, ${`${repository.id}#`} || i, v, head_sha, base_ref, base_sha, 'approved', facts, decision, facts_hash,
        policy_digest, findings_digest, content_digest
      from ${copies}, generate_series(1, 2) v, (select * from evaluation limit 1) e`);
      await tx.execute(sql`
      insert into governance_approval
      select (jsonb_populate_record(g, jsonb_build_object('id', gen_random_uuid(), 'draft_snapshot_id', gen_random_uuid(),
        'kind', 'regular', 'approval_version', i, 'pull_request', i, 'merge_sha', md5(i::text), 'audit_seq', i))).*
      from ${copies}, governance_approval g where g.id = (select id from governance_approval limit 1)`);
    });
  });
  afterAll(() => Promise.all([app.close(), owner.close(), admin.close()]));

  /** Of the tables in question, in this transaction and those of its session that the server has not counted yet. */
  const rowsRead = async (tx: Tx) =>
    rowsOf<{ rows: number }>(
      await tx.execute(sql`
        select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables
        where relname in ('subject', 'evaluation', 'governance_approval')`),
    )[0]!.rows;
  /** The answer, and how many rows were read for it. */
  const asked = <T>(act: (tx: Tx) => Promise<T>) =>
    app.transaction(ACROSS, async (tx) => {
      const before = await rowsRead(tx);
      const answer = await act(tx);
      return { answer, rows: (await rowsRead(tx)) - before };
    });
  const key = (number: number) => `${repository.id}#${number}`;
  const marked = (mark: Mark) => asked((tx) => markSubjects(tx, "github.com", [mark]));
  const overrides = () =>
    asked((tx) =>
      recentOverrides(tx, { repositoryId: repository.id, contracts: ["a.yaml"], since: "2020-01-01T00:00:00Z", besides: key(1) }),
    );

  // Before and after the database has counted its tables: its guesses are others.
  it.each([
    ["nothing was counted", "select 1"],
    ["the tables were counted", "analyze"],
  ])("next to nothing of it is read when %s", async (_, first) => {
    await admin.outer.execute(sql.raw(first));
    const branch = { kind: "branch", repository, ref: "work", isDefault: false } as const;
    expect(await marked(branch)).toMatchObject({ answer: [], rows: expect.toSatisfy((rows: number) => rows < 100) });
    expect(await marked({ kind: "stack", repository, ref: "work" })).toMatchObject({
      answer: [],
      rows: expect.toSatisfy((rows: number) => rows < 100),
    });
    expect(await overrides()).toMatchObject({ answer: 0, rows: expect.toSatisfy((rows: number) => rows < 100) });
    const { rows } = await asked((tx) => unsettledLandings(tx, { tenantId, workspaceId }));
    expect(rows).toBeLessThan(100);
  });

  it("what is asked for is found in it", async () => {
    await admin.outer.execute(sql`update subject set base_ref = 'work' where key = ${key(3000)}`);
    expect((await marked({ kind: "branch", repository, ref: "work", isDefault: false })).answer).toEqual([key(3000)]);
    // Also what the repository was filled with: a pull request and a merge group.
    expect((await marked({ kind: "stack", repository, ref: "work" })).answer).toHaveLength(PAST + 2);
    expect((await marked({ kind: "stack", repository: { ...repository, id: repository.id + 1 }, ref: "work" })).answer).toEqual([]);
    const longer = `${repository.id}0#1`;
    const group = `${repository.id}@${"a".repeat(40)}`;
    await unbound(async (tx) => {
      for (const subject of [key(1500), key(1501), key(1), longer, group])
        await tx.execute(sql`
        insert into evaluation (id, tenant_id, subject_key, version, head_sha, base_ref, base_sha, state, facts, decision, facts_hash,
          policy_digest, findings_digest, content_digest)
        select gen_random_uuid(), tenant_id, ${subject}, 9, head_sha, base_ref, base_sha, 'overridden', facts,
          '{"findings":[{"contract":"a","file":"a.yaml"}]}', facts_hash, policy_digest, findings_digest, content_digest
        from evaluation limit 1`);
    });
    const { answer, rows } = await overrides();
    expect(answer).toBe(2);
    expect(rows).toBeLessThan(100);
  });
});
