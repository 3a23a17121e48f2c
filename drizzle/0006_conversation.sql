CREATE TABLE "check_action" (
	"delivery_guid" text PRIMARY KEY NOT NULL,
	"repository_id" bigint NOT NULL,
	"head_sha" text NOT NULL,
	"identifier" text NOT NULL,
	"actor_id" bigint NOT NULL,
	"actor_login" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "command_answer" (
	"subject_key" text NOT NULL,
	"comment_id" bigint NOT NULL,
	"status" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "command_answer_subject_key_comment_id_pk" PRIMARY KEY("subject_key","comment_id")
);
--> statement-breakpoint
CREATE TABLE "foreign_check" (
	"repository_id" bigint NOT NULL,
	"head_sha" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "foreign_check_repository_id_head_sha_name_kind_source_pk" PRIMARY KEY("repository_id","head_sha","name","kind","source")
);
--> statement-breakpoint
CREATE TABLE "pull_comment" (
	"subject_key" text PRIMARY KEY NOT NULL,
	"comment_id" bigint NOT NULL,
	"digest" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "review_request" (
	"subject_key" text NOT NULL,
	"target" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "review_request_subject_key_target_pk" PRIMARY KEY("subject_key","target")
);
--> statement-breakpoint
CREATE TABLE "merge_group" (
	"subject_key" text PRIMARY KEY NOT NULL,
	"head_ref" text NOT NULL,
	"base_sha" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "subject" ALTER COLUMN "number" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "command_answer" ADD CONSTRAINT "command_answer_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pull_comment" ADD CONSTRAINT "pull_comment_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_request" ADD CONSTRAINT "review_request_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "merge_group" ADD CONSTRAINT "merge_group_subject_key_subject_key_fk" FOREIGN KEY ("subject_key") REFERENCES "public"."subject"("key") ON DELETE no action ON UPDATE no action;