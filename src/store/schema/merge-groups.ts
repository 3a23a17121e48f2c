import { pgTable, text } from "drizzle-orm/pg-core";
import { subject } from "./inbox.ts";

/** What a delivery said about the merge group that a subject stands for. */
export const mergeGroup = pgTable("merge_group", {
  subjectKey: text("subject_key")
    .primaryKey()
    .references(() => subject.key),
  headRef: text("head_ref").notNull(),
  baseSha: text("base_sha").notNull(),
});
