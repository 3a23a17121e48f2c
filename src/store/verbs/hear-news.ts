import { and, eq, inArray } from "drizzle-orm";
import type { RepositoryNews } from "../../gate/ports/protection.ts";
import type { Tx } from "../connect.ts";
import { subject, watchedRepository } from "../schema.ts";
import { storable } from "../text.ts";
import { ensureTenant } from "./ensure-tenant.ts";
import { rowsOfInstallation, tellRepository, unguard, watchRepository } from "./watched-repositories.ts";

/** What a delivery says about repositories themselves: into the trail, and marked to be looked at. */
export async function hearNews(tx: Tx, host: string, news: readonly RepositoryNews[]): Promise<void> {
  for (const each of news) {
    if (each.kind === "unguarded") {
      for (const row of await rowsOfInstallation(tx, each.installationId, each.repositoryIds))
        await unguard(tx, row, each.because, each.actorId);
    } else if (each.kind === "guarded") await guard(tx, host, each);
    else await note(tx, host, each);
  }
}

async function note(tx: Tx, host: string, news: Extract<RepositoryNews, { kind: "rule_changed" | "changed" }>): Promise<void> {
  await watchRepository(tx, host, news.repository);
  const { id } = news.repository;
  const [row] = await tx.update(watchedRepository).set({ checkWanted: true }).where(eq(watchedRepository.repositoryId, id)).returning();
  if (row === undefined) return;
  if (news.kind === "rule_changed") {
    const { what, rule } = news;
    await tellRepository(tx, row, "protection.rule_changed", "warning", news.actorId, { what: storable(what), rule: storable(rule) });
  } else await tellRepository(tx, row, "repository.changed", "info", news.actorId, { because: storable(news.because) });
}

/** An installation that names the repository binds it, also to a new owner: that is the owner's act, not a rename's. */
async function guard(tx: Tx, host: string, news: Extract<RepositoryNews, { kind: "guarded" }>): Promise<void> {
  const { account, installationId, actorId } = news;
  const tenantId = await ensureTenant(tx, host, account);
  const listed =
    news.repositories ?? (await rowsOfInstallation(tx, installationId, null)).map(({ repositoryId: id, name }) => ({ id, name }));
  for (const { id, name } of [...listed].sort((a, b) => a.id - b.id)) {
    const [before] = await tx.select().from(watchedRepository).where(eq(watchedRepository.repositoryId, id));
    const place = { tenantId, ownerId: account.id, owner: storable(account.login), name: storable(name), installationId };
    const now = { ...place, unguarded: null, checkWanted: true };
    await tx
      .insert(watchedRepository)
      .values({ repositoryId: id, ...now })
      .onConflictDoUpdate({ target: watchedRepository.repositoryId, set: now });
    if (before !== undefined && before.unguarded === null) continue;
    await tellRepository(tx, { tenantId, repositoryId: id }, "repository.guarded", "info", actorId, { because: storable(news.because) });
  }
  // A new installation of the same owner: what is read from now on is read through it.
  const ids = listed.map(({ id }) => id);
  if (ids.length > 0)
    await tx
      .update(subject)
      .set({ installationId })
      .where(and(inArray(subject.repositoryId, ids), eq(subject.ownerId, account.id)));
}
