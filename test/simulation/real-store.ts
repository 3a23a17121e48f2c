import type { Ledger } from "../../src/gate/ports.ts";
import { createLedger, type Database } from "../../src/store/index.ts";
import { openMigrated } from "../support/migrated.ts";
import type { Records } from "./evidence.ts";

/** The real store on the embedded database, by a virtual clock, emptied for each schedule. */
export interface RealStore {
  readonly ledger: Ledger;
  /** The database's clock from now on, in milliseconds. */
  setClock(now: number): Promise<void>;
  empty(): Promise<void>;
  records(): Promise<Records>;
  close(): Promise<void>;
}

/** Stands before Postgres's own function on the search path, and gives what the simulation says. */
const CLOCK = `create function public.clock_timestamp() returns timestamptz language sql volatile as
  $$ select to_timestamp(current_setting('simulation.now')::double precision / 1000) $$`;

export async function openRealStore(): Promise<RealStore> {
  const database: Database = await openMigrated();
  const pglite = database.pglite!;
  const rows = async <T>(sql: string, given: unknown[] = []) => (await pglite.query<T>(sql, given)).rows;
  await pglite.exec(`${CLOCK}; set search_path = public, pg_catalog; select set_config('simulation.now', '0', false)`);
  const defaults = await rows<{ place: string; name: string }>(
    `select format('%I', table_name) as place, format('%I', column_name) as name from information_schema.columns
     where table_schema = 'public' and column_default like '%clock_timestamp()%'`,
  );
  for (const { place, name } of defaults)
    await pglite.exec(`alter table ${place} alter column ${name} set default public.clock_timestamp()`);
  const tables = (await rows<{ name: string }>(`select format('%I', tablename) as name from pg_tables where schemaname = 'public'`)).map(
    ({ name }) => name,
  );
  const triggers = await rows<{ place: string; name: string }>(
    `select tgrelid::regclass::text as place, format('%I', tgname) as name from pg_trigger where not tgisinternal and tgenabled = 'A'`,
  );
  const ledger = createLedger(database);
  return {
    ledger,
    async setClock(now) {
      // In one message: this comes before every call.
      await pglite.exec(`set simulation.now = '${now}'`);
    },
    async empty() {
      const off = triggers.map(({ place, name }) => `alter table ${place} disable trigger ${name};`);
      const on = triggers.map(({ place, name }) => `alter table ${place} enable always trigger ${name};`);
      await pglite.exec(`begin; ${off.join("")} truncate ${tables.join(", ")} cascade; ${on.join("")} commit`);
    },
    async records() {
      const approvals = await rows<Records["approvals"][number]>(
        `select pull_request as "pullRequest", merge_sha as "mergeSha", kind,
           (select count(*)::int from compiled_governance_artifact a where a.approval_id = g.id) as artifacts from governance_approval g`,
      );
      const incident = (table: string, kind: string) =>
        `select pull_request as "pullRequest", merge_sha as "mergeSha", ${kind} as kind from ${table}`;
      const bypasses = incident("bypass_incident", "case when branch is null then 'bypass' else 'push' end");
      return {
        approvals,
        incidents: await rows(`${bypasses} union all ${incident("content_mismatch", "'content_mismatch'")}`),
        evaluations: await rows("select subject_key as key, version from evaluation order by created_at, version"),
        policies: await rows("select seq from policy_version order by created_at, seq"),
      };
    },
    close: () => ledger.close(),
  };
}
