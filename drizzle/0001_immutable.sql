-- Records are only ever added. ENABLE ALWAYS: a plain trigger does not fire under session_replication_role = replica.
CREATE FUNCTION countersign_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: its rows are immutable', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER receipt_immutable BEFORE UPDATE OR DELETE ON "receipt" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER evaluation_immutable BEFORE UPDATE OR DELETE ON "evaluation" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER business_command_immutable BEFORE UPDATE OR DELETE ON "business_command" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER governance_approval_immutable BEFORE UPDATE OR DELETE ON "governance_approval" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER compiled_governance_artifact_immutable BEFORE UPDATE OR DELETE ON "compiled_governance_artifact" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_event_immutable BEFORE UPDATE OR DELETE ON "audit_event" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER bypass_incident_immutable BEFORE UPDATE OR DELETE ON "bypass_incident" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER content_mismatch_immutable BEFORE UPDATE OR DELETE ON "content_mismatch" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER receipt_no_truncate BEFORE TRUNCATE ON "receipt" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER evaluation_no_truncate BEFORE TRUNCATE ON "evaluation" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER business_command_no_truncate BEFORE TRUNCATE ON "business_command" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER governance_approval_no_truncate BEFORE TRUNCATE ON "governance_approval" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER compiled_governance_artifact_no_truncate BEFORE TRUNCATE ON "compiled_governance_artifact" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON "audit_event" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER bypass_incident_no_truncate BEFORE TRUNCATE ON "bypass_incident" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER content_mismatch_no_truncate BEFORE TRUNCATE ON "content_mismatch" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER business_draft_snapshot_no_truncate BEFORE TRUNCATE ON "business_draft_snapshot" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
-- A draft snapshot's content never changes; its status moves forward and ends at approved or superseded.
CREATE FUNCTION countersign_snapshot_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unchanged business_draft_snapshot%ROWTYPE := NEW;
BEGIN
  unchanged.status := OLD.status;
  IF row_to_json(unchanged)::text IS DISTINCT FROM row_to_json(OLD)::text THEN
    RAISE EXCEPTION 'the content of a draft snapshot is immutable' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status <> OLD.status AND NOT (
    (OLD.status = 'collecting' AND NEW.status IN ('ready_for_approval', 'approved', 'superseded')) OR
    (OLD.status = 'ready_for_approval' AND NEW.status IN ('approved', 'superseded'))
  ) THEN
    RAISE EXCEPTION 'a draft snapshot cannot go from % to %', OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER business_draft_snapshot_forward BEFORE UPDATE ON "business_draft_snapshot" FOR EACH ROW EXECUTE FUNCTION countersign_snapshot_forward();
--> statement-breakpoint
CREATE TRIGGER business_draft_snapshot_no_delete BEFORE DELETE ON "business_draft_snapshot" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
-- Every link of the audit chain is checked again at commit, whoever wrote it.
CREATE FUNCTION countersign_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  previous text;
BEGIN
  IF NEW.seq = 1 THEN
    previous := repeat('0', 64);
  ELSE
    SELECT hash INTO previous FROM audit_event WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq - 1;
  END IF;
  IF previous IS NULL OR previous <> NEW.prev_hash THEN
    RAISE EXCEPTION 'audit event % does not follow the one before it', NEW.seq USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_event_link AFTER INSERT ON "audit_event" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION countersign_audit_link();
--> statement-breakpoint
ALTER TABLE "receipt" ENABLE ALWAYS TRIGGER receipt_immutable;
--> statement-breakpoint
ALTER TABLE "evaluation" ENABLE ALWAYS TRIGGER evaluation_immutable;
--> statement-breakpoint
ALTER TABLE "business_command" ENABLE ALWAYS TRIGGER business_command_immutable;
--> statement-breakpoint
ALTER TABLE "governance_approval" ENABLE ALWAYS TRIGGER governance_approval_immutable;
--> statement-breakpoint
ALTER TABLE "compiled_governance_artifact" ENABLE ALWAYS TRIGGER compiled_governance_artifact_immutable;
--> statement-breakpoint
ALTER TABLE "audit_event" ENABLE ALWAYS TRIGGER audit_event_immutable;
--> statement-breakpoint
ALTER TABLE "bypass_incident" ENABLE ALWAYS TRIGGER bypass_incident_immutable;
--> statement-breakpoint
ALTER TABLE "content_mismatch" ENABLE ALWAYS TRIGGER content_mismatch_immutable;
--> statement-breakpoint
ALTER TABLE "receipt" ENABLE ALWAYS TRIGGER receipt_no_truncate;
--> statement-breakpoint
ALTER TABLE "evaluation" ENABLE ALWAYS TRIGGER evaluation_no_truncate;
--> statement-breakpoint
ALTER TABLE "business_command" ENABLE ALWAYS TRIGGER business_command_no_truncate;
--> statement-breakpoint
ALTER TABLE "governance_approval" ENABLE ALWAYS TRIGGER governance_approval_no_truncate;
--> statement-breakpoint
ALTER TABLE "compiled_governance_artifact" ENABLE ALWAYS TRIGGER compiled_governance_artifact_no_truncate;
--> statement-breakpoint
ALTER TABLE "audit_event" ENABLE ALWAYS TRIGGER audit_event_no_truncate;
--> statement-breakpoint
ALTER TABLE "bypass_incident" ENABLE ALWAYS TRIGGER bypass_incident_no_truncate;
--> statement-breakpoint
ALTER TABLE "content_mismatch" ENABLE ALWAYS TRIGGER content_mismatch_no_truncate;
--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ENABLE ALWAYS TRIGGER business_draft_snapshot_no_truncate;
--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ENABLE ALWAYS TRIGGER business_draft_snapshot_forward;
--> statement-breakpoint
ALTER TABLE "business_draft_snapshot" ENABLE ALWAYS TRIGGER business_draft_snapshot_no_delete;
--> statement-breakpoint
ALTER TABLE "audit_event" ENABLE ALWAYS TRIGGER audit_event_link;
