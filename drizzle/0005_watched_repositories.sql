CREATE TABLE "watched_repository" (
	"repository_id" bigint PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"owner_id" bigint NOT NULL,
	"owner" text NOT NULL,
	"name" text NOT NULL,
	"installation_id" bigint NOT NULL,
	"unguarded" text,
	"status" text,
	"verdict" json,
	"told" text,
	"check_wanted" boolean DEFAULT true NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "watched_repository" ADD CONSTRAINT "watched_repository_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "watched_repository_installation" ON "watched_repository" USING btree ("installation_id");