import { and, count, eq, gte, inArray, lt, max, min } from "drizzle-orm";
import type { Tx } from "../connect.ts";
import { toAuditEvent } from "../rows.ts";
import { auditEvent, identity, subject, watchedRepository } from "../schema.ts";
import { named } from "./identities.ts";

/** The events of one tenant that a report tells of, by their numbers: records are in the period when their event is. */
export interface EventRange {
  readonly tenantId: string;
  /** 1 and 0 = no event. */
  readonly first: number;
  readonly last: number;
}

/**
 * The chain is gapless, and an event commits together with its record: whatever is read later, the records up to `last` are all there, and
 * none that comes meanwhile is counted.
 */
export async function eventRange(tx: Tx, tenantId: string, from: string, to: string): Promise<EventRange> {
  const { seq, at } = auditEvent;
  const [row] = await tx
    .select({ first: min(seq), last: max(seq) })
    .from(auditEvent)
    .where(and(eq(auditEvent.tenantId, tenantId), gte(at, new Date(from)), lt(at, new Date(to))));
  return { tenantId, first: row?.first ?? 1, last: row?.last ?? 0 };
}

export async function countEvents(tx: Tx, range: EventRange): Promise<Readonly<Record<string, number>>> {
  const rows = await tx
    .select({ type: auditEvent.type, events: count() })
    .from(auditEvent)
    .where(and(eq(auditEvent.tenantId, range.tenantId), gte(auditEvent.seq, range.first), lt(auditEvent.seq, range.last + 1)))
    .groupBy(auditEvent.type)
    .orderBy(auditEvent.type);
  return Object.fromEntries(rows.map(({ type, events }) => [type, events]));
}

export interface ToldEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly subject: string;
  /** Names are back where they are known: what is erased is a pseudonym. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** By number. At most `limit`, ascending. */
export async function eventsOf(
  tx: Tx,
  range: EventRange,
  types: readonly string[],
  limit: number,
): Promise<ReadonlyMap<number, ToldEvent>> {
  const rows = await tx
    .select()
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.tenantId, range.tenantId),
        gte(auditEvent.seq, range.first),
        lt(auditEvent.seq, range.last + 1),
        inArray(auditEvent.type, [...types]),
      ),
    )
    .orderBy(auditEvent.seq)
    .limit(limit);
  const events = await named(tx, rows.map(toAuditEvent));
  return new Map(events.map((event) => [event.seq, { ...event, payload: (event.payload ?? {}) as ToldEvent["payload"] }]));
}

export function textIn(event: ToldEvent | undefined, key: string): string | null {
  const value = event?.payload[key];
  return typeof value === "string" ? value : null;
}

/** A person by account id; of several spellings the newest. */
export async function peopleOf(tx: Tx, tenantId: string) {
  const rows = await tx
    .select({ id: identity.accountId, login: identity.login })
    .from(identity)
    .where(eq(identity.tenantId, tenantId))
    .orderBy(identity.createdAt);
  const logins = new Map(rows.flatMap(({ id, login }) => (id === null ? [] : [[id, login] as const])));
  const person = (id: number) => ({ id, login: logins.get(id) ?? null });
  return { person, somebody: (id: number | null) => (id === null ? null : person(id)) };
}

/** Repository id -> `owner/name`, as it is called now. */
export async function repositoryNames(tx: Tx, tenantId: string): Promise<ReadonlyMap<number, string>> {
  const seen = await tx
    .selectDistinctOn([subject.repositoryId], { id: subject.repositoryId, owner: subject.owner, name: subject.name })
    .from(subject)
    .where(eq(subject.tenantId, tenantId))
    .orderBy(subject.repositoryId, subject.key);
  const watched = await tx
    .select({ id: watchedRepository.repositoryId, owner: watchedRepository.owner, name: watchedRepository.name })
    .from(watchedRepository)
    .where(eq(watchedRepository.tenantId, tenantId));
  return new Map([...seen, ...watched].map(({ id, owner, name }) => [id, `${owner}/${name}`]));
}
