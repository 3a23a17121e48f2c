import { findingsOf } from "./app-needs.ts";
import type { AppProbe, DatabaseReading, OperatorReads } from "./ports.ts";

export interface Readiness {
  /** `degraded`: deliveries are taken and stored, and something that decides is missing. */
  readonly status: "ready" | "degraded" | "not ready";
  readonly database: "ok" | "unreachable" | "not migrated" | "read-only";
  readonly github: "ok" | "unreachable" | "refused" | "lacks permissions or the clock is off" | "no APP_ID";
}

const WORDS = { ok: "ok", unreachable: "unreachable", not_migrated: "not migrated", read_only: "read-only" } as const;
/** Probes come every few seconds, from several places; what they ask for is asked once in these times. */
const DATABASE_MS = 2_000;
const GITHUB_MS = 30_000;
/** What takes long to ask is asked again after this at the latest. */
const RARELY_MS = 600_000;
/** A probe gives up sooner than this, and counts that as dead. */
const PATIENCE_MS = 2_500;

export interface ReadinessDeps {
  readonly reads: Pick<OperatorReads, "database">;
  /** null = no app is configured. */
  readonly app: (Pick<AppProbe, "read" | "enterprise"> & { readonly appId: number }) | null;
  /** Milliseconds, monotonic. */
  readonly monotonic: () => number;
  readonly patienceMs?: number;
}

/** Whether this process can do its work. Says which part it is, and nothing of what that part said. */
export function createReadiness({ reads, app, monotonic, patienceMs = PATIENCE_MS }: ReadinessDeps): () => Promise<Readiness> {
  const database = remembered(monotonic, DATABASE_MS, () => reads.database().catch((): DatabaseReading => "unreachable"));
  const github = remembered(monotonic, GITHUB_MS, () => readGitHub(app));
  return async () => {
    const [data, gh] = await Promise.all([
      within(patienceMs, database(), "unreachable" as const),
      within(patienceMs, github(), "unreachable" as const),
    ]);
    const isReady = data === "ok" && gh !== "no APP_ID";
    return {
      status: !isReady ? "not ready" : gh === "ok" ? "ready" : "degraded",
      database: WORDS[data],
      github: gh,
    };
  };
}

async function readGitHub(app: ReadinessDeps["app"]): Promise<Readiness["github"]> {
  if (app === null) return "no APP_ID";
  const reading = await app.read();
  if (reading.status !== "ok") return reading.status;
  return findingsOf(reading, app).refusals.length === 0 ? "ok" : "lacks permissions or the clock is off";
}

/** One answer for everybody who asks within that time, and one question under way at most. `share`: of all time, what asking may take at most. */
export function remembered<T>(monotonic: () => number, forMs: number, ask: () => Promise<T>, share = 1): () => Promise<T> {
  let known: { readonly answer: Promise<T>; until: number } | null = null;
  return () => {
    if (known !== null && monotonic() < known.until) return known.answer;
    const asked = monotonic();
    const fresh = { answer: ask(), until: Number.POSITIVE_INFINITY };
    const keep = (ms: number) => {
      fresh.until = monotonic() + ms;
    };
    fresh.answer.then(
      () => keep(Math.max(forMs, Math.min((monotonic() - asked) * (1 / share - 1), RARELY_MS))),
      () => keep(forMs),
    );
    known = fresh;
    return fresh.answer;
  };
}

async function within<T>(ms: number, answer: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late), ms);
  });
  return Promise.race([answer, patience]).finally(() => clearTimeout(timer));
}
