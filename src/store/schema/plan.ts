import { sql } from "drizzle-orm";
import { boolean, check, integer, pgTable, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { governanceWorkspace } from "./governance.ts";
import { compiledGovernanceArtifact, governanceApproval } from "./records.ts";
import { tenantId } from "./tenant-id.ts";

/** What runtimes read. Born with the first draft of its workspace. */
export const governancePlan = pgTable(
  "governance_plan",
  {
    id: id(),
    tenantId: tenantId(),
    workspaceId: uuid("workspace_id")
      .notNull()
      .unique("governance_plan_workspace")
      .references(() => governanceWorkspace.id),
    agent: text("agent").notNull(),
    environment: text("environment").notNull(),
    status: text("status").notNull().default("LEARNING"),
    compiledSession: evidence("compiled_session"),
    compiledHash: text("compiled_hash"),
    artifactId: uuid("artifact_id").references(() => compiledGovernanceArtifact.id),
    createdAt: instant("created_at").notNull().default(databaseNow()),
    updatedAt: instant("updated_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("governance_plan_agent").on(t.tenantId, t.agent, t.environment),
    check("governance_plan_status", sql`${t.status} in ('LEARNING', 'READY', 'APPROVED', 'ENFORCING')`),
    // The session and the artifact may be found missing, which readers refuse; a plan that is not published must hold nothing to use.
    check("governance_plan_published", sql`(${t.status} in ('APPROVED', 'ENFORCING')) = (${t.compiledHash} is not null)`),
    check("governance_plan_unpublished", sql`${t.compiledHash} is not null or (${t.compiledSession} is null and ${t.artifactId} is null)`),
  ],
);

/** What was published, enforced, revoked or withheld, line by line. Immutable. */
export const planEvent = pgTable(
  "plan_event",
  {
    id: id(),
    tenantId: tenantId(),
    planId: uuid("plan_id")
      .notNull()
      .references(() => governancePlan.id),
    seq: integer("seq").notNull(),
    kind: text("kind").notNull(),
    compiledHash: text("compiled_hash").notNull(),
    approvalId: uuid("approval_id")
      .notNull()
      .references(() => governanceApproval.id),
    how: text("how").notNull(),
    actorId: githubId("actor_id"),
    byAdmin: boolean("by_admin").notNull(),
    because: text("because"),
    auditSeq: integer("audit_seq").notNull(),
    at: instant("at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("plan_event_seq").on(t.planId, t.seq),
    // A merge publishes its approval once, however often it is recorded; and never again after it was revoked.
    uniqueIndex("plan_event_on_merge").on(t.planId, t.approvalId).where(sql`${t.how} = 'on_merge'`),
    check("plan_event_kind", sql`${t.kind} in ('promoted', 'enforced', 'revoked', 'withheld')`),
    check("plan_event_how", sql`${t.how} in ('on_merge', 'manual')`),
    check("plan_event_actor", sql`(${t.how} = 'on_merge') = (${t.actorId} is null)`),
    check("plan_event_admin", sql`${t.byAdmin} or ${t.kind} in ('promoted', 'withheld')`),
  ],
);
