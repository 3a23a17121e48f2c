import { afterEach, expect, test } from "vitest";
import { afterDeadlock, CLOSE_DOORS } from "../../src/store/migrate.ts";
import { besiege, type Siege } from "../support/besieged.ts";
import { describeOnPostgres, twoLogins } from "../support/database.ts";
import { asAdmin, type Logins } from "../support/migrated.ts";

/** What the next version may do to the schema: migrations only add. */
async function migrateAsTomorrow({ ownerUrl }: Logins, close: boolean): Promise<void> {
  await asAdmin(ownerUrl, (sql) =>
    sql.begin(async (tx) => {
      if (close) await tx.unsafe(CLOSE_DOORS);
      const tables = await tx<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`;
      for (const { name } of tables) await tx.unsafe(`alter table public.${name} add column of_tomorrow text not null default 'x'`);
      await tx.unsafe("create table public.tomorrow (id int primary key)");
      await tx.unsafe("create index on public.subject (of_tomorrow)");
      await tx.unsafe("insert into drizzle.__drizzle_migrations (hash, created_at) values ('of tomorrow', 4102444800000)");
    }),
  );
}

describeOnPostgres("replicas of this version", (fresh) => {
  let siege: Siege | null = null;
  afterEach(async () => {
    await siege?.close();
    siege = null;
  });

  // Their statements are prepared: a plan that was made before must serve after.
  test("go on with their work while the next version migrates under them, and do not start on what they do not know", async () => {
    const logins = await twoLogins(await fresh());
    siege = await besiege(logins, 2);
    const before = siege.open(2, 3);
    await siege.settles(before);
    const during = siege.open(1, 4);
    // Given up for a deadlock with those that go on, it is done again, as `migrate` does.
    await afterDeadlock((close) => migrateAsTomorrow(logins, close));
    await siege.settles(during);
    for (const pull of [...before, ...during]) {
      siege.hub.review(pull.repository, pull.number, { actor: "bob", state: "APPROVED" });
      pull.wants = "success";
    }
    await siege.settles([...before, ...during]);
    const { repository, number } = before[0]!;
    siege.hub.merge(repository, number, { actor: "alice", method: "squash" });
    await siege.hub.settled();
    await asAdmin(logins.adminUrl, async (sql) => {
      for (const deadline = Date.now() + 60_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 100)))
        if ((await sql`select 1 from governance_approval`).length > 0) break;
      expect(await sql`select kind, of_tomorrow from governance_approval`).toMatchObject([{ kind: "regular", of_tomorrow: "x" }]);
    });

    siege.bench(0);
    await expect(siege.restart(0)).rejects.toThrow(/the database holds a migration that this version does not know: of tomorrow/);
    await siege.settles(siege.open(1, 2));
  }, 180_000);
});
