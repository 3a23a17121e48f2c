import { and, eq } from "drizzle-orm";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { tenant } from "../schema.ts";
import { storable } from "../text.ts";

/** Account 0: events that belong to no account. */
export const NO_ACCOUNT = { id: 0, login: "-" } as const;

/** The tenant of a GitHub account, made on first sight. */
export async function ensureTenant(tx: Tx, host: string, account: { readonly id: number; readonly login: string }): Promise<string> {
  const where = and(eq(tenant.host, host), eq(tenant.accountId, account.id));
  const known = await tx.select({ id: tenant.id }).from(tenant).where(where);
  if (known[0]) return known[0].id;
  await tx
    .insert(tenant)
    .values({ id: newId(), host, accountId: account.id, login: storable(account.login) })
    .onConflictDoNothing();
  const made = await tx.select({ id: tenant.id }).from(tenant).where(where);
  return made[0]!.id;
}
