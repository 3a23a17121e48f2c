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
ALTER TABLE "pushed_policy" ADD CONSTRAINT "pushed_policy_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE TRIGGER pushed_policy_immutable BEFORE UPDATE OR DELETE ON "pushed_policy" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER pushed_policy_no_truncate BEFORE TRUNCATE ON "pushed_policy" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "pushed_policy" ENABLE ALWAYS TRIGGER pushed_policy_immutable;
--> statement-breakpoint
ALTER TABLE "pushed_policy" ENABLE ALWAYS TRIGGER pushed_policy_no_truncate;
