CREATE TABLE "lineage_snapshot" (
	"repository_id" bigint PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"commit_sha" text NOT NULL,
	"summaries" json NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "lineage_snapshot" ADD CONSTRAINT "lineage_snapshot_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;