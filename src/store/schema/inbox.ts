import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, githubId, id, instant } from "./columns.ts";

export const tenant = pgTable(
  "tenant",
  {
    id: id(),
    host: text("host").notNull(),
    /** 0 = the installation itself, for events that belong to no account. */
    accountId: githubId("account_id").notNull(),
    login: text("login").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [unique("tenant_account").on(t.host, t.accountId)],
);

/** The inbox: committed before a delivery is acknowledged. */
export const webhookDelivery = pgTable("webhook_delivery", {
  guid: text("guid").primaryKey(),
  event: text("event").notNull(),
  action: text("action"),
  body: text("body").notNull(),
  bodySha256: text("body_sha256").notNull(),
  receivedAt: instant("received_at").notNull().default(databaseNow()),
});

/** The durable job: `want_gen > done_gen` is work to do. head_sha and base_ref find the subjects that a delivery touches. */
export const subject = pgTable(
  "subject",
  {
    /** `<repository id>#<number>` */
    key: text("key").primaryKey(),
    tenantId: uuid("tenant_id")
      .notNull()
      .references(() => tenant.id),
    repositoryId: githubId("repository_id").notNull(),
    ownerId: githubId("owner_id").notNull(),
    owner: text("owner").notNull(),
    name: text("name").notNull(),
    installationId: githubId("installation_id").notNull(),
    /** null = a merge group. */
    number: integer("number"),
    baseRef: text("base_ref"),
    headSha: text("head_sha"),
    open: boolean("open").notNull().default(true),
    wantGen: bigint("want_gen", { mode: "number" }).notNull().default(0),
    doneGen: bigint("done_gen", { mode: "number" }).notNull().default(0),
    fence: bigint("fence", { mode: "number" }).notNull().default(0),
    dirtyAt: instant("dirty_at").notNull().default(databaseNow()),
    /** Of the oldest mark that no work has answered; null = none is left. Kept by a trigger, whoever writes. */
    dirtySince: instant("dirty_since"),
    /** When GitHub had changed it last, as the newest signed delivery told, and since when we know: what is read may not be older. */
    toldUpdatedAt: instant("told_updated_at"),
    toldAt: instant("told_at"),
  },
  (t) => [
    unique("subject_pull").on(t.repositoryId, t.number),
    index("subject_head").on(t.repositoryId, t.headSha),
    index("subject_owner").on(t.ownerId),
    index("subject_open_base").on(t.repositoryId, t.baseRef).where(sql`${t.open}`),
    index("subject_marked").on(t.dirtyAt).where(sql`${t.wantGen} > ${t.doneGen}`),
    index("subject_waiting").on(t.dirtySince).where(sql`${t.dirtySince} is not null`),
  ],
);

/** The first signed delivery of a review, label or comment. Immutable. */
export const receipt = pgTable(
  "receipt",
  {
    id: id(),
    deliveryGuid: text("delivery_guid").notNull(),
    kind: text("kind").notNull(),
    repositoryId: githubId("repository_id").notNull(),
    number: integer("number").notNull(),
    subject: text("subject").notNull(),
    actorId: githubId("actor_id"),
    actorLogin: text("actor_login"),
    viaApp: githubId("via_app"),
    commitId: text("commit_id"),
    headSha: text("head_sha"),
    baseRef: text("base_ref"),
    detail: text("detail").notNull(),
    at: instant("at").notNull().default(databaseNow()),
  },
  (t) => [unique("receipt_first").on(t.repositoryId, t.number, t.kind, t.subject)],
);
