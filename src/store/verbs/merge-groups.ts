import { eq } from "drizzle-orm";
import type { GroupPlace, GroupWork } from "../../gate/ports/merge-groups.ts";
import type { RepositoryRef } from "../../gate/ports/pulls.ts";
import type { Tx } from "../connect.ts";
import { toRepository } from "../rows.ts";
import { mergeGroup, subject } from "../schema.ts";
import { storable } from "../text.ts";
import { ensureTenant } from "./ensure-tenant.ts";
import { takeSubject } from "./start-work.ts";

export function groupKey(repositoryId: number, headSha: string): string {
  return `${repositoryId}@${headSha}`;
}

export function branchKey(repositoryId: number, ref: string): string {
  return `${repositoryId}!${ref}`;
}

/** A group that is announced again keeps its row. */
export async function addGroup(tx: Tx, host: string, mark: GroupPlace & { readonly repository: RepositoryRef }): Promise<void> {
  const { repository } = mark;
  const key = groupKey(repository.id, mark.headSha);
  await tx
    .insert(subject)
    .values({
      key,
      tenantId: await ensureTenant(tx, host, { id: repository.ownerId, login: repository.owner }),
      repositoryId: repository.id,
      ownerId: repository.ownerId,
      owner: storable(repository.owner),
      name: storable(repository.name),
      installationId: repository.installationId,
      number: null,
      baseRef: storable(mark.baseRef),
      headSha: mark.headSha,
    })
    .onConflictDoNothing();
  await tx
    .insert(mergeGroup)
    .values({ subjectKey: key, headRef: storable(mark.headRef), baseSha: mark.baseSha })
    .onConflictDoNothing();
}

export async function startGroup(tx: Tx, key: string): Promise<GroupWork | null> {
  const taken = await takeSubject(tx, key);
  if (taken === null) return null;
  const [place] = await tx.select().from(mergeGroup).where(eq(mergeGroup.subjectKey, key));
  if (place === undefined) return null;
  const { row, held } = taken;
  const { headRef, baseSha } = place;
  return { ...held, repository: toRepository(row), headSha: row.headSha ?? "", baseRef: row.baseRef ?? "", headRef, baseSha };
}

export async function announcedGroups(tx: Tx, repositoryId: number): Promise<readonly Pick<GroupPlace, "headSha" | "headRef">[]> {
  const rows = await tx
    .select({ headSha: subject.headSha, headRef: mergeGroup.headRef })
    .from(mergeGroup)
    .innerJoin(subject, eq(subject.key, mergeGroup.subjectKey))
    .where(eq(subject.repositoryId, repositoryId));
  return rows.map(({ headSha, headRef }) => ({ headSha: headSha ?? "", headRef }));
}
