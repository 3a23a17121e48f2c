CREATE TABLE "decision_trace" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"subject_key" text NOT NULL,
	"evaluation_id" uuid NOT NULL,
	"agent_id" text NOT NULL,
	"seq" integer NOT NULL,
	"state" text NOT NULL,
	"outcome" text NOT NULL,
	"ending" text,
	"severity" text NOT NULL,
	"head_sha" text NOT NULL,
	"action" json NOT NULL,
	"approvals" json NOT NULL,
	"digest" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "decision_trace_seq" UNIQUE("subject_key","agent_id","seq"),
	CONSTRAINT "decision_trace_state" CHECK (("decision_trace"."state" = 'final') = ("decision_trace"."ending" is not null) and "decision_trace"."state" in ('pending', 'final')),
	CONSTRAINT "decision_trace_ending" CHECK ("decision_trace"."ending" in ('merged', 'closed', 'blocked')),
	CONSTRAINT "decision_trace_outcome" CHECK ("decision_trace"."outcome" in ('pending', 'approved', 'rejected', 'auto-applied', 'overridden', 'blocked')),
	CONSTRAINT "decision_trace_severity" CHECK ("decision_trace"."severity" in ('info', 'warning', 'critical'))
);
--> statement-breakpoint
ALTER TABLE "decision_trace" ADD CONSTRAINT "decision_trace_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_trace" ADD CONSTRAINT "decision_trace_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_trace" ADD CONSTRAINT "decision_trace_evaluation_id_evaluation_id_fk" FOREIGN KEY ("evaluation_id") REFERENCES "public"."evaluation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "decision_trace_agent" ON "decision_trace" USING btree (lower("agent_id"),"at");--> statement-breakpoint
CREATE TRIGGER decision_trace_immutable BEFORE UPDATE OR DELETE ON "decision_trace" FOR EACH ROW EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
CREATE TRIGGER decision_trace_no_truncate BEFORE TRUNCATE ON "decision_trace" FOR EACH STATEMENT EXECUTE FUNCTION countersign_refuse_change();
--> statement-breakpoint
ALTER TABLE "decision_trace" ENABLE ALWAYS TRIGGER decision_trace_immutable;
--> statement-breakpoint
ALTER TABLE "decision_trace" ENABLE ALWAYS TRIGGER decision_trace_no_truncate;
