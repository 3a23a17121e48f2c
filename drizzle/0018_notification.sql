CREATE TABLE "notification" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"event" text NOT NULL,
	"target" text NOT NULL,
	"target_kind" text NOT NULL,
	"dedupe_key" text NOT NULL,
	"subject_key" text NOT NULL,
	"evaluation_id" uuid,
	"review_id" uuid,
	"incident_id" uuid,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"gave_up_at" timestamp (3) with time zone,
	"last_error" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "notification_once" UNIQUE("tenant_id","dedupe_key"),
	CONSTRAINT "notification_event" CHECK ("notification"."event" in ('pending', 'overdue', 'override', 'bypass')),
	CONSTRAINT "notification_target" CHECK ("notification"."target_kind" in ('slack', 'webhook')),
	CONSTRAINT "notification_end" CHECK ("notification"."sent_at" is null or "notification"."gave_up_at" is null)
);
--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_evaluation_id_evaluation_id_fk" FOREIGN KEY ("evaluation_id") REFERENCES "public"."evaluation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_review_id_post_hoc_review_id_fk" FOREIGN KEY ("review_id") REFERENCES "public"."post_hoc_review"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "notification_due" ON "notification" USING btree ("next_at") WHERE "notification"."sent_at" is null and "notification"."gave_up_at" is null;