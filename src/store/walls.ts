import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { rowsOf, type Tx } from "./connect.ts";
import { type Belonging, TABLES, type TableRule } from "./tables.ts";

const POLICY = "countersign_tenant";

/** Row-level security by tenant on every table of the list, forced, so that it binds the owner too. Changes only what is not so. */
export async function raiseWalls(tx: Tx): Promise<void> {
  const found = rowsOf<{ name: string; enabled: boolean; forced: boolean; told: string | null }>(
    await tx.execute(sql`
      select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced, obj_description(p.oid, 'pg_policy') as told
      from pg_class c left join pg_policy p on p.polrelid = c.oid and p.polname = ${POLICY}
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`),
  );
  const standing = new Map(found.map((table) => [table.name, table]));
  for (const [table, { rows }] of Object.entries(TABLES)) {
    const condition = conditionOf(table, rows);
    if (condition === null) continue;
    const digest = createHash("sha256").update(condition).digest("hex");
    const now = standing.get(table);
    if (now?.enabled && now.forced && now.told === digest) continue;
    for (const statement of [
      `alter table public.${table} enable row level security`,
      `alter table public.${table} force row level security`,
      `drop policy if exists ${POLICY} on public.${table}`,
      `create policy ${POLICY} on public.${table} using (${condition}) with check (${condition})`,
      `comment on policy ${POLICY} on public.${table} is '${digest}'`,
    ])
      await tx.execute(sql.raw(statement));
  }
}

/** The sub-selects are asked once for each statement, not for each row. */
function conditionOf(table: string, rows: Belonging): string | null {
  switch (rows.by) {
    case "nobody":
      return null;
    case "tenant":
      return `${rows.column} = any ((select public.countersign_visible())::uuid[]) or (select public.countersign_across())`;
    // The tables that are asked have walls of their own: only what is visible is found there.
    case "subject":
      return `exists (select 1 from public.subject s where s.key = ${table}.subject_key)`;
    case "repository":
      return `exists (select 1 from public.subject s where s.repository_id = ${table}.repository_id)
        or exists (select 1 from public.watched_repository w where w.repository_id = ${table}.repository_id)`;
  }
}

/** What the login that runs may do: all of it is taken away, and what the list says is given. One transaction, so that a running server sees no gap. */
export async function grantTo(tx: Tx, login: string): Promise<void> {
  const role = `"${login.replaceAll('"', '""')}"`;
  const statements = [
    `revoke all on all tables in schema public from ${role}`,
    `grant usage on schema public to ${role}`,
    ...Object.entries(TABLES).map(([table, rule]) => `grant ${privileges(rule)} on public.${table} to ${role}`),
    `grant execute on function public.countersign_tenants(text, text) to ${role}`,
    `grant usage on schema drizzle to ${role}`,
    `grant select on drizzle.__drizzle_migrations to ${role}`,
    `grant usage on schema pgboss to ${role}`,
    // The queue holds no evidence: a job says "look at this key", and the sweep finds what no job stands for.
    `grant select, insert, update, delete on all tables in schema pgboss to ${role}`,
    `grant execute on all functions in schema pgboss to ${role}`,
    `grant usage on all sequences in schema pgboss to ${role}`,
  ];
  for (const statement of statements) await tx.execute(sql.raw(statement));
}

function privileges({ may, updates, reads }: TableRule): string {
  const only = (columns: readonly string[] | undefined) => (columns === undefined ? "" : ` (${columns.join(", ")})`);
  return [`select${only(reads)}`, ...may.map((act) => (act === "update" ? `update${only(updates)}` : act))].join(", ");
}
