CREATE TABLE "tenant_place" (
	"kind" text NOT NULL,
	"place" bigint NOT NULL,
	"tenant_id" uuid NOT NULL,
	CONSTRAINT "tenant_place_kind" CHECK ("tenant_place"."kind" in ('repository', 'owner'))
);
--> statement-breakpoint
ALTER TABLE "tenant_place" ADD CONSTRAINT "tenant_place_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tenant_place_of" ON "tenant_place" USING btree ("kind","place","tenant_id");
--> statement-breakpoint
CREATE FUNCTION countersign_note_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  whose uuid;
  owned bigint;
  about bigint;
BEGIN
  IF TG_TABLE_NAME = 'tenant' THEN
    whose := NEW.id; owned := NEW.account_id;
  ELSE
    whose := NEW.tenant_id; about := NEW.repository_id;
    IF TG_TABLE_NAME IN ('subject', 'watched_repository') THEN owned := NEW.owner_id; END IF;
  END IF;
  INSERT INTO public.tenant_place (kind, place, tenant_id)
    SELECT p.kind, p.place, whose FROM (VALUES ('repository', about), ('owner', owned)) p (kind, place)
    WHERE p.place IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM public.tenant_place known WHERE known.kind = p.kind AND known.place = p.place AND known.tenant_id = whose);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER tenant_place AFTER INSERT OR UPDATE OF account_id ON "tenant" FOR EACH ROW EXECUTE FUNCTION countersign_note_place();
--> statement-breakpoint
ALTER TABLE "tenant" ENABLE ALWAYS TRIGGER tenant_place;
--> statement-breakpoint
CREATE TRIGGER subject_place AFTER INSERT OR UPDATE OF repository_id, owner_id, tenant_id ON "subject" FOR EACH ROW EXECUTE FUNCTION countersign_note_place();
--> statement-breakpoint
ALTER TABLE "subject" ENABLE ALWAYS TRIGGER subject_place;
--> statement-breakpoint
CREATE TRIGGER watched_repository_place AFTER INSERT OR UPDATE OF repository_id, owner_id, tenant_id ON "watched_repository" FOR EACH ROW EXECUTE FUNCTION countersign_note_place();
--> statement-breakpoint
ALTER TABLE "watched_repository" ENABLE ALWAYS TRIGGER watched_repository_place;
--> statement-breakpoint
CREATE TRIGGER policy_version_place AFTER INSERT ON "policy_version" FOR EACH ROW EXECUTE FUNCTION countersign_note_place();
--> statement-breakpoint
ALTER TABLE "policy_version" ENABLE ALWAYS TRIGGER policy_version_place;
--> statement-breakpoint
CREATE TRIGGER policy_pin_place AFTER INSERT ON "policy_pin" FOR EACH ROW EXECUTE FUNCTION countersign_note_place();
--> statement-breakpoint
ALTER TABLE "policy_pin" ENABLE ALWAYS TRIGGER policy_pin_place;
--> statement-breakpoint
-- What is there already. Only here, and to the owner, is '*' everybody.
DO $$
BEGIN
  PERFORM set_config('countersign.tenant', '*', true);
  INSERT INTO public.tenant_place (kind, place, tenant_id)
    SELECT 'owner', account_id, id FROM public.tenant
    UNION SELECT 'owner', owner_id, tenant_id FROM public.subject
    UNION SELECT 'owner', owner_id, tenant_id FROM public.watched_repository
    UNION SELECT 'repository', repository_id, tenant_id FROM public.subject
    UNION SELECT 'repository', repository_id, tenant_id FROM public.watched_repository
    UNION SELECT 'repository', repository_id, tenant_id FROM public.policy_version
    UNION SELECT 'repository', repository_id, tenant_id FROM public.policy_pin;
  PERFORM set_config('countersign.tenant', '', true);
END
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION countersign_tenants(what text, wanted text) RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before text := current_setting('countersign.tenant', true);
  id_key uuid := CASE WHEN wanted ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN wanted::uuid END;
BEGIN
  -- Asked for with nearly every transaction: no wall to pass, and one line of an index however many rows the place has.
  IF what IN ('repository', 'owner') THEN
    RETURN QUERY SELECT DISTINCT p.tenant_id FROM public.tenant_place p WHERE p.kind = what AND p.place = wanted::bigint;
    RETURN;
  END IF;
  PERFORM set_config('countersign.tenant', '*', true);
  CASE what
    WHEN 'all' THEN RETURN QUERY SELECT t.id FROM public.tenant t;
    WHEN 'tenant' THEN RETURN QUERY SELECT t.id FROM public.tenant t WHERE t.id = id_key;
    WHEN 'account' THEN RETURN QUERY SELECT t.id FROM public.tenant t
      WHERE t.host = split_part(wanted, ' ', 1) AND t.account_id = split_part(wanted, ' ', 2)::bigint;
    WHEN 'subject' THEN RETURN QUERY SELECT s.tenant_id FROM public.subject s WHERE s.key = wanted;
    WHEN 'installation' THEN RETURN QUERY SELECT DISTINCT w.tenant_id FROM public.watched_repository w WHERE w.installation_id = wanted::bigint;
    WHEN 'evaluation' THEN RETURN QUERY SELECT e.tenant_id FROM public.evaluation e WHERE e.id = id_key;
    WHEN 'grant' THEN RETURN QUERY SELECT g.tenant_id FROM public.override_grant g WHERE g.id = id_key;
    WHEN 'review' THEN RETURN QUERY SELECT r.tenant_id FROM public.post_hoc_review r WHERE r.id = id_key;
    WHEN 'trace' THEN RETURN QUERY SELECT d.tenant_id FROM public.decision_trace d WHERE d.id = id_key;
    WHEN 'approval' THEN RETURN QUERY SELECT a.tenant_id FROM public.governance_approval a WHERE a.id = id_key;
    WHEN 'plan' THEN RETURN QUERY SELECT p.tenant_id FROM public.governance_plan p WHERE p.id = id_key;
    WHEN 'session' THEN RETURN QUERY SELECT s.tenant_id FROM public.sign_in_session s WHERE s.id = id_key;
    WHEN 'key' THEN RETURN QUERY SELECT k.tenant_id FROM public.api_key k WHERE k.secret_sha256 = wanted;
    WHEN 'check' THEN RETURN QUERY SELECT s.tenant_id FROM public.check_outbox o JOIN public.subject s ON s.key = o.subject_key WHERE o.id = id_key;
  END CASE;
  PERFORM set_config('countersign.tenant', coalesce(before, ''), true);
END
$$;
