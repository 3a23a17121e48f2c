CREATE TABLE "pushed_policy" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"sources" json NOT NULL,
	"digest" text NOT NULL,
	"actor_id" bigint NOT NULL,
	"audit_seq" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "pushed_policy_seq" UNIQUE("tenant_id","seq"),
	CONSTRAINT "pushed_policy_seq_positive" CHECK ("pushed_policy"."seq" > 0)
);
--> statement-breakpoint
CREATE TABLE "submission_override" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"draft_id" uuid NOT NULL,
	"draft_snapshot_id" uuid NOT NULL,
	"evaluation_id" uuid NOT NULL,
	"actor_id" bigint NOT NULL,
	"reason" text NOT NULL,
	"incident" text NOT NULL,
	"review_due_at" timestamp (3) with time zone NOT NULL,
	"audit_seq" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "submission_override_draft" UNIQUE("draft_id")
);
--> statement-breakpoint
CREATE TABLE "submission_review" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"override_id" uuid NOT NULL,
	"actor_id" bigint NOT NULL,
	"finding" text NOT NULL,
	"audit_seq" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "submission_review_override" UNIQUE("override_id")
);
--> statement-breakpoint
ALTER TABLE "pushed_policy" ADD CONSTRAINT "pushed_policy_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_override" ADD CONSTRAINT "submission_override_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_override" ADD CONSTRAINT "submission_override_draft_id_business_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."business_draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_override" ADD CONSTRAINT "submission_override_draft_snapshot_id_business_draft_snapshot_id_fk" FOREIGN KEY ("draft_snapshot_id") REFERENCES "public"."business_draft_snapshot"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_review" ADD CONSTRAINT "submission_review_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_review" ADD CONSTRAINT "submission_review_override_id_submission_override_id_fk" FOREIGN KEY ("override_id") REFERENCES "public"."submission_override"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE TRIGGER pushed_policy_immutable BEFORE UPDATE OR DELETE ON "pushed_policy" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER pushed_policy_no_truncate BEFORE TRUNCATE ON "pushed_policy" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "pushed_policy" ENABLE ALWAYS TRIGGER pushed_policy_immutable;
--> statement-breakpoint
ALTER TABLE "pushed_policy" ENABLE ALWAYS TRIGGER pushed_policy_no_truncate;

--> statement-breakpoint
CREATE TRIGGER submission_override_immutable BEFORE UPDATE OR DELETE ON "submission_override" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER submission_override_no_truncate BEFORE TRUNCATE ON "submission_override" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "submission_override" ENABLE ALWAYS TRIGGER submission_override_immutable;
--> statement-breakpoint
ALTER TABLE "submission_override" ENABLE ALWAYS TRIGGER submission_override_no_truncate;

--> statement-breakpoint
CREATE TRIGGER submission_review_immutable BEFORE UPDATE OR DELETE ON "submission_review" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER submission_review_no_truncate BEFORE TRUNCATE ON "submission_review" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "submission_review" ENABLE ALWAYS TRIGGER submission_review_immutable;
--> statement-breakpoint
ALTER TABLE "submission_review" ENABLE ALWAYS TRIGGER submission_review_no_truncate;
