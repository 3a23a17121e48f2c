CREATE TABLE "check_outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"subject_key" text NOT NULL,
	"repository_id" bigint NOT NULL,
	"head_sha" text NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"evaluation_id" uuid NOT NULL,
	"policy" text,
	"conclusion" text,
	"run_id" bigint,
	"in_flight_version" integer,
	"in_flight_key" text,
	"in_flight_fence" bigint,
	"uncertain" boolean DEFAULT false NOT NULL,
	"published_version" integer,
	"published_conclusion" text,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "check_outbox_run" UNIQUE("repository_id","head_sha","name"),
	CONSTRAINT "check_outbox_conclusion" CHECK ("check_outbox"."conclusion" in ('success', 'failure', 'action_required')),
	CONSTRAINT "check_outbox_in_flight" CHECK (num_nonnulls("check_outbox"."in_flight_version", "check_outbox"."in_flight_key", "check_outbox"."in_flight_fence") in (0, 3))
);
--> statement-breakpoint
CREATE TABLE "check_wish" (
	"subject_key" text NOT NULL,
	"repository_id" bigint NOT NULL,
	"head_sha" text NOT NULL,
	"name" text NOT NULL,
	"policy" text,
	"conclusion" text,
	"evaluation_id" uuid NOT NULL,
	CONSTRAINT "check_wish_subject_key_head_sha_name_pk" PRIMARY KEY("subject_key","head_sha","name"),
	CONSTRAINT "check_wish_conclusion" CHECK ("check_wish"."conclusion" in ('success', 'failure', 'action_required'))
);
--> statement-breakpoint
CREATE TABLE "evaluation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"subject_key" text NOT NULL,
	"version" integer NOT NULL,
	"head_sha" text NOT NULL,
	"base_ref" text NOT NULL,
	"base_sha" text NOT NULL,
	"state" text NOT NULL,
	"facts" json NOT NULL,
	"decision" json NOT NULL,
	"facts_hash" text NOT NULL,
	"policy_digest" text NOT NULL,
	"findings_digest" text NOT NULL,
	"content_digest" text NOT NULL,
	"draft_snapshot_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "evaluation_version" UNIQUE("subject_key","version"),
	CONSTRAINT "evaluation_state" CHECK ("evaluation"."state" in ('not_applicable', 'auto_approved', 'approved', 'overridden', 'pending_approval', 'rejected', 'blocked', 'invalid', 'error'))
);
--> statement-breakpoint
CREATE TABLE "business_command" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"draft_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"command_type" text NOT NULL,
	"expected_draft_version" integer NOT NULL,
	"payload_json" json NOT NULL,
	"origin" text NOT NULL,
	"actor_id" bigint,
	"idempotency_key" text NOT NULL,
	"validation_state" text DEFAULT 'valid' NOT NULL,
	"applied_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "business_command_seq" UNIQUE("draft_id","seq"),
	CONSTRAINT "business_command_idempotency" UNIQUE("draft_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "business_draft" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"pull_request" integer NOT NULL,
	"author" text,
	"status" text DEFAULT 'open' NOT NULL,
	"active_snapshot_id" uuid,
	"current_version" integer DEFAULT 0 NOT NULL,
	"command_history_hash" text NOT NULL,
	"parent_draft_id" uuid,
	"derived_from_approval_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "business_draft_pull" UNIQUE("workspace_id","repository_id","pull_request"),
	CONSTRAINT "business_draft_status" CHECK ("business_draft"."status" in ('open', 'approved', 'abandoned'))
);
--> statement-breakpoint
CREATE TABLE "business_draft_snapshot" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"draft_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"ready_for_approval" boolean NOT NULL,
	"blocker_ids" json NOT NULL,
	"advisory_ids" json NOT NULL,
	"memory_json" json NOT NULL,
	"source_snapshot_hash" text NOT NULL,
	"command_history_hash" text NOT NULL,
	"evaluation_id" uuid NOT NULL,
	"head_sha" text NOT NULL,
	"base_ref" text NOT NULL,
	"generation_profile" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "business_draft_snapshot_version" UNIQUE("draft_id","version"),
	CONSTRAINT "business_draft_snapshot_status" CHECK ("business_draft_snapshot"."status" in ('collecting', 'ready_for_approval', 'approved', 'superseded'))
);
--> statement-breakpoint
CREATE TABLE "governance_workspace" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"agent" text NOT NULL,
	"environment" text NOT NULL,
	"repository_id" bigint NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"runtime_authority_kind" text DEFAULT 'approval' NOT NULL,
	"active_draft_id" uuid,
	"active_draft_snapshot_id" uuid,
	"active_approval_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "governance_workspace_agent" UNIQUE("tenant_id","agent","environment")
);
--> statement-breakpoint
CREATE TABLE "receipt" (
	"id" uuid PRIMARY KEY NOT NULL,
	"delivery_guid" text NOT NULL,
	"kind" text NOT NULL,
	"repository_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"subject" text NOT NULL,
	"actor_id" bigint,
	"actor_login" text,
	"via_app" bigint,
	"commit_id" text,
	"head_sha" text,
	"base_ref" text,
	"detail" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "receipt_first" UNIQUE("repository_id","number","kind","subject")
);
--> statement-breakpoint
CREATE TABLE "subject" (
	"key" text PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"owner_id" bigint NOT NULL,
	"owner" text NOT NULL,
	"name" text NOT NULL,
	"installation_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"base_ref" text,
	"head_sha" text,
	"open" boolean DEFAULT true NOT NULL,
	"want_gen" bigint DEFAULT 0 NOT NULL,
	"done_gen" bigint DEFAULT 0 NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"dirty_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "subject_pull" UNIQUE("repository_id","number")
);
--> statement-breakpoint
CREATE TABLE "tenant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"account_id" bigint NOT NULL,
	"login" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "tenant_account" UNIQUE("host","account_id")
);
--> statement-breakpoint
CREATE TABLE "webhook_delivery" (
	"guid" text PRIMARY KEY NOT NULL,
	"event" text NOT NULL,
	"action" text,
	"body" text NOT NULL,
	"body_sha256" text NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_event" (
	"tenant_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"prev_hash" text NOT NULL,
	"hash" text NOT NULL,
	"type" text NOT NULL,
	"severity" text NOT NULL,
	"actor" text,
	"subject" text NOT NULL,
	"payload" json NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_event_tenant_id_seq_pk" PRIMARY KEY("tenant_id","seq"),
	CONSTRAINT "audit_event_severity" CHECK ("audit_event"."severity" in ('info', 'warning', 'critical')),
	CONSTRAINT "audit_event_seq" CHECK ("audit_event"."seq" > 0)
);
--> statement-breakpoint
CREATE TABLE "bypass_incident" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"pull_request" integer NOT NULL,
	"merge_sha" text NOT NULL,
	"actor_id" bigint,
	"evaluation_id" uuid,
	"because" text NOT NULL,
	"audit_seq" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "bypass_incident_landing" UNIQUE("repository_id","pull_request","merge_sha")
);
--> statement-breakpoint
CREATE TABLE "compiled_governance_artifact" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"approval_id" uuid NOT NULL,
	"compiled_hash" text NOT NULL,
	"review_projection_json" json NOT NULL,
	"runtime_projection_json" json NOT NULL,
	"compatibility_projection_json" json,
	"compiler_version" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "compiled_governance_artifact_approval" UNIQUE("approval_id")
);
--> statement-breakpoint
CREATE TABLE "content_mismatch" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"pull_request" integer NOT NULL,
	"merge_sha" text NOT NULL,
	"actor_id" bigint,
	"evaluation_id" uuid,
	"because" text NOT NULL,
	"audit_seq" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "content_mismatch_landing" UNIQUE("repository_id","pull_request","merge_sha")
);
--> statement-breakpoint
CREATE TABLE "governance_approval" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"draft_id" uuid NOT NULL,
	"draft_snapshot_id" uuid NOT NULL,
	"approval_version" integer NOT NULL,
	"kind" text NOT NULL,
	"actor_id" bigint NOT NULL,
	"approved_by" json NOT NULL,
	"merged_by" bigint,
	"approved_at" timestamp (3) with time zone NOT NULL,
	"channel" text NOT NULL,
	"draft_version" integer NOT NULL,
	"source_snapshot_hash" text NOT NULL,
	"command_history_hash" text NOT NULL,
	"blocker_ids" json NOT NULL,
	"advisory_ids" json NOT NULL,
	"rationale" text,
	"override_id" uuid,
	"evaluation_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"pull_request" integer NOT NULL,
	"merge_sha" text NOT NULL,
	"audit_seq" integer NOT NULL,
	CONSTRAINT "governance_approval_snapshot" UNIQUE("draft_snapshot_id"),
	CONSTRAINT "governance_approval_version" UNIQUE("workspace_id","approval_version"),
	CONSTRAINT "governance_approval_landing" UNIQUE("repository_id","pull_request","merge_sha"),
	CONSTRAINT "governance_approval_kind" CHECK ("governance_approval"."kind" in ('regular', 'forced')),
	CONSTRAINT "governance_approval_channel" CHECK ("governance_approval"."channel" in ('studio_ui', 'api', 'github')),
	CONSTRAINT "governance_approval_blockers" CHECK ("governance_approval"."kind" = 'forced' or json_array_length("governance_approval"."blocker_ids") = 0)
);
--> statement-breakpoint
ALTER TABLE "check_outbox" ADD CONSTRAINT "check_outbox_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_outbox" ADD CONSTRAINT "check_outbox_evaluation_id_evaluation_id_fk" FOREIGN KEY ("evaluation_id") REFERENCES "public"."evaluation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_wish" ADD CONSTRAINT "check_wish_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_wish" ADD CONSTRAINT "check_wish_evaluation_id_evaluation_id_fk" FOREIGN KEY ("evaluation_id") REFERENCES "public"."evaluation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluation" ADD CONSTRAINT "evaluation_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluation" ADD CONSTRAINT "evaluation_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_command" ADD CONSTRAINT "business_command_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_command" ADD CONSTRAINT "business_command_draft_id_business_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."business_draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_draft" ADD CONSTRAINT "business_draft_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_draft" ADD CONSTRAINT "business_draft_workspace_id_governance_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."governance_workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ADD CONSTRAINT "business_draft_snapshot_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ADD CONSTRAINT "business_draft_snapshot_draft_id_business_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."business_draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "governance_workspace" ADD CONSTRAINT "governance_workspace_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subject" ADD CONSTRAINT "subject_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_event" ADD CONSTRAINT "audit_event_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bypass_incident" ADD CONSTRAINT "bypass_incident_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "compiled_governance_artifact" ADD CONSTRAINT "compiled_governance_artifact_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "compiled_governance_artifact" ADD CONSTRAINT "compiled_governance_artifact_approval_id_governance_approval_id_fk" FOREIGN KEY ("approval_id") REFERENCES "public"."governance_approval"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "content_mismatch" ADD CONSTRAINT "content_mismatch_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "governance_approval" ADD CONSTRAINT "governance_approval_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "governance_approval" ADD CONSTRAINT "governance_approval_workspace_id_governance_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."governance_workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "governance_approval" ADD CONSTRAINT "governance_approval_draft_id_business_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."business_draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "governance_approval" ADD CONSTRAINT "governance_approval_draft_snapshot_id_business_draft_snapshot_id_fk" FOREIGN KEY ("draft_snapshot_id") REFERENCES "public"."business_draft_snapshot"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "check_outbox_subject" ON "check_outbox" USING btree ("subject_key");--> statement-breakpoint
CREATE INDEX "check_outbox_due" ON "check_outbox" USING btree ("subject_key") WHERE "check_outbox"."published_version" is distinct from "check_outbox"."version";--> statement-breakpoint
CREATE INDEX "check_wish_row" ON "check_wish" USING btree ("repository_id","head_sha","name");--> statement-breakpoint
CREATE INDEX "evaluation_head" ON "evaluation" USING btree ("subject_key","head_sha");--> statement-breakpoint
CREATE INDEX "business_draft_by_pull" ON "business_draft" USING btree ("repository_id","pull_request");--> statement-breakpoint
CREATE INDEX "subject_head" ON "subject" USING btree ("repository_id","head_sha");--> statement-breakpoint
CREATE INDEX "subject_owner" ON "subject" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "subject_dirty" ON "subject" USING btree ("dirty_at");--> statement-breakpoint
CREATE INDEX "audit_event_at" ON "audit_event" USING btree ("at");