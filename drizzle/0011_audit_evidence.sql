CREATE TABLE "attestation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"approval_id" uuid NOT NULL,
	"key_id" text NOT NULL,
	"envelope" json NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "attestation_approval" UNIQUE("approval_id")
);
--> statement-breakpoint
CREATE TABLE "audit_checkpoint" (
	"tenant_id" uuid NOT NULL,
	"size" integer NOT NULL,
	"head" text NOT NULL,
	"root" text NOT NULL,
	"key_id" text NOT NULL,
	"envelope" json NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_checkpoint_tenant_id_size_pk" PRIMARY KEY("tenant_id","size")
);
--> statement-breakpoint
CREATE TABLE "audit_checkpoint_delivery" (
	"tenant_id" uuid NOT NULL,
	"size" integer NOT NULL,
	"sink" text NOT NULL,
	"delivered_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "audit_checkpoint_delivery_tenant_id_size_sink_pk" PRIMARY KEY("tenant_id","size","sink")
);
--> statement-breakpoint
CREATE TABLE "identity" (
	"ref" text PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"key" text NOT NULL,
	"login" text NOT NULL,
	"account_id" bigint,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "identity_spelling" UNIQUE("tenant_id","login")
);
--> statement-breakpoint
ALTER TABLE "evaluation" ADD COLUMN "stored_digest" text;--> statement-breakpoint
ALTER TABLE "attestation" ADD CONSTRAINT "attestation_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attestation" ADD CONSTRAINT "attestation_approval_id_governance_approval_id_fk" FOREIGN KEY ("approval_id") REFERENCES "public"."governance_approval"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_checkpoint" ADD CONSTRAINT "audit_checkpoint_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_checkpoint_delivery" ADD CONSTRAINT "audit_checkpoint_delivery_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity" ADD CONSTRAINT "identity_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attestation_tenant" ON "attestation" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "identity_account" ON "identity" USING btree ("tenant_id","account_id");--> statement-breakpoint
CREATE TRIGGER audit_checkpoint_immutable BEFORE UPDATE OR DELETE ON "audit_checkpoint" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_checkpoint_delivery_immutable BEFORE UPDATE OR DELETE ON "audit_checkpoint_delivery" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER attestation_immutable BEFORE UPDATE OR DELETE ON "attestation" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_checkpoint_no_truncate BEFORE TRUNCATE ON "audit_checkpoint" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_checkpoint_delivery_no_truncate BEFORE TRUNCATE ON "audit_checkpoint_delivery" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER attestation_no_truncate BEFORE TRUNCATE ON "attestation" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "audit_checkpoint" ENABLE ALWAYS TRIGGER audit_checkpoint_immutable;
--> statement-breakpoint
ALTER TABLE "audit_checkpoint_delivery" ENABLE ALWAYS TRIGGER audit_checkpoint_delivery_immutable;
--> statement-breakpoint
ALTER TABLE "attestation" ENABLE ALWAYS TRIGGER attestation_immutable;
--> statement-breakpoint
ALTER TABLE "audit_checkpoint" ENABLE ALWAYS TRIGGER audit_checkpoint_no_truncate;
--> statement-breakpoint
ALTER TABLE "audit_checkpoint_delivery" ENABLE ALWAYS TRIGGER audit_checkpoint_delivery_no_truncate;
--> statement-breakpoint
ALTER TABLE "attestation" ENABLE ALWAYS TRIGGER attestation_no_truncate;
