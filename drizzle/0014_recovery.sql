CREATE TABLE "counted_membership" (
	"subject_key" text NOT NULL,
	"name" text NOT NULL,
	"tenant_id" uuid NOT NULL,
	"owner_id" bigint NOT NULL,
	"digest" text NOT NULL,
	"read_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "counted_membership_subject_key_name_pk" PRIMARY KEY("subject_key","name")
);
--> statement-breakpoint
CREATE TABLE "hook_position" (
	"id" bigint PRIMARY KEY NOT NULL,
	"reconciled_to" timestamp (3) with time zone,
	"walk_from" timestamp (3) with time zone,
	"walk_cursor" text,
	"told_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "missing_delivery" (
	"guid" text PRIMARY KEY NOT NULL,
	"attempt_id" bigint NOT NULL,
	"installation_id" bigint,
	"repository_id" bigint,
	"event" text NOT NULL,
	"delivered_at" timestamp (3) with time zone NOT NULL,
	"asked" integer DEFAULT 0 NOT NULL,
	"asked_attempt_id" bigint,
	"asked_at" timestamp (3) with time zone,
	"told_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "swept_pull" (
	"subject_key" text PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"seen" text NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"compared_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "watched_repository" ADD COLUMN "swept_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "watched_repository" ADD COLUMN "swept_to" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "watched_repository" ADD COLUMN "swept_from" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "watched_repository" ADD COLUMN "pass_page" integer;--> statement-breakpoint
ALTER TABLE "watched_repository" ADD COLUMN "pass_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "watched_repository" ADD COLUMN "passed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "counted_membership" ADD CONSTRAINT "counted_membership_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "counted_membership" ADD CONSTRAINT "counted_membership_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "swept_pull" ADD CONSTRAINT "swept_pull_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "swept_pull" ADD CONSTRAINT "swept_pull_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "counted_membership_owner" ON "counted_membership" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "counted_membership_read" ON "counted_membership" USING btree ("read_at");--> statement-breakpoint
CREATE INDEX "swept_pull_repository" ON "swept_pull" USING btree ("repository_id","seen_at");--> statement-breakpoint
CREATE INDEX "swept_pull_compared" ON "swept_pull" USING btree ("compared_at");