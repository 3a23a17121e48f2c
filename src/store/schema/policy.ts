import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { tenantId } from "./tenant-id.ts";

/** Policy in force, version by version, with the text of its files. Immutable; `seq` only rises. */
export const policyVersion = pgTable(
  "policy_version",
  {
    id: id(),
    tenantId: tenantId(),
    repositoryId: githubId("repository_id").notNull(),
    seq: integer("seq").notNull(),
    commitSha: text("commit_sha").notNull(),
    sources: evidence("sources").notNull(),
    digest: text("digest").notNull(),
    how: text("how").notNull(),
    evaluationId: uuid("evaluation_id"),
    approvalId: uuid("approval_id"),
    actorId: githubId("actor_id"),
    auditSeq: integer("audit_seq").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("policy_version_seq").on(t.repositoryId, t.seq),
    unique("policy_version_approval").on(t.repositoryId, t.approvalId),
    check("policy_version_seq_positive", sql`${t.seq} > 0`),
    check("policy_version_how", sql`${t.how} in ('bootstrap', 'installed', 'approved', 'overridden')`),
    check("policy_version_record", sql`(${t.how} = 'installed') = (${t.approvalId} is null)`),
    check("policy_version_installed_first", sql`${t.how} <> 'installed' or ${t.seq} = 1`),
  ],
);

/** Policy files at the tip of a default branch that no record explains. Immutable. */
export const policyIncident = pgTable(
  "policy_incident",
  {
    id: id(),
    tenantId: tenantId(),
    repositoryId: githubId("repository_id").notNull(),
    versionSeq: integer("version_seq").notNull(),
    commitSha: text("commit_sha").notNull(),
    digest: text("digest").notNull(),
    because: text("because").notNull(),
    auditSeq: integer("audit_seq").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("policy_incident_once").on(t.repositoryId, t.versionSeq, t.digest),
    index("policy_incident_repository").on(t.repositoryId),
  ],
);

/** Policy for changes that are no pull requests, as an admin pushed it, version by version. Immutable; `seq` only rises. */
export const pushedPolicy = pgTable(
  "pushed_policy",
  {
    id: id(),
    tenantId: tenantId(),
    seq: integer("seq").notNull(),
    sources: evidence("sources").notNull(),
    digest: text("digest").notNull(),
    actorId: githubId("actor_id").notNull(),
    auditSeq: integer("audit_seq").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [unique("pushed_policy_seq").on(t.tenantId, t.seq), check("pushed_policy_seq_positive", sql`${t.seq} > 0`)],
);
