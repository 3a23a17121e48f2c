import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { ApiKey, MintedKey, NewKey, Scope } from "../../gate/ports/access.ts";
import type { Tx } from "../connect.ts";
import { isUuid, newId } from "../id.ts";
import { apiKey } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";

type Row = typeof apiKey.$inferSelect;
const now = sql`clock_timestamp()`;

function toKey({ secretSha256: _, ...row }: Row): ApiKey {
  return {
    ...row,
    scopes: row.scopes as readonly Scope[],
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

/** So that scanners of leaked secrets, and people, know one when they see it. */
const MARK = "csk_";
const SHOWN = 12;

/** The secret is 256 random bits: nothing is gained by a slow hash, and looking the hash up tells an attacker's clock nothing. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

export async function createKey(tx: Tx, tenantId: string, key: NewKey): Promise<MintedKey> {
  const secret = MARK + randomBytes(32).toString("base64url");
  const [row] = await tx
    .insert(apiKey)
    .values({
      id: newId(),
      tenantId,
      name: storable(key.name),
      scopes: [...new Set(key.scopes)].sort(),
      createdBy: key.createdBy,
      prefix: secret.slice(0, SHOWN),
      secretSha256: hashOf(secret),
      expiresAt: key.expiresAt === null ? null : new Date(key.expiresAt),
    })
    .returning();
  await tell(tx, row!, "api_key.created", key.createdBy);
  return { key: toKey(row!), secret };
}

export async function apiKeys(tx: Tx, tenantId: string): Promise<readonly ApiKey[]> {
  const rows = await tx.select().from(apiKey).where(eq(apiKey.tenantId, tenantId)).orderBy(desc(apiKey.createdAt), desc(apiKey.id));
  return rows.map(toKey);
}

export async function revokeKey(tx: Tx, tenantId: string, id: string, by: number | null): Promise<ApiKey | null> {
  if (!isUuid(id)) return null;
  const mine = and(eq(apiKey.tenantId, tenantId), eq(apiKey.id, id));
  const [revoked] = await tx
    .update(apiKey)
    .set({ revokedAt: now })
    .where(and(mine, isNull(apiKey.revokedAt)))
    .returning();
  if (revoked !== undefined) {
    await tell(tx, revoked, "api_key.revoked", by);
    return toKey(revoked);
  }
  const [known] = await tx.select().from(apiKey).where(mine);
  return known === undefined ? null : toKey(known);
}

export async function useKey(tx: Tx, secret: string): Promise<ApiKey | null> {
  const [row] = await tx
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.secretSha256, hashOf(secret)), isNull(apiKey.revokedAt), or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now))));
  if (row === undefined) return null;
  const isOld = or(isNull(apiKey.lastUsedAt), lt(apiKey.lastUsedAt, sql`${now} - interval '1 minute'`));
  await tx
    .update(apiKey)
    .set({ lastUsedAt: now })
    .where(and(eq(apiKey.id, row.id), isOld));
  return toKey(row);
}

function tell(tx: Tx, row: Row, type: "api_key.created" | "api_key.revoked", by: number | null): Promise<unknown> {
  return appendAudit(tx, row.tenantId, {
    type,
    severity: "warning",
    actor: by === null ? null : String(by),
    subject: `api key ${row.id}`,
    payload: { keyId: row.id, name: row.name, prefix: row.prefix, scopes: row.scopes, expiresAt: row.expiresAt?.toISOString() ?? null },
  });
}
