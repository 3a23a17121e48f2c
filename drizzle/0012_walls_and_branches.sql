CREATE TABLE "branch_watermark" (
	"subject_key" text PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"sha" text,
	"moved_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "bypass_incident" ALTER COLUMN "pull_request" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "bypass_incident" ADD COLUMN "branch" text;--> statement-breakpoint
ALTER TABLE "watched_repository" ADD COLUMN "walked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "branch_watermark" ADD CONSTRAINT "branch_watermark_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "branch_watermark" ADD CONSTRAINT "branch_watermark_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "bypass_incident_push" ON "bypass_incident" USING btree ("repository_id","branch","merge_sha") WHERE "bypass_incident"."pull_request" is null;--> statement-breakpoint
ALTER TABLE "bypass_incident" ADD CONSTRAINT "bypass_incident_place" CHECK (("bypass_incident"."pull_request" is null) = ("bypass_incident"."branch" is not null));
--> statement-breakpoint
-- Row-level security (src/store/walls.ts makes the policies, from the list of tables). The tenants that a transaction works for.
CREATE FUNCTION countersign_visible() RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT string_to_array(nullif(nullif(current_setting('countersign.tenant', true), ''), '*'), ',')::uuid[]
$$;
--> statement-breakpoint
-- True inside countersign_tenants alone: anybody may say '*', but only its owner is heard.
CREATE FUNCTION countersign_across() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('countersign.tenant', true) = '*', false) AND current_user =
    (SELECT pg_catalog.pg_get_userbyid(p.proowner) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'public' AND p.proname = 'countersign_tenants')
$$;
--> statement-breakpoint
-- The one place that sees every tenant. It gives tenants and nothing else of any row.
CREATE FUNCTION countersign_tenants(what text, wanted text) RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before text := current_setting('countersign.tenant', true);
  id_key uuid := CASE WHEN wanted ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN wanted::uuid END;
BEGIN
  PERFORM set_config('countersign.tenant', '*', true);
  CASE what
    WHEN 'all' THEN RETURN QUERY SELECT t.id FROM public.tenant t;
    WHEN 'tenant' THEN RETURN QUERY SELECT t.id FROM public.tenant t WHERE t.id = id_key;
    WHEN 'account' THEN RETURN QUERY SELECT t.id FROM public.tenant t
      WHERE t.host = split_part(wanted, ' ', 1) AND t.account_id = split_part(wanted, ' ', 2)::bigint;
    WHEN 'owner' THEN RETURN QUERY SELECT t.id FROM public.tenant t WHERE t.account_id = wanted::bigint
      UNION SELECT s.tenant_id FROM public.subject s WHERE s.owner_id = wanted::bigint
      UNION SELECT w.tenant_id FROM public.watched_repository w WHERE w.owner_id = wanted::bigint;
    WHEN 'subject' THEN RETURN QUERY SELECT s.tenant_id FROM public.subject s WHERE s.key = wanted;
    WHEN 'repository' THEN RETURN QUERY SELECT s.tenant_id FROM public.subject s WHERE s.repository_id = wanted::bigint
      UNION SELECT w.tenant_id FROM public.watched_repository w WHERE w.repository_id = wanted::bigint
      UNION SELECT v.tenant_id FROM public.policy_version v WHERE v.repository_id = wanted::bigint
      UNION SELECT n.tenant_id FROM public.policy_pin n WHERE n.repository_id = wanted::bigint;
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
--> statement-breakpoint
REVOKE ALL ON FUNCTION countersign_tenants(text, text) FROM PUBLIC;
