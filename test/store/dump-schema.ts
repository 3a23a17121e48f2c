import { sql } from "drizzle-orm";
import { rowsOf, type Tx } from "../../src/store/connect.ts";

/** What a schema is, one line for each thing, in an order and in words that both drivers share. */
export async function dumpSchema(tx: Tx): Promise<string> {
  const lines: string[] = [];
  const add = async (title: string, query: ReturnType<typeof sql>) => {
    const rows = rowsOf<{ line: string }>(await tx.execute(query));
    lines.push(`# ${title}`, ...rows.map(({ line }) => line.replaceAll(/\s+/g, " ").trim()).sort(), "");
  };
  const here = sql`c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`;
  await add(
    "columns",
    sql`select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
          || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where ${here}`,
  );
  await add(
    "constraints",
    sql`select c.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid) as line
        from pg_constraint k join pg_class c on c.oid = k.conrelid where ${here} and k.contype in ('c', 'f', 'p', 'u')`,
  );
  await add("indexes", sql`select indexdef as line from pg_indexes where schemaname = 'public'`);
  await add(
    "triggers",
    sql`select case t.tgenabled when 'A' then 'always ' else 'NOT ALWAYS ' end || pg_get_triggerdef(t.oid) as line
        from pg_trigger t join pg_class c on c.oid = t.tgrelid where ${here} and not t.tgisinternal`,
  );
  await add(
    "row-level security",
    sql`select c.relname || case when c.relrowsecurity and c.relforcerowsecurity then ' forced' when c.relrowsecurity then ' NOT FORCED' else ' none' end
          || coalesce(' ' || p.polname || ' using ' || pg_get_expr(p.polqual, p.polrelid) || ' with check ' || pg_get_expr(p.polwithcheck, p.polrelid), '') as line
        from pg_class c left join pg_policy p on p.polrelid = c.oid where ${here}`,
  );
  await add(
    "functions",
    sql`select p.oid::regprocedure || case when p.prosecdef then ' security definer' else '' end || coalesce(' set ' || array_to_string(p.proconfig, ';'), '')
          || ' md5 ' || md5(p.prosrc) as line
        from pg_proc p where p.pronamespace = 'public'::regnamespace`,
  );
  return `${lines.join("\n").trimEnd()}\n`;
}
