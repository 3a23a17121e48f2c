import { index, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { governanceApproval } from "./records.ts";
import { tenantId } from "./tenant-id.ts";

/**
 * Who a reference of the records is. The only table of people's names that can be erased row by row: with the row its key goes, and
 * nobody can tell again whose reference it was.
 */
export const identity = pgTable(
  "identity",
  {
    /** HMAC-SHA-256 of the name under `key`, its first 32 hex digits. */
    ref: text("ref").primaryKey(),
    tenantId: tenantId(),
    key: text("key").notNull(),
    /** As it is spelled where it was met: a login, or a git identity. */
    login: text("login").notNull(),
    /** null = only the spelling is known. */
    accountId: githubId("account_id"),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [unique("identity_spelling").on(t.tenantId, t.login), index("identity_account").on(t.tenantId, t.accountId)],
);

/** A signed tree head of one tenant's audit trail. Immutable. */
export const auditCheckpoint = pgTable(
  "audit_checkpoint",
  {
    tenantId: tenantId(),
    /** Events that it covers. */
    size: integer("size").notNull(),
    head: text("head").notNull(),
    root: text("root").notNull(),
    keyId: text("key_id").notNull(),
    envelope: evidence("envelope").notNull(),
    at: instant("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.size] })],
);

/** Where a checkpoint has left the database for. Immutable. */
export const auditCheckpointDelivery = pgTable(
  "audit_checkpoint_delivery",
  {
    tenantId: tenantId(),
    size: integer("size").notNull(),
    sink: text("sink").notNull(),
    deliveredAt: instant("delivered_at").notNull().default(databaseNow()),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.size, t.sink] })],
);

/** The signed statement about one approval. An approval without one is owed it. Immutable. */
export const attestation = pgTable(
  "attestation",
  {
    id: id(),
    tenantId: tenantId(),
    approvalId: uuid("approval_id")
      .notNull()
      .unique("attestation_approval")
      .references(() => governanceApproval.id),
    keyId: text("key_id").notNull(),
    envelope: evidence("envelope").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [index("attestation_tenant").on(t.tenantId)],
);
