import { sql } from "drizzle-orm";
import type { StorageStanding } from "../gate/ports/storage.ts";
import { type Database, rowsOf, UnsafeDatabase } from "./connect.ts";

/** Read from the server, not from the configuration: two URLs may well name one login, or two that may do the same. */
export async function readStanding(db: Database): Promise<StorageStanding> {
  if (db.driver === "pglite") return { logins: "embedded", excess: [] };
  const [row] = rowsOf<Record<string, boolean>>(
    await db.outer.execute(sql`
      with own as (select c.oid, c.relowner from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = 'audit_event')
      select
        (select rolsuper from pg_roles where rolname = current_user) as "it is a superuser",
        (select rolbypassrls from pg_roles where rolname = current_user) as "it bypasses row-level security",
        (select rolcreaterole from pg_roles where rolname = current_user) as "it can make roles and grant itself more",
        coalesce((select pg_has_role(current_user, relowner, 'MEMBER') from own), has_schema_privilege('public', 'CREATE')) as "it owns the tables, or may",
        coalesce((select has_table_privilege(oid, 'UPDATE') or has_table_privilege(oid, 'DELETE') or has_table_privilege(oid, 'TRUNCATE')
          from own), false) as "it can change or delete rows of the audit trail",
        coalesce((select has_any_column_privilege(oid, 'UPDATE') from own), false) as "it can change columns of the audit trail"`),
  );
  const excess = Object.entries(row!).flatMap(([says, holds]) => (holds ? [says] : []));
  return { logins: excess.length > 0 ? "one" : "two", excess };
}

/** Rejects with `UnsafeDatabase` when the login that runs could rewrite what it records, unless the operator said that it may. */
export function refuseOneLogin({ logins, excess }: StorageStanding, isAllowed: boolean): void {
  if (logins !== "one" || isAllowed) return;
  throw new UnsafeDatabase(
    `DATABASE_URL signs in as a login that could rewrite the records: ${excess.join("; ")}. ` +
      "Give it a login of its own and the owner's in DATABASE_OWNER_URL (docs/self-hosting.md), or set ALLOW_ONE_DATABASE_LOGIN=true",
  );
}
