import { findingsOf, lackingPermissions, WHERE_TO_GRANT } from "./app-needs.ts";
import { notaryWarnings } from "./notary-warnings.ts";
import type { AppProbe, DatabaseReading, Notary, StorageStanding, Vitals } from "./ports.ts";

export type CareArea = "configuration" | "database" | "github" | "webhooks" | "checkpoints" | "queue";

/** One thing that was looked at. `unknown`: it could not be. */
export interface CareFinding {
  readonly area: CareArea;
  readonly status: "ok" | "warning" | "failed" | "unknown";
  readonly says: string;
  /** null = there is nothing to do. */
  readonly fix: string | null;
}

export interface ServerDoctorDeps {
  /** What is wrong with the environment, as the server would say it; empty = nothing. */
  readonly problems: readonly string[];
  /** Opens the server's database and reads it. Rejects with an error that says what to do. */
  readonly database: () => Promise<{
    readonly reading: DatabaseReading;
    /** A newer version has migrated it. */
    readonly newer: boolean;
    readonly storage: StorageStanding;
    /** As the database says it; null = embedded. */
    readonly version: string | null;
    readonly vitals: Vitals | null;
  }>;
  /** null = no app is configured. */
  readonly app: (AppProbe & { readonly appId: number }) | null;
  readonly notary: Notary;
}

/** Work that waits for longer is no burst. */
const WAIT_MAX_SECONDS = 600;

/** Whether the server can do its work, and what to do where it cannot. Reads only. */
export async function examineServer(deps: ServerDoctorDeps): Promise<readonly CareFinding[]> {
  const parts = await Promise.all([readDatabase(deps), readApp(deps), readDeliveries(deps)]);
  const checkpoints = notaryWarnings(deps.notary).map((says) => warning("checkpoints", says, "docs/auditor-guide.md says how"));
  return [
    ...(deps.problems.length === 0
      ? [ok("configuration", "the environment is whole")]
      : deps.problems.map((says) => failed("configuration", says, "set it right and start again"))),
    ...parts.flat(),
    ...(checkpoints.length === 0 ? [ok("checkpoints", "the trail is signed, and its checkpoints go to two places")] : checkpoints),
  ];
}

/** 0 = nothing failed, 1 = something did, 3 = something could not be looked at. */
export function serverExitCode(findings: readonly CareFinding[]): 0 | 1 | 3 {
  if (findings.some(({ status }) => status === "failed")) return 1;
  return findings.some(({ status }) => status === "unknown") ? 3 : 0;
}

async function readDatabase({ database }: ServerDoctorDeps): Promise<readonly CareFinding[]> {
  let found: Awaited<ReturnType<typeof database>>;
  try {
    found = await database();
  } catch (error) {
    return [
      unknown("database", messageOf(error), "start it, or stop the server that has it; a running server tells its own state at /readyz"),
    ];
  }
  const { reading, newer, storage, version, vitals } = found;
  if (reading !== "ok")
    return [failed("database", "it is not migrated as far as this version needs", "run `countersign migrate` with the owner's login")];
  if (newer)
    return [
      failed(
        "database",
        "a newer version has migrated it: servers of this one that run go on, and none starts",
        "start the newer version, or restore the backup of before",
      ),
    ];
  const logins =
    storage.logins === "one"
      ? [
          warning(
            "database",
            `one login could rewrite the records: ${storage.excess.join("; ")}`,
            "docs/self-hosting.md#two-database-logins",
          ),
        ]
      : [];
  const where =
    version === null ? "embedded: it survives a killed process, not a power loss" : `PostgreSQL ${version}, a primary that syncs`;
  return [ok("database", `migrated; ${where}`), ...logins, ...(vitals === null ? [] : queueOf(vitals))];
}

function queueOf({ dirtySubjects, oldestDirtySeconds, overdueReviews }: Vitals): readonly CareFinding[] {
  const says = `${dirtySubjects} to evaluate; the oldest has waited ${Math.round(oldestDirtySeconds)} s`;
  return [
    oldestDirtySeconds > WAIT_MAX_SECONDS
      ? warning("queue", says, "look for `a job failed` in the log: it names the subject and the reason")
      : ok("queue", says),
    ...(overdueReviews > 0
      ? [warning("queue", `${overdueReviews} post-hoc reviews are overdue`, "the Station's page /overrides lists them")]
      : []),
  ];
}

async function readApp({ app }: ServerDoctorDeps): Promise<readonly CareFinding[]> {
  if (app === null) return [failed("github", "no GitHub App is configured", "set APP_ID, PRIVATE_KEY_PATH and WEBHOOK_SECRET")];
  const reading = await app.read();
  if (reading.status === "unreachable")
    return [unknown("github", reading.because, "check GITHUB_BASE_URL and the way out of this network")];
  const { refusals, warnings } = findingsOf(reading, app);
  const own = [
    ...refusals.map((says) => failed("github", says, "the server refuses to start with this")),
    ...warnings.map((says) => warning("github", says, WHERE_TO_GRANT)),
  ];
  if (reading.status === "refused") return own;
  return [
    ...(own.length === 0 ? [ok("github", "the app has every permission and event, and the clocks agree")] : own),
    ...(await readAccounts(app)),
  ];
}

async function readAccounts(app: AppProbe): Promise<readonly CareFinding[]> {
  try {
    return (await app.installations()).flatMap(({ account, permissions, suspended }) => {
      if (suspended) return [warning("github", `${account}: the app is suspended there`, "its owner can unsuspend it")];
      const lacking = lackingPermissions(permissions, app.enterprise);
      if (lacking.length === 0) return [];
      return [
        failed(
          "github",
          `${account} has not granted ${lacking.join("; ")}`,
          "its owner accepts the request in the organisation's settings",
        ),
      ];
    });
  } catch (error) {
    return [unknown("github", messageOf(error), "run it again")];
  }
}

async function readDeliveries({ app }: ServerDoctorDeps): Promise<readonly CareFinding[]> {
  if (app === null) return [];
  try {
    const { looked, failed: count, newestFailure } = await app.deliveries();
    if (count === 0) return [ok("webhooks", `none of the last ${looked} deliveries failed`)];
    const says = `${count} of the last ${looked} deliveries failed, the newest at ${newestFailure}`;
    return [warning("webhooks", says, "look at Recent deliveries in the app's settings for what was answered; redeliver them there")];
  } catch (error) {
    return [unknown("webhooks", messageOf(error), "run it again")];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ok(area: CareArea, says: string): CareFinding {
  return { area, status: "ok", says, fix: null };
}

function warning(area: CareArea, says: string, fix: string): CareFinding {
  return { area, status: "warning", says, fix };
}

function failed(area: CareArea, says: string, fix: string): CareFinding {
  return { area, status: "failed", says, fix };
}

function unknown(area: CareArea, says: string, fix: string): CareFinding {
  return { area, status: "unknown", says, fix };
}
