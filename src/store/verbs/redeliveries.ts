import { and, asc, eq, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { HookAttempt } from "../../gate/ports/recovery.ts";
import type { HookPosition, MissingDelivery } from "../../gate/ports/recovery-records.ts";
import { rowsOf, type Tx } from "../connect.ts";
import { hookPosition, missingDelivery, tenant, watchedRepository, webhookDelivery } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";
import { ensureTenant, NO_ACCOUNT } from "./ensure-tenant.ts";

const THE_APP = 1;
/** GitHub keeps an attempt for three days (Enterprise Server for seven): what is older can no longer be asked for. */
const KEPT_DAYS = 3;
const KEPT_DAYS_MAX = 7;
/** Each time twice as long after the last: the eighth comes after more than a day. */
const ASKED_MAX = 8;

export async function readPosition(tx: Tx): Promise<HookPosition> {
  const [row] = await tx.select().from(hookPosition).where(eq(hookPosition.id, THE_APP));
  const { reconciledTo = null, walkFrom = null, walkCursor = null } = row ?? {};
  return {
    reconciledTo: reconciledTo?.toISOString() ?? null,
    walk: walkFrom === null || walkCursor === null ? null : { from: walkFrom.toISOString(), cursor: walkCursor },
  };
}

export async function keepMissing(tx: Tx, attempts: readonly HookAttempt[], position: HookPosition): Promise<void> {
  const guids = [...new Set(attempts.map(({ guid }) => storable(guid)))];
  const came =
    guids.length === 0
      ? []
      : await tx.select({ guid: webhookDelivery.guid }).from(webhookDelivery).where(inArray(webhookDelivery.guid, guids));
  const here = new Set(came.map(({ guid }) => guid));
  for (const { id, guid, deliveredAt, event, installationId, repositoryId } of attempts.toSorted((a, b) => a.id - b.id)) {
    if (here.has(storable(guid))) continue;
    await tx
      .insert(missingDelivery)
      .values({
        guid: storable(guid),
        attemptId: id,
        installationId,
        repositoryId,
        event: storable(event),
        deliveredAt: new Date(deliveredAt),
      })
      .onConflictDoUpdate({
        target: missingDelivery.guid,
        set: {
          attemptId: sql`greatest(${missingDelivery.attemptId}, excluded.attempt_id)`,
          deliveredAt: sql`least(${missingDelivery.deliveredAt}, excluded.delivered_at)`,
        },
      });
  }
  const { reconciledTo, walk } = position;
  const now = {
    reconciledTo: reconciledTo === null ? null : new Date(reconciledTo),
    walkFrom: walk === null ? null : new Date(walk.from),
    walkCursor: walk?.cursor ?? null,
    // Read again to its end: the next gap is told anew.
    ...(walk === null ? { toldAt: null } : {}),
  };
  await tx
    .insert(hookPosition)
    .values({ id: THE_APP, ...now })
    .onConflictDoUpdate({ target: hookPosition.id, set: now });
}

export async function missingDeliveries(tx: Tx, limit: number): Promise<readonly MissingDelivery[]> {
  await tx.execute(sql`
    delete from missing_delivery m where exists (select 1 from webhook_delivery d where d.guid = m.guid)
      or m.delivered_at < clock_timestamp() - make_interval(days => ${KEPT_DAYS_MAX})`);
  const guids = rowsOf<{ guid: string }>(
    await tx.execute(sql`
      select guid from (
        select guid, delivered_at, row_number() over (partition by coalesce(installation_id, 0) order by delivered_at, guid) as turn
        from missing_delivery
        where asked < ${ASKED_MAX} and (asked_at is null or asked_at <= clock_timestamp() - make_interval(mins => (9 * 2 ^ (asked - 1))::int))
          and (asked_attempt_id is distinct from attempt_id or asked_at <= clock_timestamp() - interval '1 hour')
      ) due order by turn, delivered_at, guid limit ${limit}`),
  ).map(({ guid }) => guid);
  if (guids.length === 0) return [];
  const rows = await tx.select().from(missingDelivery).where(inArray(missingDelivery.guid, guids));
  return rows.toSorted((a, b) => guids.indexOf(a.guid) - guids.indexOf(b.guid)).map(toMissing);
}

function toMissing({ guid, attemptId, installationId, repositoryId, deliveredAt }: typeof missingDelivery.$inferSelect): MissingDelivery {
  return { guid, attemptId, installationId, repositoryId, deliveredAt: deliveredAt.toISOString() };
}

export async function recordAsked(tx: Tx, guid: string, attemptId: number, gone: boolean): Promise<void> {
  await tx
    .update(missingDelivery)
    .set({ asked: gone ? ASKED_MAX : sql`${missingDelivery.asked} + 1`, askedAttemptId: attemptId, askedAt: sql`clock_timestamp()` })
    .where(eq(missingDelivery.guid, guid));
}

export async function tellExpiring(tx: Tx, host: string, olderThanMs: number, limit: number): Promise<readonly MissingDelivery[]> {
  const isOld = lt(missingDelivery.deliveredAt, sql`clock_timestamp() - make_interval(secs => ${olderThanMs / 1000}::double precision)`);
  const rows = await tx
    .select()
    .from(missingDelivery)
    .where(and(isOld, isNull(missingDelivery.toldAt)))
    .orderBy(asc(missingDelivery.deliveredAt), asc(missingDelivery.guid))
    .limit(limit);
  for (const row of rows) {
    await tx.update(missingDelivery).set({ toldAt: sql`clock_timestamp()` }).where(eq(missingDelivery.guid, row.guid));
    await appendAudit(tx, await tenantOf(tx, host, row), {
      type: "delivery.missing",
      severity: "critical",
      actor: null,
      subject: `delivery ${row.guid}`,
      payload: {
        event: row.event,
        repositoryId: row.repositoryId,
        deliveredAt: row.deliveredAt.toISOString(),
        asked: row.asked,
        keptDays: KEPT_DAYS,
      },
    });
  }
  return rows.map(toMissing);
}

async function tenantOf(tx: Tx, host: string, { repositoryId, installationId }: typeof missingDelivery.$inferSelect): Promise<string> {
  const where = or(
    repositoryId === null ? undefined : eq(watchedRepository.repositoryId, repositoryId),
    installationId === null ? undefined : eq(watchedRepository.installationId, installationId),
  );
  const [owner] =
    where === undefined
      ? []
      : await tx
          .select({ id: tenant.id })
          .from(watchedRepository)
          .innerJoin(tenant, eq(tenant.id, watchedRepository.tenantId))
          .where(where)
          .orderBy(sql`${watchedRepository.repositoryId} = ${repositoryId ?? 0} desc`)
          .limit(1);
  return owner?.id ?? ensureTenant(tx, host, NO_ACCOUNT);
}

export async function tellGap(tx: Tx, host: string, reconciledTo: string): Promise<boolean> {
  const told = await tx
    .update(hookPosition)
    .set({ toldAt: sql`clock_timestamp()` })
    .where(and(eq(hookPosition.id, THE_APP), isNull(hookPosition.toldAt)))
    .returning({ id: hookPosition.id });
  if (told.length === 0) return false;
  await appendAudit(tx, await ensureTenant(tx, host, NO_ACCOUNT), {
    type: "delivery.gap",
    severity: "critical",
    actor: null,
    subject: "deliveries",
    payload: { reconciledTo, keptDays: KEPT_DAYS },
  });
  return true;
}
