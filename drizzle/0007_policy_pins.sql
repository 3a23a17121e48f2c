CREATE TABLE "policy_pin" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"version_seq" integer NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"account_id" bigint,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "policy_pin_once" UNIQUE("repository_id","version_seq","kind","name"),
	CONSTRAINT "policy_pin_kind" CHECK ("policy_pin"."kind" = 'user' or ("policy_pin"."kind" = 'team' and "policy_pin"."account_id" is not null))
);
--> statement-breakpoint
ALTER TABLE "policy_pin" ADD CONSTRAINT "policy_pin_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE TRIGGER policy_pin_immutable BEFORE UPDATE OR DELETE ON "policy_pin" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER policy_pin_no_truncate BEFORE TRUNCATE ON "policy_pin" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "policy_pin" ENABLE ALWAYS TRIGGER policy_pin_immutable;
--> statement-breakpoint
ALTER TABLE "policy_pin" ENABLE ALWAYS TRIGGER policy_pin_no_truncate;
