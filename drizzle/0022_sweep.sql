DROP INDEX "subject_dirty";--> statement-breakpoint
CREATE INDEX "check_outbox_in_flight" ON "check_outbox" USING btree ("in_flight_key") WHERE "check_outbox"."in_flight_key" is not null;--> statement-breakpoint
CREATE INDEX "check_wish_running_out" ON "check_wish" USING btree ("runs_out_at") WHERE "check_wish"."runs_out_at" is not null;--> statement-breakpoint
CREATE INDEX "subject_marked" ON "subject" USING btree ("dirty_at") WHERE "subject"."want_gen" > "subject"."done_gen";