ALTER TABLE "subject" ADD COLUMN "told_updated_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "subject" ADD COLUMN "told_at" timestamp (3) with time zone;