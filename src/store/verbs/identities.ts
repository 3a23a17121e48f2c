import { createHmac, randomBytes } from "node:crypto";
import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { type People, peopleIn, placeholder, pseudonymise, referencesIn, restore } from "../../engine/pseudonyms.ts";
import type { Tx } from "../connect.ts";
import { businessDraft, identity, signInSession } from "../schema.ts";
import { storable } from "../text.ts";

/** Names by spelling -> reference, each made on first sight. In a transaction of its own, or late in one: rows of other writers are waited for. */
export async function referToNames(tx: Tx, tenantId: string, people: People): Promise<ReadonlyMap<string, string>> {
  const { accounts } = people;
  // In one order for everybody, so that two writers never wait for each other.
  const names = [...people.names].sort();
  if (names.length === 0) return new Map();
  const known = await identitiesOf(tx, tenantId, names);
  const missing = names.filter((name) => !known.has(storable(name)));
  if (missing.length > 0) {
    await tx
      .insert(identity)
      .values(missing.map((name) => newIdentity(tenantId, name, accounts.get(name.toLowerCase()) ?? null)))
      .onConflictDoNothing();
    for (const [login, row] of await identitiesOf(tx, tenantId, missing)) known.set(login, row);
  }
  for (const { ref, login, accountId } of known.values()) {
    const id = accounts.get(login.toLowerCase());
    if (accountId !== null || id === undefined) continue;
    await tx
      .update(identity)
      .set({ accountId: id })
      .where(and(eq(identity.ref, ref), isNull(identity.accountId)));
  }
  return new Map(names.map((name) => [name, known.get(storable(name))!.ref]));
}

/** The form that is kept: every name by reference. `people`: of this value, where it was looked through already. */
export async function pseudonymous(tx: Tx, tenantId: string, value: unknown, people: People = peopleIn(value)): Promise<unknown> {
  const refs = await referToNames(tx, tenantId, people);
  return pseudonymise(value, people, (name) => refs.get(name)!);
}

/** A stored form with its names back; who was erased is a placeholder. */
export async function named<T>(tx: Tx, stored: T): Promise<T> {
  const refs = [...referencesIn(stored)];
  const rows = refs.length === 0 ? [] : await tx.select().from(identity).where(inArray(identity.ref, refs));
  const names = new Map(rows.map(({ ref, login }) => [ref, login]));
  return restore(stored, (ref) => names.get(ref) ?? null) as T;
}

/**
 * Forgets a person: every spelling of the login, of every tenant, and all else that is known by the same account; also as a draft's author,
 * and in sessions, which end. Gives the references that nobody can resolve any more, by tenant.
 */
export async function eraseIdentity(tx: Tx, who: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const byLogin = sql`lower(${identity.login}) = lower(${who})`;
  const id = /^\d{1,15}$/.test(who) ? Number(who) : null;
  const met = await tx
    .select({ accountId: identity.accountId })
    .from(identity)
    .where(id === null ? byLogin : or(byLogin, eq(identity.accountId, id)));
  const accounts = [...new Set(met.flatMap(({ accountId }) => accountId ?? []))];
  const theirs = accounts.length === 0 ? byLogin : or(byLogin, inArray(identity.accountId, accounts));
  // Drafts first, as whoever decides about one locks it before the names in it.
  for (const { ref, tenantId, login } of await tx.select().from(identity).where(theirs).orderBy(identity.ref))
    await tx
      .update(businessDraft)
      .set({ author: placeholder(ref) })
      .where(and(eq(businessDraft.tenantId, tenantId), sql`lower(${businessDraft.author}) = lower(${login})`));
  // A session says the login, and would bring it back: whoever is forgotten is signed out.
  await tx
    .delete(signInSession)
    .where(
      or(sql`lower(${signInSession.login}) = lower(${who})`, inArray(signInSession.personId, id === null ? accounts : [...accounts, id])),
    );
  const erased = await tx.delete(identity).where(theirs).returning({ ref: identity.ref, tenantId: identity.tenantId });
  return new Map(
    [...Map.groupBy(erased, ({ tenantId }) => tenantId)].map(([tenantId, rows]) => [tenantId, rows.map(({ ref }) => ref).sort()]),
  );
}

/** Account ids, as text, -> the login that they were last met under. */
export async function loginsOf(tx: Tx, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(accountIds.filter((id) => /^[1-9]\d{0,14}$/.test(id)).map(Number))];
  if (ids.length === 0) return new Map();
  const rows = await tx.select().from(identity).where(inArray(identity.accountId, ids)).orderBy(identity.createdAt);
  return new Map(rows.map(({ accountId, login }) => [String(accountId), login]));
}

async function identitiesOf(tx: Tx, tenantId: string, names: readonly string[]): Promise<Map<string, typeof identity.$inferSelect>> {
  const rows = await tx
    .select()
    .from(identity)
    .where(and(eq(identity.tenantId, tenantId), inArray(identity.login, names.map(storable))));
  return new Map(rows.map((row) => [row.login, row]));
}

function newIdentity(tenantId: string, name: string, accountId: number | null): typeof identity.$inferInsert {
  const key = randomBytes(32);
  const ref = createHmac("sha256", key).update(`${tenantId}\u0000${name}`).digest("hex").slice(0, 32);
  return { ref, tenantId, key: key.toString("hex"), login: storable(name), accountId };
}
