import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, id, instant } from "./columns.ts";
import { evaluation } from "./evaluation.ts";
import { subject } from "./inbox.ts";
import { tenantId } from "./tenant-id.ts";

/** What was decided about an agent's action, step by step. Immutable. */
export const decisionTrace = pgTable(
  "decision_trace",
  {
    id: id(),
    tenantId: tenantId(),
    subjectKey: text("subject_key")
      .notNull()
      .references(() => subject.key),
    evaluationId: uuid("evaluation_id")
      .notNull()
      .references(() => evaluation.id),
    agentId: text("agent_id").notNull(),
    /** Of one agent in one pull request, from 1. */
    seq: integer("seq").notNull(),
    state: text("state").notNull(),
    outcome: text("outcome").notNull(),
    /** null = the action has not ended. */
    ending: text("ending"),
    severity: text("severity").notNull(),
    headSha: text("head_sha").notNull(),
    action: evidence("action").notNull(),
    approvals: evidence("approvals").notNull(),
    /** Of what it says: the same is not said twice in a row. */
    digest: text("digest").notNull(),
    at: instant("at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("decision_trace_seq").on(t.subjectKey, t.agentId, t.seq),
    index("decision_trace_agent").on(sql`lower(${t.agentId})`, t.at),
    check("decision_trace_state", sql`(${t.state} = 'final') = (${t.ending} is not null) and ${t.state} in ('pending', 'final')`),
    check("decision_trace_ending", sql`${t.ending} in ('merged', 'closed', 'blocked')`),
    check("decision_trace_outcome", sql`${t.outcome} in ('pending', 'approved', 'rejected', 'auto-applied', 'overridden', 'blocked')`),
    check("decision_trace_severity", sql`${t.severity} in ('info', 'warning', 'critical')`),
  ],
);
