import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { ofOwner, ofRepository, ofSubject, ofTenant } from "../../src/store/scope.ts";
import { describeOnPostgres, openAsEach } from "../support/database.ts";
import { type Filled, fillTenant } from "./fill-tenant.ts";

const BACKFILL = readFileSync(new URL("../../drizzle/0019_tenant_place.sql", import.meta.url), "utf8")
  .split("--> statement-breakpoint")
  .find((statement) => statement.includes("DO $$"))!;

describeOnPostgres("whose rows a repository and an owner have", (fresh) => {
  let app: Database;
  let owner: Database;
  let admin: Database;
  let filled: Filled;
  beforeAll(async () => {
    ({ app, owner, admin } = await openAsEach(await fresh()));
    filled = await fillTenant(app, admin, 71);
    await fillTenant(app, admin, 72);
  });
  afterAll(() => Promise.all([app.close(), owner.close(), admin.close()]));

  const lines = async () =>
    rowsOf<{ line: string }>(
      await admin.outer.execute(sql`select distinct concat_ws(' ', kind, place, tenant_id) as line from tenant_place order by 1`),
    ).map(({ line }) => line);
  /** What the tables themselves say. */
  const told = async () =>
    rowsOf<{ line: string }>(
      await admin.outer.execute(sql`
        select concat_ws(' ', 'owner', account_id, id) as line from tenant
        union select concat_ws(' ', 'owner', owner_id, tenant_id) from subject
        union select concat_ws(' ', 'owner', owner_id, tenant_id) from watched_repository
        union select concat_ws(' ', 'repository', repository_id, tenant_id) from subject
        union select concat_ws(' ', 'repository', repository_id, tenant_id) from watched_repository
        union select concat_ws(' ', 'repository', repository_id, tenant_id) from policy_version
        union select concat_ws(' ', 'repository', repository_id, tenant_id) from policy_pin
        order by 1`),
    ).map(({ line }) => line);
  const seen = (scope: Parameters<Database["read"]>[0]) =>
    app.read(scope, async (tx) =>
      rowsOf<{ ids: string }>(await tx.execute(sql`select current_setting('countersign.tenant') as ids`))[0]!.ids.split(","),
    );

  it("is kept as the rows come, by the login that cannot write it, and is what a scope is looked up in", async () => {
    expect(await lines()).toEqual(await told());
    expect((await lines()).length).toBeGreaterThan(3);
    const { tenantId, repositoryId } = filled;
    for (const scope of [ofRepository(repositoryId), ofSubject(`${repositoryId}#1`), ofOwner(71)])
      expect(await seen(scope)).toEqual([tenantId]);
    const forged = app.outer.execute(
      sql`insert into tenant_place (kind, place, tenant_id) values ('repository', ${repositoryId}, ${tenantId})`,
    );
    await expect(forged).rejects.toMatchObject({ cause: { code: "42501" } });
  });

  it("follows a repository to its new owner, and keeps the old one's", async () => {
    const { tenantId, repositoryId } = filled;
    const [other] = rowsOf<{ id: string }>(await admin.outer.execute(sql`select id from tenant where account_id = 72`));
    await app.transaction([...ofTenant(tenantId), ...ofTenant(other!.id)], (tx) =>
      tx.execute(sql`update subject set owner_id = 73, tenant_id = ${other!.id} where key = ${`${repositoryId}#1`}`),
    );
    expect((await seen(ofRepository(repositoryId))).sort()).toEqual([tenantId, other!.id].sort());
    expect(await seen(ofOwner(73))).toEqual([other!.id]);
  });

  it("is made from the rows that were there before", async () => {
    const before = await told();
    await admin.outer.execute(sql`delete from tenant_place`);
    await owner.transaction([], (tx) => tx.execute(sql.raw(BACKFILL)));
    expect(await lines()).toEqual(before);
  });

  it("does not cost more the more pull requests the repository has", async () => {
    const { tenantId, repositoryId } = filled;
    await admin.outer.execute(sql`
      insert into subject (key, tenant_id, repository_id, owner_id, owner, name, installation_id, number)
      select ${repositoryId}::text || '#' || n, ${tenantId}::uuid, ${repositoryId}::bigint, 71, 'o', 'r', 1, n from generate_series(1000, 4000) n`);
    const [count] = rowsOf<{ rows: number }>(
      await admin.outer.execute(sql`select count(*)::int as rows from tenant_place where kind = 'repository' and place = ${repositoryId}`),
    );
    expect(count!.rows).toBe(2);
  });
});
