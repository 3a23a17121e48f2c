import { and, asc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { NewSession, Reach, Session, Tenant } from "../../gate/ports/access.ts";
import type { Tx } from "../connect.ts";
import { isUuid, newId } from "../id.ts";
import { rateLimit, signInSession, tenant } from "../schema.ts";
import { storable } from "../text.ts";
import { ensureTenant, followLogin } from "./ensure-tenant.ts";

const LIFETIME = sql`interval '12 hours'`;
const IDLE = sql`interval '2 hours'`;
/** A sign of life is written at most so often. */
const TOUCH = sql`interval '1 minute'`;
const now = sql`clock_timestamp()`;

type Row = typeof signInSession.$inferSelect;

function toSession(row: Row): Session {
  return {
    id: row.id,
    kind: row.kind as Session["kind"],
    person: { id: row.personId, login: row.login },
    reaches: row.reaches as readonly Reach[],
    tenantId: row.tenantId,
    authenticatedAt: row.authenticatedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

/** A session that is replaced ends in the same commit, and hands on its tenant when the same person comes back. */
export async function beginSession(tx: Tx, host: string, given: NewSession): Promise<Session> {
  const reaches: Reach[] = [];
  // One order for everybody: two who sign in after a rename never wait for one another in a circle.
  for (const each of given.installed.toSorted((a, b) => a.account.id - b.account.id)) {
    const tenantId = await ensureTenant(tx, host, each.account);
    await followLogin(tx, tenantId, each.account.login);
  }
  for (const each of given.installed) reaches.push({ ...each, tenantId: await ensureTenant(tx, host, each.account) });
  const [before] = given.replaces === null ? [] : await endSession(tx, given.replaces);
  const kept = reaches.find((reach) => before?.personId === given.person.id && reach.tenantId === before.tenantId);
  const active = kept ?? reaches[0];
  if (active === undefined) throw new Error("a session without a tenant");
  const [row] = await tx
    .insert(signInSession)
    .values({
      id: newId(),
      kind: given.kind,
      personId: given.person.id,
      login: storable(given.person.login),
      reaches,
      tenantId: active.tenantId,
      expiresAt: sql`${now} + ${LIFETIME}` as unknown as Date,
    })
    .returning();
  return toSession(row!);
}

const alive = and(isNull(signInSession.endedAt), gt(signInSession.expiresAt, now), gt(signInSession.lastSeenAt, sql`${now} - ${IDLE}`));

export async function useSession(tx: Tx, id: string): Promise<Session | null> {
  if (!isUuid(id)) return null;
  const [row] = await tx
    .select()
    .from(signInSession)
    .where(and(eq(signInSession.id, id), alive));
  if (row === undefined) return null;
  await tx
    .update(signInSession)
    .set({ lastSeenAt: now })
    .where(and(eq(signInSession.id, id), alive, lt(signInSession.lastSeenAt, sql`${now} - ${TOUCH}`)));
  return toSession(row);
}

export async function switchTenant(tx: Tx, id: string, tenantId: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  const [row] = await tx
    .select()
    .from(signInSession)
    .where(and(eq(signInSession.id, id), alive));
  const reach = (row?.reaches as readonly Reach[] | undefined)?.find((each) => each.tenantId === tenantId);
  if (reach === undefined) return false;
  await tx.update(signInSession).set({ tenantId: reach.tenantId }).where(eq(signInSession.id, id));
  return true;
}

export async function endSession(tx: Tx, id: string): Promise<readonly Row[]> {
  if (!isUuid(id)) return [];
  return tx
    .update(signInSession)
    .set({ endedAt: now })
    .where(and(eq(signInSession.id, id), isNull(signInSession.endedAt)))
    .returning();
}

/** Account 0 belongs to nobody. */
export async function tenants(tx: Tx, host: string): Promise<readonly Tenant[]> {
  return tx
    .select({ id: tenant.id, accountId: tenant.accountId, login: tenant.login })
    .from(tenant)
    .where(and(eq(tenant.host, host), gt(tenant.accountId, 0)))
    .orderBy(asc(tenant.login), asc(tenant.accountId));
}

export async function tenantById(tx: Tx, id: string): Promise<Tenant | null> {
  if (!isUuid(id)) return null;
  const [row] = await tx
    .select({ id: tenant.id, accountId: tenant.accountId, login: tenant.login })
    .from(tenant)
    .where(and(eq(tenant.id, id), gt(tenant.accountId, 0)));
  return row ?? null;
}

export async function tidyAccess(tx: Tx): Promise<void> {
  await tx.delete(rateLimit).where(lt(rateLimit.endsAt, sql`${now} - interval '1 hour'`));
  const longAgo = sql`${now} - interval '7 days'`;
  await tx.delete(signInSession).where(or(lt(signInSession.endedAt, longAgo), lt(signInSession.expiresAt, longAgo)));
}
