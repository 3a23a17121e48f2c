import { bigint, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { databaseNow, githubId, instant } from "./columns.ts";
import { subject } from "./inbox.ts";

function subjectKey() {
  return text("subject_key")
    .notNull()
    .references(() => subject.key);
}

/** Whom a pull request was put before: once each, whatever becomes of it on GitHub. */
export const reviewRequest = pgTable(
  "review_request",
  {
    subjectKey: subjectKey(),
    /** `team:<slug>` or `user:<login>` */
    target: text("target").notNull(),
    /** wanted, requested, refused */
    status: text("status").notNull(),
    reason: text("reason"),
    at: instant("at").notNull().default(databaseNow()),
  },
  (t) => [primaryKey({ columns: [t.subjectKey, t.target] })],
);

/** A button that somebody pressed on a check: a wish, by whoever it was. */
export const checkAction = pgTable("check_action", {
  deliveryGuid: text("delivery_guid").primaryKey(),
  repositoryId: githubId("repository_id").notNull(),
  headSha: text("head_sha").notNull(),
  identifier: text("identifier").notNull(),
  actorId: githubId("actor_id").notNull(),
  actorLogin: text("actor_login").notNull(),
  at: instant("at").notNull().default(databaseNow()),
});

/** A comment whose command was taken up; answered once. */
export const commandAnswer = pgTable(
  "command_answer",
  {
    subjectKey: subjectKey(),
    commentId: bigint("comment_id", { mode: "number" }).notNull(),
    /** claimed, answered */
    status: text("status").notNull(),
    at: instant("at").notNull().default(databaseNow()),
  },
  (t) => [primaryKey({ columns: [t.subjectKey, t.commentId] })],
);

/** The one comment that is kept up to date, where a repository wants it. */
export const pullComment = pgTable("pull_comment", {
  subjectKey: text("subject_key")
    .primaryKey()
    .references(() => subject.key),
  commentId: bigint("comment_id", { mode: "number" }).notNull(),
  digest: text("digest").notNull(),
});

/** A check or status under our name that is not ours. */
export const foreignCheck = pgTable(
  "foreign_check",
  {
    repositoryId: githubId("repository_id").notNull(),
    headSha: text("head_sha").notNull(),
    name: text("name").notNull(),
    /** `run` or `status` */
    kind: text("kind").notNull(),
    /** App slug or login. */
    source: text("source").notNull(),
    at: instant("at").notNull().default(databaseNow()),
  },
  (t) => [primaryKey({ columns: [t.repositoryId, t.headSha, t.name, t.kind, t.source] })],
);
