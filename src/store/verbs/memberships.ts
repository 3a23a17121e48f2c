import { and, eq, inArray, ne, or, sql } from "drizzle-orm";
import type { Facts } from "../../engine/facts.ts";
import { type Membership, membershipsOf, teamName } from "../../engine/membership.ts";
import type { MembershipsInUse } from "../../gate/ports/recovery-records.ts";
import { rowsOf } from "../connect.ts";
import { type SubjectRow, toRepository } from "../rows.ts";
import { countedMembership, subject } from "../schema.ts";
import { storable } from "../text.ts";
import { type Tx, together } from "../tx.ts";
import { wakeOpen } from "./wake-open.ts";

/** What the votes on this pull request were counted by: read a moment ago. */
export async function keepMemberships(tx: Tx, held: SubjectRow, { people, subject: place }: Facts): Promise<void> {
  const counted = people && held.number !== null && place.ownerType === "Organization" ? membershipsOf(people) : [];
  const { key: subjectKey, tenantId, ownerId } = held;
  const rows = counted.map(({ name, digest }) => ({ subjectKey, tenantId, ownerId, name: storable(name), digest }));
  await together(
    () => tx.delete(countedMembership).where(eq(countedMembership.subjectKey, held.key)),
    async () => rows.length > 0 && (await tx.insert(countedMembership).values(rows).onConflictDoNothing()),
  );
}

export async function claimMemberships(tx: Tx, everyMs: number, limit: number): Promise<readonly MembershipsInUse[]> {
  const owners = rowsOf<{ owner: string }>(
    await tx.execute(sql`
      select m.owner_id::text as owner from counted_membership m join subject s on s.key = m.subject_key
      where s.open and m.read_at <= clock_timestamp() - make_interval(secs => ${everyMs / 1000}::double precision) group by m.owner_id order by min(m.read_at), m.owner_id limit ${limit}`),
  ).map(({ owner }) => Number(owner));
  const found: MembershipsInUse[] = [];
  for (const ownerId of owners) {
    const names = await tx
      .selectDistinct({ name: countedMembership.name })
      .from(countedMembership)
      .innerJoin(subject, eq(subject.key, countedMembership.subjectKey))
      .where(and(eq(countedMembership.ownerId, ownerId), subject.open));
    const [newest] = await tx
      .select()
      .from(subject)
      .where(and(eq(subject.ownerId, ownerId), subject.open, inArray(subject.key, usedBy(tx, ownerId))))
      .orderBy(sql`${subject.dirtyAt} desc`, subject.key)
      .limit(1);
    // Taken: one that cannot be read has its next turn after the others.
    await tx.update(countedMembership).set({ readAt: sql`clock_timestamp()` }).where(eq(countedMembership.ownerId, ownerId));
    if (newest === undefined) continue;
    const prefix = teamName("");
    const teams = names.flatMap(({ name }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])).sort();
    found.push({ repository: toRepository(newest), teams });
  }
  return found;
}

function usedBy(tx: Tx, ownerId: number) {
  return tx.select({ key: countedMembership.subjectKey }).from(countedMembership).where(eq(countedMembership.ownerId, ownerId));
}

export async function compareMemberships(tx: Tx, ownerId: number, now: readonly Membership[]): Promise<number> {
  if (now.length === 0) return 0;
  const differs = or(
    ...now.map(({ name, digest }) => and(eq(countedMembership.name, storable(name)), ne(countedMembership.digest, digest))),
  );
  const stale = await tx
    .selectDistinct({ key: countedMembership.subjectKey })
    .from(countedMembership)
    .innerJoin(subject, eq(subject.key, countedMembership.subjectKey))
    .where(and(eq(countedMembership.ownerId, ownerId), subject.open, differs));
  const keys = stale.map(({ key }) => key);
  if (keys.length > 0) await wakeOpen(tx, inArray(subject.key, keys));
  return keys.length;
}
