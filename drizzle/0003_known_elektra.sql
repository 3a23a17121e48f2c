CREATE TABLE "merge_group" (
	"subject_key" text PRIMARY KEY NOT NULL,
	"head_ref" text NOT NULL,
	"base_sha" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "subject" ALTER COLUMN "number" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "merge_group" ADD CONSTRAINT "merge_group_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;