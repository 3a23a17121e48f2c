ALTER TABLE "subject" ADD COLUMN "dirty_since" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "subject_waiting" ON "subject" USING btree ("dirty_since") WHERE "subject"."dirty_since" is not null;--> statement-breakpoint
-- How long work waits, for the operator: whoever marks or finishes a subject, an older version too, need not know of it.
CREATE FUNCTION countersign_dirty_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.want_gen <= NEW.done_gen THEN
    NEW.dirty_since := NULL;
  ELSIF TG_OP = 'INSERT' OR OLD.want_gen <= OLD.done_gen THEN
    NEW.dirty_since := clock_timestamp();
  ELSIF NEW.done_gen > OLD.done_gen THEN
    -- What is left was marked while the work was done.
    NEW.dirty_since := NEW.dirty_at;
  ELSE
    NEW.dirty_since := coalesce(OLD.dirty_since, OLD.dirty_at);
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER subject_dirty_since BEFORE INSERT OR UPDATE OF want_gen, done_gen ON "subject" FOR EACH ROW EXECUTE FUNCTION countersign_dirty_since();
--> statement-breakpoint
ALTER TABLE "subject" ENABLE ALWAYS TRIGGER subject_dirty_since;
