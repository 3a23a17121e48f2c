CREATE TABLE "approval_vote" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"draft_id" uuid NOT NULL,
	"draft_snapshot_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"person_id" bigint NOT NULL,
	"actor_id" bigint NOT NULL,
	"requirement_ids" json NOT NULL,
	"content_digest" text NOT NULL,
	"head_sha" text NOT NULL,
	"channel" text NOT NULL,
	"review_id" bigint,
	"delivery_id" text,
	"comment" text,
	"audit_seq" integer NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "approval_vote_seq" UNIQUE("draft_id","seq"),
	CONSTRAINT "approval_vote_kind" CHECK ("approval_vote"."kind" in ('approve', 'request_changes', 'withdraw', 'dismiss')),
	CONSTRAINT "approval_vote_own" CHECK ("approval_vote"."kind" = 'dismiss' or "approval_vote"."actor_id" = "approval_vote"."person_id"),
	CONSTRAINT "approval_vote_channel" CHECK ("approval_vote"."channel" in ('studio_ui', 'api', 'github'))
);
--> statement-breakpoint
CREATE TABLE "business_source" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"draft_snapshot_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"content_hash" text NOT NULL,
	"security_status" text NOT NULL,
	"ingestion_status" text NOT NULL,
	"provenance_json" json NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "business_source_kind" CHECK ("business_source"."kind" in ('contract_file', 'policy_file', 'pull_request', 'system_card', 'agent_trace', 'manual_note')),
	CONSTRAINT "business_source_security" CHECK ("business_source"."security_status" in ('unchecked', 'clean', 'refused')),
	CONSTRAINT "business_source_ingestion" CHECK ("business_source"."ingestion_status" in ('ingested', 'unreadable'))
);
--> statement-breakpoint
CREATE TABLE "contract_content" (
	"tenant_id" uuid NOT NULL,
	"digest" text NOT NULL,
	"content" json NOT NULL,
	CONSTRAINT "contract_content_tenant_id_digest_pk" PRIMARY KEY("tenant_id","digest")
);
--> statement-breakpoint
CREATE TABLE "idempotent_answer" (
	"tenant_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"response" json NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotent_answer_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
ALTER TABLE "business_draft" DROP CONSTRAINT "business_draft_status";--> statement-breakpoint
ALTER TABLE "evaluation" ALTER COLUMN "subject_key" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "business_draft" ALTER COLUMN "repository_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "business_draft" ALTER COLUMN "pull_request" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "governance_workspace" ALTER COLUMN "repository_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "governance_approval" ALTER COLUMN "repository_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "governance_approval" ALTER COLUMN "pull_request" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "governance_approval" ALTER COLUMN "merge_sha" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "evaluation" ADD COLUMN "draft_id" uuid;--> statement-breakpoint
ALTER TABLE "business_draft" ADD COLUMN "kind" text DEFAULT 'pull_request' NOT NULL;--> statement-breakpoint
ALTER TABLE "business_draft" ALTER COLUMN "kind" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "business_draft" ADD COLUMN "title" text;--> statement-breakpoint
ALTER TABLE "business_draft" ADD COLUMN "author_id" bigint;--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" RENAME COLUMN "ready_for_approval" TO "approval_state";--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ALTER COLUMN "approval_state" SET DATA TYPE json USING json_build_object('ready_for_approval', "approval_state");--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ADD COLUMN "compiler_version" text DEFAULT '1' NOT NULL;--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ALTER COLUMN "compiler_version" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "approval_vote" ADD CONSTRAINT "approval_vote_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_vote" ADD CONSTRAINT "approval_vote_draft_id_business_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."business_draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_vote" ADD CONSTRAINT "approval_vote_draft_snapshot_id_business_draft_snapshot_id_fk" FOREIGN KEY ("draft_snapshot_id") REFERENCES "public"."business_draft_snapshot"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_source" ADD CONSTRAINT "business_source_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_source" ADD CONSTRAINT "business_source_draft_snapshot_id_business_draft_snapshot_id_fk" FOREIGN KEY ("draft_snapshot_id") REFERENCES "public"."business_draft_snapshot"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contract_content" ADD CONSTRAINT "contract_content_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotent_answer" ADD CONSTRAINT "idempotent_answer_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "business_source_snapshot" ON "business_source" USING btree ("draft_snapshot_id");--> statement-breakpoint
ALTER TABLE "evaluation" ADD CONSTRAINT "evaluation_draft_id_business_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."business_draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "business_draft_workspace" ON "business_draft" USING btree ("workspace_id","status");--> statement-breakpoint
ALTER TABLE "evaluation" ADD CONSTRAINT "evaluation_draft_version" UNIQUE("draft_id","version");--> statement-breakpoint
ALTER TABLE "evaluation" ADD CONSTRAINT "evaluation_of_one" CHECK (num_nonnulls("evaluation"."subject_key", "evaluation"."draft_id") = 1);--> statement-breakpoint
ALTER TABLE "business_draft" ADD CONSTRAINT "business_draft_kind" CHECK ("business_draft"."kind" in ('pull_request', 'submission', 'studio'));--> statement-breakpoint
ALTER TABLE "business_draft" ADD CONSTRAINT "business_draft_place" CHECK (("business_draft"."kind" = 'pull_request') = ("business_draft"."pull_request" is not null));--> statement-breakpoint
ALTER TABLE "business_draft" ADD CONSTRAINT "business_draft_repository" CHECK ("business_draft"."kind" <> 'pull_request' or "business_draft"."repository_id" is not null);--> statement-breakpoint
ALTER TABLE "business_draft" ADD CONSTRAINT "business_draft_status" CHECK ("business_draft"."status" in ('open', 'approved', 'rejected', 'expired', 'abandoned'));--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ADD CONSTRAINT "business_draft_snapshot_approval_state" CHECK (coalesce(json_typeof("business_draft_snapshot"."approval_state" -> 'ready_for_approval'), '') = 'boolean');--> statement-breakpoint
ALTER TABLE "governance_approval" ADD CONSTRAINT "governance_approval_landed" CHECK (("governance_approval"."channel" = 'github') = (num_nonnulls("governance_approval"."repository_id", "governance_approval"."pull_request", "governance_approval"."merge_sha") = 3) and num_nonnulls("governance_approval"."pull_request", "governance_approval"."merge_sha") in (0, 2));
--> statement-breakpoint
CREATE TRIGGER business_source_immutable BEFORE UPDATE OR DELETE ON "business_source" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER business_source_no_truncate BEFORE TRUNCATE ON "business_source" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "business_source" ENABLE ALWAYS TRIGGER business_source_immutable;
--> statement-breakpoint
ALTER TABLE "business_source" ENABLE ALWAYS TRIGGER business_source_no_truncate;
--> statement-breakpoint
CREATE TRIGGER contract_content_immutable BEFORE UPDATE OR DELETE ON "contract_content" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER contract_content_no_truncate BEFORE TRUNCATE ON "contract_content" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "contract_content" ENABLE ALWAYS TRIGGER contract_content_immutable;
--> statement-breakpoint
ALTER TABLE "contract_content" ENABLE ALWAYS TRIGGER contract_content_no_truncate;
--> statement-breakpoint
CREATE TRIGGER approval_vote_immutable BEFORE UPDATE OR DELETE ON "approval_vote" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER approval_vote_no_truncate BEFORE TRUNCATE ON "approval_vote" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "approval_vote" ENABLE ALWAYS TRIGGER approval_vote_immutable;
--> statement-breakpoint
ALTER TABLE "approval_vote" ENABLE ALWAYS TRIGGER approval_vote_no_truncate;
