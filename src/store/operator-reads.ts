import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type { DatabaseReading, OperatorReads, Vitals } from "../gate/ports/operations.ts";
import { type Database, rowsOf, type Tx } from "./connect.ts";
import { readStanding } from "./logins.ts";
import { MIGRATIONS } from "./migrate.ts";
import { ACROSS } from "./scope.ts";
import { lateApprovals } from "./verbs/late-approvals.ts";

const INSTALLATIONS_MAX = 1000;

/** What the operator's tools ask of the database: counts over all tenants, and no row of anybody's. */
export function createOperatorReads(db: Database): OperatorReads {
  let known: readonly string[] | null = null;
  return {
    async database() {
      known ??= readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ hash }) => hash);
      return readDatabase(db, known);
    },
    vitals: () => db.read(ACROSS, readVitals),
    openPulls: () => db.read(ACROSS, countOpen),
    lateApprovals: async () => (await db.read(ACROSS, lateApprovals)).length,
  };
}

/** All that the doctor looks at; `vitals` null = there is nothing to count yet. `newer`: nothing of this version starts on it. */
export async function readForDoctor(db: Database) {
  const reads = createOperatorReads(db);
  const reading = await reads.database();
  const known = new Set(readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ hash }) => hash));
  const newer = reading === "ok" && (await appliedTo(db)).some((hash) => !known.has(hash));
  const [row] = rowsOf<{ version: string }>(await db.outer.execute(sql`select current_setting('server_version') as version`));
  return {
    ...{ reading, newer, version: db.driver === "pglite" ? null : row!.version },
    storage: await readStanding(db),
    vitals: reading === "ok" ? await reads.vitals() : null,
  };
}

async function readDatabase(db: Database, known: readonly string[]): Promise<DatabaseReading> {
  try {
    const hashes = new Set(await appliedTo(db));
    if (!known.every((hash) => hashes.has(hash))) return "not_migrated";
    const [session] = rowsOf<{ frozen: string }>(await db.outer.execute(sql`select current_setting('transaction_read_only') as frozen`));
    return session?.frozen === "off" ? "ok" : "read_only";
  } catch (error) {
    return isMissing(error) ? "not_migrated" : "unreachable";
  }
}

async function appliedTo(db: Database): Promise<readonly string[]> {
  return rowsOf<{ hash: string }>(await db.outer.execute(sql`select hash from drizzle.__drizzle_migrations`)).map(({ hash }) => hash);
}

/** Undefined table or schema. */
function isMissing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if ("code" in at && ["42P01", "3F000"].includes(String(at.code))) return true;
  return false;
}

async function readVitals(tx: Tx): Promise<Vitals> {
  const [row] = rowsOf<Record<Exclude<keyof Vitals, "installationIds">, number>>(
    await tx.execute(sql`
      select
        (select count(*)::int from subject where dirty_since is not null) as "dirtySubjects",
        (select coalesce(greatest(extract(epoch from clock_timestamp() - min(dirty_since)), 0), 0)::float8 from subject
          where dirty_since is not null) as "oldestDirtySeconds",
        (select count(*)::int from override_event used where used.kind = 'used' and not exists (
          select 1 from override_event over where over.grant_id = used.grant_id and over.kind in ('expired', 'revoked', 'merged'))
        ) as "openOverrides",
        (select count(*)::int from post_hoc_review where closed_at is null) as "openReviews",
        (select count(*)::int from post_hoc_review where closed_at is null and due_at < clock_timestamp()) as "overdueReviews"`),
  );
  const installed = rowsOf<{ id: string | number }>(
    await tx.execute(sql`select distinct installation_id as id from watched_repository order by 1 limit ${INSTALLATIONS_MAX}`),
  );
  return { ...row!, installationIds: installed.map(({ id }) => Number(id)) };
}

async function countOpen(tx: Tx): Promise<Readonly<Record<string, number>>> {
  const states = rowsOf<{ state: string; pulls: number }>(
    await tx.execute(sql`
      select e.state, count(distinct w.subject_key)::int as pulls
      from check_wish w join subject s on s.key = w.subject_key join evaluation e on e.id = w.evaluation_id
      where s.open and s.number is not null group by e.state`),
  );
  return Object.fromEntries(states.map(({ state, pulls }) => [state, pulls]));
}
