import { and, eq, ne } from "drizzle-orm";
import { rowsOf, type Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { tenant } from "../schema.ts";
import { enterAccount, enterNew } from "../scope.ts";
import { storable } from "../text.ts";

/** Account 0: events that belong to no account. */
export const NO_ACCOUNT = { id: 0, login: "-" } as const;

/** The tenant of a GitHub account, made on first sight; from here on the transaction works for it too. */
export async function ensureTenant(tx: Tx, host: string, account: { readonly id: number; readonly login: string }): Promise<string> {
  const find = async () => rowsOf<{ id: string }>(await tx.execute(enterAccount(host, account.id)))[0]?.id;
  const known = await find();
  if (known !== undefined) return known;
  const id = newId();
  await enterNew(tx, id);
  await tx
    .insert(tenant)
    .values({ id, host, accountId: account.id, login: storable(account.login) })
    .onConflictDoNothing();
  return (await find())!;
}

/** The account was renamed: its id is the same, and pages, commands and exports find it by its name of now. */
export async function followLogin(tx: Tx, tenantId: string, login: string): Promise<void> {
  const name = storable(login);
  await tx
    .update(tenant)
    .set({ login: name })
    .where(and(eq(tenant.id, tenantId), ne(tenant.login, name)));
}
