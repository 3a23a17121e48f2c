import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { businessDraft } from "./governance.ts";
import { subject } from "./inbox.ts";
import { tenantId } from "./tenant-id.ts";

/** Append-only: what was known, and what was decided from it. */
export const evaluation = pgTable(
  "evaluation",
  {
    id: id(),
    tenantId: tenantId(),
    /** Of a pull request or a merge group. */
    subjectKey: text("subject_key").references(() => subject.key),
    /** Of a draft that is no pull request. */
    draftId: uuid("draft_id").references(() => businessDraft.id),
    version: integer("version").notNull(),
    headSha: text("head_sha").notNull(),
    baseRef: text("base_ref").notNull(),
    baseSha: text("base_sha").notNull(),
    state: text("state").notNull(),
    /** Facts and decision name nobody: identities stand by reference. */
    facts: evidence("facts").notNull(),
    decision: evidence("decision").notNull(),
    factsHash: text("facts_hash").notNull(),
    policyDigest: text("policy_digest").notNull(),
    findingsDigest: text("findings_digest").notNull(),
    contentDigest: text("content_digest").notNull(),
    /** Of facts and decision as they are stored; null = of before identities were kept apart. */
    storedDigest: text("stored_digest"),
    draftSnapshotId: uuid("draft_snapshot_id"),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("evaluation_version").on(t.subjectKey, t.version),
    unique("evaluation_draft_version").on(t.draftId, t.version),
    check("evaluation_of_one", sql`num_nonnulls(${t.subjectKey}, ${t.draftId}) = 1`),
    index("evaluation_head").on(t.subjectKey, t.headSha),
    // By its bytes, so that the keys of one repository are one range whatever the database's language.
    index("evaluation_overridden").on(sql`${t.subjectKey} collate "C"`).where(sql`${t.state} = 'overridden'`),
    check(
      "evaluation_state",
      sql`${t.state} in ('not_applicable', 'auto_approved', 'approved', 'overridden', 'pending_approval', 'rejected', 'blocked', 'invalid', 'error')`,
    ),
  ],
);

/** What each open pull request wants on its head now; the outbox row is the worst of these. */
export const checkWish = pgTable(
  "check_wish",
  {
    subjectKey: text("subject_key")
      .notNull()
      .references(() => subject.key),
    repositoryId: githubId("repository_id").notNull(),
    headSha: text("head_sha").notNull(),
    name: text("name").notNull(),
    policy: text("policy"),
    conclusion: text("conclusion"),
    evaluationId: uuid("evaluation_id")
      .notNull()
      .references(() => evaluation.id),
    /** When the override that it stands on is over; null = it stands on none. */
    runsOutAt: instant("runs_out_at"),
  },
  (t) => [
    primaryKey({ columns: [t.subjectKey, t.headSha, t.name] }),
    index("check_wish_row").on(t.repositoryId, t.headSha, t.name),
    index("check_wish_running_out").on(t.runsOutAt).where(sql`${t.runsOutAt} is not null`),
    check("check_wish_conclusion", sql`${t.conclusion} in ('success', 'failure', 'action_required')`),
  ],
);

/** One check run on GitHub. A write is due while `published_version` differs from `version`. */
export const checkOutbox = pgTable(
  "check_outbox",
  {
    id: id(),
    subjectKey: text("subject_key")
      .notNull()
      .references(() => subject.key),
    repositoryId: githubId("repository_id").notNull(),
    headSha: text("head_sha").notNull(),
    name: text("name").notNull(),
    version: integer("version").notNull(),
    evaluationId: uuid("evaluation_id")
      .notNull()
      .references(() => evaluation.id),
    policy: text("policy"),
    /** null = in progress. `neutral` and `skipped` would satisfy a required check: refused. */
    conclusion: text("conclusion"),
    runId: githubId("run_id"),
    /** Row version whose write is in flight, and who holds it: a subject and its fence. */
    inFlightVersion: integer("in_flight_version"),
    inFlightKey: text("in_flight_key"),
    inFlightFence: bigint("in_flight_fence", { mode: "number" }),
    uncertain: boolean("uncertain").notNull().default(false),
    publishedVersion: integer("published_version"),
    publishedConclusion: text("published_conclusion"),
    updatedAt: instant("updated_at").notNull().default(databaseNow()),
    /** When a write of it last had an unknown end: it may reach GitHub yet, behind whatever was written since. */
    doubtedAt: instant("doubted_at"),
    /** When what GitHub shows of it was last taken to be compared, while no open pull request wanted it. */
    comparedAt: instant("compared_at"),
  },
  (t) => [
    unique("check_outbox_run").on(t.repositoryId, t.headSha, t.name),
    index("check_outbox_subject").on(t.subjectKey),
    index("check_outbox_doubted").on(t.doubtedAt).where(sql`${t.doubtedAt} is not null`),
    index("check_outbox_in_flight").on(t.inFlightKey).where(sql`${t.inFlightKey} is not null`),
    index("check_outbox_due").on(t.subjectKey).where(sql`${t.publishedVersion} is distinct from ${t.version}`),
    check("check_outbox_conclusion", sql`${t.conclusion} in ('success', 'failure', 'action_required')`),
    check("check_outbox_in_flight", sql`num_nonnulls(${t.inFlightVersion}, ${t.inFlightKey}, ${t.inFlightFence}) in (0, 3)`),
  ],
);
