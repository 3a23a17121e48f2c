import { sql } from "drizzle-orm";
import { fromPglite, PgBoss } from "pg-boss";
import type { Queue } from "../gate/ports/ledger.ts";
import { type Database, PATIENCE, type Patience, rowsOf } from "./connect.ts";
import { startWorkers, type Workers } from "./queue-workers.ts";
import { ACROSS } from "./scope.ts";
import { pendingSubjects } from "./verbs/read-subjects.ts";

const EVALUATE = "evaluate";
/** Wake-ups that wait for their instant. Apart: a job that waits would take the one place that `short` leaves for its key. */
const LATER = "later";
/** So that the clock that judges has passed the instant too. */
const AFTER_MS = 250;
const SWEPT_AT_ONCE = 100;

export interface QueueOptions {
  /** At most `limit` keys with work left; asked at the start of `work` and every `sweepMs` after. Default: the store's own `pendingSubjects`. */
  readonly sweep?: (limit: number) => Promise<readonly string[]>;
  readonly sweepMs?: number;
  /** Jobs of different keys at once in this process. */
  readonly concurrency?: number;
  readonly retryDelaySeconds?: number;
  readonly retryDelayMaxSeconds?: number;
  readonly patience?: Patience;
  /** Every rejection of a job, with its key, and every failure of the queue itself. Default: a process warning. */
  readonly onError?: (error: unknown, key?: string) => void;
}

/**
 * Wake-ups on pg-boss. A job says "look at this key" and nothing else, so that losing, doubling or coalescing one is harmless:
 * the durable work is the subject row, and the sweep finds every row that no job stands for.
 * Policy `short` with the key as singleton: at most one job waiting. The key is its own group of one: at most one job active,
 * a wake that comes while its key is active waits for its own run, and a busy key does not hold up the ones behind it.
 * (`stately` would say the same, but it learns which keys are active from a cache and left wakes lying for two seconds.)
 */
export async function createQueue(db: Database, options: QueueOptions = {}): Promise<Queue> {
  const onError = options.onError ?? ((error: unknown) => process.emitWarning(error instanceof Error ? error : new Error(String(error))));
  const sweepMs = options.sweepMs ?? 5000;
  const sweep = options.sweep ?? ((limit: number) => db.read(ACROSS, (tx) => pendingSubjects(tx, limit)));
  const concurrency = options.concurrency ?? 8;
  const boss = new PgBoss({
    ...(db.pglite !== null
      ? { db: fromPglite(db.pglite), backend: "pglite" as const }
      : { connectionString: db.url!, max: 5, migrate: false, ...waitingFor(options.patience ?? PATIENCE) }),
    application_name: "countersign-queue",
    schedule: false,
    useListenNotify: false,
    // A worker that was killed is noticed within its heartbeat (10 s, the least there is) and one of these rounds.
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    queueCacheIntervalSeconds: 1,
  });
  boss.on("error", (error: unknown) => onError(asError(error)));
  await boss.start();
  await declareQueue(boss, options);
  // Only one process has an embedded database: jobs that are active at its start belong to nobody.
  if (db.pglite !== null) await boss.deleteAllJobs(EVALUATE);

  let workers: Workers | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;
  let sweeping = Promise.resolve();

  async function wake(keys: readonly string[]): Promise<void> {
    const jobs = [...new Set(keys)].map((key) => ({ data: { key }, singletonKey: key, group: { id: key } }));
    if (jobs.length === 0) return;
    await boss.insert(EVALUATE, jobs);
    workers?.tell(jobs.length);
  }

  /**
   * Keys that a job already stands for are left alone: one that waits out its backoff must not be sent again. They are asked for on
   * top, so that any number of keys that keep failing never hides the ones behind them.
   */
  async function sweepOnce(): Promise<void> {
    try {
      const busy = await keysWithJob(db);
      const keys = await sweep(SWEPT_AT_ONCE + busy.size);
      await wake(keys.filter((key) => !busy.has(key)));
    } catch (error) {
      onError(error);
    }
    if (!stopping) {
      timer = setTimeout(() => {
        sweeping = sweepOnce();
      }, sweepMs);
    }
  }

  return {
    wake,
    async wakeAt(key, instant) {
      const startAfter = new Date(Date.parse(instant) + AFTER_MS);
      await boss.insert(LATER, [{ data: { key }, singletonKey: `${key} ${instant}`, startAfter }]);
    },
    async work(handle) {
      await boss.work<{ key: string }>(LATER, { pollingIntervalSeconds: 1 }, async (jobs) => wake(jobs.map((job) => job.data.key)));
      workers = await startWorkers(boss, EVALUATE, concurrency, handle, onError);
      sweeping = sweepOnce();
    },
    async stop() {
      stopping = true;
      workers?.stop();
      if (timer !== null) clearTimeout(timer);
      await sweeping;
      await boss.stop({ graceful: true, timeout: 10_000 });
    },
  };
}

/** Of what happens to its workers pg-boss tells by copies, which are no errors any more. */
function asError(told: unknown): unknown {
  if (told instanceof Error || typeof told !== "object" || told === null || !("message" in told)) return told;
  return Object.assign(new Error(String(told.message)), told);
}

/** For the pool that pg-boss has of its own: a statement without an answer ends its connection. */
function waitingFor({ statementMs, silenceMs, connectMs, sessionMs }: Patience) {
  const told = { statement_timeout: statementMs, query_timeout: silenceMs, connectionTimeoutMillis: connectMs };
  return { ...told, maxLifetimeSeconds: sessionMs / 1000 };
}

async function declareQueue(boss: PgBoss, options: QueueOptions): Promise<void> {
  const settings = {
    retryLimit: 20,
    retryDelay: options.retryDelaySeconds ?? 1,
    retryBackoff: true,
    retryDelayMax: options.retryDelayMaxSeconds ?? 300,
    expireInSeconds: 300,
    heartbeatSeconds: 10,
    deleteAfterSeconds: 60,
    notify: false,
  };
  await boss.createQueue(EVALUATE, { policy: "short", ...settings });
  await boss.updateQueue(EVALUATE, settings);
  await boss.createQueue(LATER, { policy: "short", ...settings });
}

/** pg-boss has no call for "which keys have a job"; its version is pinned, and its states are ordered. */
async function keysWithJob(db: Database): Promise<ReadonlySet<string>> {
  const busy = rowsOf<{ key: string }>(
    await db.outer.execute(sql`select distinct singleton_key as key from pgboss.job where name = ${EVALUATE} and state < 'completed'`),
  );
  return new Set(busy.map((row) => row.key));
}
