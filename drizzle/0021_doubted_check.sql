ALTER TABLE "check_outbox" ADD COLUMN "doubted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "check_outbox" ADD COLUMN "compared_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "check_outbox_doubted" ON "check_outbox" USING btree ("doubted_at") WHERE "check_outbox"."doubted_at" is not null;