CREATE TABLE "policy_incident" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"version_seq" integer NOT NULL,
	"commit_sha" text NOT NULL,
	"digest" text NOT NULL,
	"because" text NOT NULL,
	"audit_seq" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "policy_incident_once" UNIQUE("repository_id","version_seq","digest")
);
--> statement-breakpoint
CREATE TABLE "policy_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"repository_id" bigint NOT NULL,
	"seq" integer NOT NULL,
	"commit_sha" text NOT NULL,
	"sources" json NOT NULL,
	"digest" text NOT NULL,
	"how" text NOT NULL,
	"evaluation_id" uuid,
	"approval_id" uuid,
	"actor_id" bigint,
	"audit_seq" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "policy_version_seq" UNIQUE("repository_id","seq"),
	CONSTRAINT "policy_version_approval" UNIQUE("repository_id","approval_id"),
	CONSTRAINT "policy_version_seq_positive" CHECK ("policy_version"."seq" > 0),
	CONSTRAINT "policy_version_how" CHECK ("policy_version"."how" in ('bootstrap', 'installed', 'approved', 'overridden')),
	CONSTRAINT "policy_version_record" CHECK (("policy_version"."how" = 'installed') = ("policy_version"."approval_id" is null)),
	CONSTRAINT "policy_version_installed_first" CHECK ("policy_version"."how" <> 'installed' or "policy_version"."seq" = 1)
);
--> statement-breakpoint
ALTER TABLE "policy_incident" ADD CONSTRAINT "policy_incident_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "policy_incident_repository" ON "policy_incident" USING btree ("repository_id");
--> statement-breakpoint
CREATE TRIGGER policy_version_immutable BEFORE UPDATE OR DELETE ON "policy_version" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER policy_incident_immutable BEFORE UPDATE OR DELETE ON "policy_incident" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER policy_version_no_truncate BEFORE TRUNCATE ON "policy_version" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER policy_incident_no_truncate BEFORE TRUNCATE ON "policy_incident" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
-- A version follows the newest one: none is put before another, and none is left out.
CREATE FUNCTION countersign_policy_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  newest integer;
BEGIN
  SELECT coalesce(max(seq), 0) INTO newest FROM policy_version WHERE repository_id = NEW.repository_id;
  IF NEW.seq <> newest + 1 THEN
    RAISE EXCEPTION 'policy version % does not follow version %', NEW.seq, newest USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER policy_version_forward BEFORE INSERT ON "policy_version" FOR EACH ROW EXECUTE FUNCTION countersign_policy_forward();
--> statement-breakpoint
ALTER TABLE "policy_version" ENABLE ALWAYS TRIGGER policy_version_immutable;
--> statement-breakpoint
ALTER TABLE "policy_incident" ENABLE ALWAYS TRIGGER policy_incident_immutable;
--> statement-breakpoint
ALTER TABLE "policy_version" ENABLE ALWAYS TRIGGER policy_version_no_truncate;
--> statement-breakpoint
ALTER TABLE "policy_incident" ENABLE ALWAYS TRIGGER policy_incident_no_truncate;
--> statement-breakpoint
ALTER TABLE "policy_version" ENABLE ALWAYS TRIGGER policy_version_forward;
