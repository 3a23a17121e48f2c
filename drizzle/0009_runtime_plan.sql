CREATE TABLE "governance_plan" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"agent" text NOT NULL,
	"environment" text NOT NULL,
	"status" text DEFAULT 'LEARNING' NOT NULL,
	"compiled_session" json,
	"compiled_hash" text,
	"artifact_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "governance_plan_workspace" UNIQUE("workspace_id"),
	CONSTRAINT "governance_plan_agent" UNIQUE("tenant_id","agent","environment"),
	CONSTRAINT "governance_plan_status" CHECK ("governance_plan"."status" in ('LEARNING', 'READY', 'APPROVED', 'ENFORCING')),
	CONSTRAINT "governance_plan_published" CHECK (("governance_plan"."status" in ('APPROVED', 'ENFORCING')) = ("governance_plan"."compiled_hash" is not null)),
	CONSTRAINT "governance_plan_unpublished" CHECK ("governance_plan"."compiled_hash" is not null or ("governance_plan"."compiled_session" is null and "governance_plan"."artifact_id" is null))
);
--> statement-breakpoint
CREATE TABLE "plan_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"compiled_hash" text NOT NULL,
	"approval_id" uuid NOT NULL,
	"how" text NOT NULL,
	"actor_id" bigint,
	"by_admin" boolean NOT NULL,
	"because" text,
	"audit_seq" integer NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "plan_event_seq" UNIQUE("plan_id","seq"),
	CONSTRAINT "plan_event_kind" CHECK ("plan_event"."kind" in ('promoted', 'enforced', 'revoked', 'withheld')),
	CONSTRAINT "plan_event_how" CHECK ("plan_event"."how" in ('on_merge', 'manual')),
	CONSTRAINT "plan_event_actor" CHECK (("plan_event"."how" = 'on_merge') = ("plan_event"."actor_id" is null)),
	CONSTRAINT "plan_event_admin" CHECK ("plan_event"."by_admin" or "plan_event"."kind" in ('promoted', 'withheld'))
);
--> statement-breakpoint
ALTER TABLE "governance_plan" ADD CONSTRAINT "governance_plan_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "governance_plan" ADD CONSTRAINT "governance_plan_workspace_id_governance_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."governance_workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "governance_plan" ADD CONSTRAINT "governance_plan_artifact_id_compiled_governance_artifact_id_fk" FOREIGN KEY ("artifact_id") REFERENCES "public"."compiled_governance_artifact"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_event" ADD CONSTRAINT "plan_event_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_event" ADD CONSTRAINT "plan_event_plan_id_governance_plan_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."governance_plan"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_event" ADD CONSTRAINT "plan_event_approval_id_governance_approval_id_fk" FOREIGN KEY ("approval_id") REFERENCES "public"."governance_approval"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "plan_event_on_merge" ON "plan_event" USING btree ("plan_id","approval_id") WHERE "plan_event"."how" = 'on_merge';--> statement-breakpoint
CREATE TRIGGER plan_event_immutable BEFORE UPDATE OR DELETE ON "plan_event" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER plan_event_no_truncate BEFORE TRUNCATE ON "plan_event" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "plan_event" ENABLE ALWAYS TRIGGER plan_event_immutable;
--> statement-breakpoint
ALTER TABLE "plan_event" ENABLE ALWAYS TRIGGER plan_event_no_truncate;
--> statement-breakpoint
-- Workspaces that have drafts already get the plan that their first draft would have made.
INSERT INTO "governance_plan" ("id", "tenant_id", "workspace_id", "agent", "environment", "status")
SELECT gen_random_uuid(), w.tenant_id, w.id, w.agent, w.environment,
  CASE WHEN EXISTS (
    SELECT 1 FROM "business_draft_snapshot" s JOIN "business_draft" d ON d.id = s.draft_id
    WHERE d.workspace_id = w.id
      AND (s.status = 'approved' OR (s.status = 'ready_for_approval' AND d.status = 'open' AND d.active_snapshot_id = s.id))
  ) THEN 'READY' ELSE 'LEARNING' END
FROM "governance_workspace" w;
