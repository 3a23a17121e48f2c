import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, rowsOf, type Tx } from "../../src/store/connect.ts";
import { ACROSS, type Scope } from "../../src/store/scope.ts";
import { TABLES } from "../../src/store/tables.ts";
import { describeOnBoth, describeOnPostgres, openAsEach } from "../support/database.ts";
import { type Filled, fillTenant } from "./fill-tenant.ts";

const WALLED = Object.keys(TABLES).filter((table) => TABLES[table]!.rows.by !== "nobody");

describeOnBoth("the list of tables", (open) => {
  it("names every table that there is, and no other", async () => {
    const db = await open();
    const found = rowsOf<{ name: string }>(
      await db.outer.execute(
        sql`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
      ),
    );
    expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(TABLES).sort());
  });

  it("T95: every table of it is behind a forced wall, but those that hold nothing of a tenant", async () => {
    const db = await open();
    const rows = rowsOf<{ name: string }>(
      await db.outer.execute(sql`
        select c.relname as name from pg_class c join pg_policy p on p.polrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relrowsecurity and c.relforcerowsecurity`),
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(WALLED.toSorted());
    expect(Object.keys(TABLES).filter((table) => !WALLED.includes(table))).toEqual([
      "tenant_place",
      "webhook_delivery",
      "missing_delivery",
      "hook_position",
      "rate_limit",
      "routine",
    ]);
  });

  it("T84: what only grows has triggers against all else, every trigger fires under any role, and the verb pins its search path", async () => {
    const db = await open();
    const triggers = rowsOf<{ table: string; kind: number; enabled: string }>(
      await db.outer.execute(sql`
        select c.relname as table, t.tgtype::int as kind, t.tgenabled::text as enabled from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'public'::regnamespace and not t.tgisinternal`),
    );
    expect(triggers.filter(({ enabled }) => enabled !== "A")).toEqual([]);
    // pg_trigger.tgtype: 8 = delete, 16 = update, 32 = truncate.
    const refusing = new Set(triggers.filter(({ kind }) => (kind & 24) === 24).map(({ table }) => table));
    const standing = new Set(triggers.filter(({ kind }) => (kind & 32) === 32).map(({ table }) => table));
    for (const table of refusing) {
      expect(TABLES[table]!.may, table).toEqual(["insert"]);
      expect(standing, table).toContain(table);
    }
    expect(refusing.size).toBeGreaterThan(12);
    const definers = rowsOf<{ name: string; config: string[] | null }>(
      await db.outer.execute(sql`
        select proname as name, proconfig as config from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`),
    );
    const config = ["search_path=pg_catalog, pg_temp"];
    const names = ["countersign_note_place", "countersign_tenants"];
    expect(definers.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(names.map((name) => ({ name, config })));
  });
});

describeOnPostgres("walls between tenants", (fresh) => {
  let app: Database;
  let admin: Database;
  let owner: Database;
  let a: Filled;
  let b: Filled;
  beforeAll(async () => {
    ({ app, admin, owner } = await openAsEach(await fresh()));
    a = await fillTenant(app, admin, 71);
    b = await fillTenant(app, admin, 72);
  });
  afterAll(() => Promise.all([app, admin, owner].map((each) => each.close())));

  const only = (filled: Filled): Scope => [["tenant", filled.tenantId]];

  /** Whose rows, by a superuser who asks no policy. */
  async function rowsOfTenant(table: string, { tenantId, repositoryId }: Filled): Promise<readonly string[]> {
    const { rows } = TABLES[table]!;
    const where =
      rows.by === "tenant"
        ? `${rows.column} = '${tenantId}'`
        : rows.by === "repository"
          ? `repository_id = ${repositoryId}`
          : `subject_key ~ '^${repositoryId}[#@!]'`;
    return (await places(admin.outer, `select ctid::text as at from ${table} where ${where}`)).sort();
  }

  async function places(tx: Tx, statement: string): Promise<string[]> {
    return rowsOf<{ at: string }>(await tx.execute(sql.raw(statement))).map(({ at }) => at);
  }

  async function refusal(act: () => Promise<unknown>): Promise<string> {
    return act().then(
      () => "not refused",
      (error: Error) => String(error.cause ?? error),
    );
  }

  describe.each(WALLED)("%s", (table) => {
    it("T95, I6: for one tenant shows its rows and no other's, for none nothing, across all of them", async () => {
      const [mine, theirs] = [await rowsOfTenant(table, a), await rowsOfTenant(table, b)];
      expect(mine.length).toBeGreaterThan(0);
      expect(theirs.length).toBeGreaterThan(0);
      const seen = (scope: Scope) => app.read(scope, (tx) => places(tx, `select ctid::text as at from ${table}`));
      expect((await seen(only(a))).sort()).toEqual(mine);
      expect((await seen(only(b))).sort()).toEqual(theirs);
      expect(await seen([])).toEqual([]);
      expect(await seen([["tenant", "*"]])).toEqual([]);
      expect(await seen(ACROSS)).toEqual(expect.arrayContaining([...mine, ...theirs]));
    });

    it("T95, I6: with one tenant set, no row of another is written, changed or deleted", async () => {
      const theirs = await rowsOfTenant(table, b);
      const whole = `select row_to_json(t)::text as at from ${table} t order by ctid`;
      const before = await places(admin.outer, whole);
      const [copy] = await places(admin.outer, `select row_to_json(t)::text as at from ${table} t where ctid = '${theirs[0]}'`);
      const insert = sql`insert into ${sql.identifier(table)} select * from json_populate_record(null::${sql.identifier(table)}, ${copy!.replaceAll("\\u0000", "")}::json)`;
      expect(await refusal(() => app.transaction(only(a), (tx) => tx.execute(insert)))).toContain("row-level security");
      const [column] = await places(
        admin.outer,
        `select attname as at from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 ${updatable(table)} order by attnum limit 1`,
      );
      for (const statement of [
        `update ${table} set ${column} = ${column} returning ctid::text as at`,
        `delete from ${table} returning ctid::text as at`,
      ]) {
        const act = app.transaction(only(a), async (tx) => {
          expect(theirs).not.toEqual(expect.arrayContaining(await places(tx, `${statement}`)));
          throw new Error("undone");
        });
        expect(await refusal(() => act)).toMatch(/undone|permission denied/);
      }
      expect(await places(admin.outer, whole)).toEqual(before);
    });
  });

  function updatable(table: string): string {
    const only = TABLES[table]!.updates;
    return only === undefined ? "" : `and attname in (${only.map((name) => `'${name}'`).join()})`;
  }

  it.each(Object.keys(TABLES))("T84, T86: the login that runs has on %s what the list says, and never TRUNCATE", async (table) => {
    const { may, updates } = TABLES[table]!;
    const all: Scope = ACROSS;
    for (const act of ["UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "INSERT"]) {
      const [row] = await app.read(all, async (tx) =>
        rowsOf<{ has: boolean }>(await tx.execute(sql`select has_table_privilege(${`public.${table}`}, ${act}) as has`)),
      );
      const isMeant = (may as readonly string[]).includes(act.toLowerCase()) && !(act === "UPDATE" && updates !== undefined);
      expect([act, row!.has]).toEqual([act, isMeant]);
    }
  });

  it("T84: the login that runs cannot lift a wall, drop a trigger, take another role, or speak as the verb does", async () => {
    for (const statement of [
      "alter table audit_event disable row level security",
      "alter table audit_event disable trigger audit_event_immutable",
      "drop policy countersign_tenant on evaluation",
      "drop table audit_event",
      "truncate audit_event cascade",
      "set session_replication_role = replica",
      "create table public.mine (id int)",
      "select body from webhook_delivery",
      "update business_draft_snapshot set blocker_ids = '[]'",
    ])
      expect(await refusal(() => app.transaction(ACROSS, (tx) => tx.execute(sql.raw(statement))))).toMatch(
        /permission denied|must be owner/,
      );
    const asVerb = await app.transaction([], async (tx) => {
      await tx.execute(sql`select set_config('countersign.tenant', '*', true)`);
      return places(tx, "select id::text as at from tenant");
    });
    expect(asVerb).toEqual([]);
  });

  it("a scope ends with its transaction: the next on the same connections sees nothing", async () => {
    await Promise.all(Array.from({ length: 20 }, () => app.transaction(ACROSS, (tx) => places(tx, "select id::text as at from tenant"))));
    const looks = Array.from({ length: 20 }, () => places(app.outer, "select id::text as at from tenant"));
    expect((await Promise.all(looks)).flat()).toEqual([]);
  });
});
