import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "./tx.ts";

/** By what the tenant of some work is found: `countersign_tenants` in the database knows each of these words. */
export type ScopeKind =
  | "all"
  | "tenant"
  | "subject"
  | "repository"
  | "owner"
  | "account"
  | "installation"
  | "evaluation"
  | "grant"
  | "review"
  | "trace"
  | "approval"
  | "plan"
  | "session"
  /** SHA-256 of an API key's secret. */
  | "key";

/**
 * Whose rows a transaction may see and write. Postgres row-level security holds every statement to it, so that a verb that forgets
 * to ask for its tenant finds nothing. The embedded database has one login, which no such rule binds.
 */
export type Scope = readonly (readonly [ScopeKind, string])[];

/** Work that belongs to no tenant: the sweep, the routines, the operator's own pages. */
export const ACROSS: Scope = [["all", ""]];

/** All of its repository's tenants: a check may show what another pull request on the same commit earned, from before a transfer. */
export function ofSubject(key: string): Scope {
  const repository = /^\d{1,15}(?=[#@!])/.exec(key)?.[0];
  return repository === undefined ? [["subject", key]] : [["repository", repository]];
}

export function ofRepository(id: number): Scope {
  return [["repository", String(id)]];
}

/** Every tenant that the account owns subjects or repositories of. */
export function ofOwner(id: number): Scope {
  return [["owner", String(id)]];
}

export function ofTenant(id: string): Scope {
  return [["tenant", id]];
}

type RowKind = "evaluation" | "grant" | "review" | "trace" | "approval" | "plan" | "session" | "key";

export function ofRow(kind: RowKind, id: string): Scope {
  return [[kind, id]];
}

/** Also the repository's owner, whose tenant may be made here. */
export function ofPlace(repository: { readonly id: number; readonly ownerId: number }): Scope {
  return [...ofRepository(repository.id), ...ofOwner(repository.ownerId)];
}

const LIST = "countersign.tenant";

/** Lets the rest of a transaction see the scope's tenants; null = there is nothing to see. Said with every transaction, so it is put together by hand. */
export function entrance(scope: Scope): { readonly text: string; readonly parameters: string[] } | null {
  if (scope.length === 0) return null;
  const keys = scope.map((_, index) => `($${2 * index + 1}::text, $${2 * index + 2}::text)`).join(", ");
  const text = `select set_config('${LIST}', coalesce((
    select string_agg(distinct t::text, ',') from (values ${keys}) k (kind, key), countersign_tenants(k.kind, k.key) t), ''), true)`;
  return { text, parameters: scope.flat() };
}

/** The tenant of an account beside those that are seen already; null = it has none yet. */
export function enterAccount(host: string, accountId: number): SQL {
  return sql`select t::text as id, ${joined(sql`t::text`)} from countersign_tenants('account', ${`${host} ${accountId}`}) t`;
}

/** A tenant that is about to be made. */
export async function enterNew(tx: Tx, id: string): Promise<void> {
  await tx.execute(sql`select ${joined(sql`${id}::text`)}`);
}

function joined(id: SQL): SQL {
  return sql`set_config(${LIST}, concat_ws(',', nullif(current_setting(${LIST}, true), ''), ${id}), true)`;
}
