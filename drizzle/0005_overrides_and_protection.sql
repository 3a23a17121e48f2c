CREATE TABLE "override_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"grant_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"because" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"evaluation_id" uuid,
	"audit_seq" integer,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "override_event_once" UNIQUE("grant_id","kind"),
	CONSTRAINT "override_event_kind" CHECK ("override_event"."kind" in ('used', 'expired', 'revoked', 'merged', 'label_removed', 'label_gone'))
);
--> statement-breakpoint
CREATE TABLE "override_grant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"pull_request" integer NOT NULL,
	"delivery" text NOT NULL,
	"label" text NOT NULL,
	"actor_id" bigint,
	"head_sha" text,
	"base_ref" text,
	"labelled_at" timestamp (3) with time zone NOT NULL,
	"entitled" boolean NOT NULL,
	"because" text NOT NULL,
	"observed_at" timestamp (3) with time zone NOT NULL,
	"audit_seq" integer NOT NULL,
	CONSTRAINT "override_grant_delivery" UNIQUE("repository_id","pull_request","delivery")
);
--> statement-breakpoint
CREATE TABLE "post_hoc_review" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"grant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"pull_request" integer NOT NULL,
	"evaluation_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"issue_number" integer,
	"refused_closing" bigint,
	"overdue_noted_at" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"closed_by" bigint,
	CONSTRAINT "post_hoc_review_grant" UNIQUE("grant_id"),
	CONSTRAINT "post_hoc_review_closed" CHECK (num_nonnulls("post_hoc_review"."closed_at", "post_hoc_review"."closed_by") in (0, 2))
);
--> statement-breakpoint
CREATE TABLE "routine" (
	"name" text PRIMARY KEY NOT NULL,
	"claimed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "watched_repository" (
	"repository_id" bigint PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"owner_id" bigint NOT NULL,
	"owner" text NOT NULL,
	"name" text NOT NULL,
	"installation_id" bigint NOT NULL,
	"unguarded" text,
	"status" text,
	"verdict" json,
	"told" text,
	"check_wanted" boolean DEFAULT true NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "override_event" ADD CONSTRAINT "override_event_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "override_event" ADD CONSTRAINT "override_event_grant_id_override_grant_id_fk" FOREIGN KEY ("grant_id") REFERENCES "public"."override_grant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "override_grant" ADD CONSTRAINT "override_grant_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "post_hoc_review" ADD CONSTRAINT "post_hoc_review_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "post_hoc_review" ADD CONSTRAINT "post_hoc_review_grant_id_override_grant_id_fk" FOREIGN KEY ("grant_id") REFERENCES "public"."override_grant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "post_hoc_review" ADD CONSTRAINT "post_hoc_review_evaluation_id_evaluation_id_fk" FOREIGN KEY ("evaluation_id") REFERENCES "public"."evaluation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "watched_repository" ADD CONSTRAINT "watched_repository_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "post_hoc_review_open" ON "post_hoc_review" USING btree ("repository_id") WHERE "post_hoc_review"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "watched_repository_installation" ON "watched_repository" USING btree ("installation_id");
--> statement-breakpoint
CREATE TRIGGER override_grant_immutable BEFORE UPDATE OR DELETE ON "override_grant" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER override_event_immutable BEFORE UPDATE OR DELETE ON "override_event" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "override_grant" ENABLE ALWAYS TRIGGER override_grant_immutable;
--> statement-breakpoint
ALTER TABLE "override_event" ENABLE ALWAYS TRIGGER override_event_immutable;
--> statement-breakpoint
CREATE TRIGGER override_grant_no_truncate BEFORE TRUNCATE ON "override_grant" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER override_event_no_truncate BEFORE TRUNCATE ON "override_event" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "override_grant" ENABLE ALWAYS TRIGGER override_grant_no_truncate;
--> statement-breakpoint
ALTER TABLE "override_event" ENABLE ALWAYS TRIGGER override_event_no_truncate;
