import { and, desc, eq, sql } from "drizzle-orm";
import type { PolicySource } from "../../engine/policy/model.ts";
import { parsePolicySet } from "../../engine/policy/parse.ts";
import type { Tx } from "../connect.ts";
import { policyVersion, tenant, watchedRepository } from "../schema.ts";
import type { Claimant } from "./claim-workspace.ts";

/**
 * Whether a change that GitHub vouches for nothing of may bind an agent that nobody has bound yet. What the policy in force for it declares,
 * it may. Else the name of a repository is that repository's alone, whether or not it was ever looked at: `<account>/…` is given out by
 * GitHub, and what a repository's own policy declares is its own. In the name of a repository nothing else is bound.
 */
export async function maySubmitAs(tx: Tx, { tenantId, repositoryId }: Claimant, agent: string, isDeclared: boolean): Promise<boolean> {
  if (repositoryId !== null) return isDeclared || sameName(await fullName(tx, tenantId, repositoryId), agent);
  if (await isARepositorysAgent(tx, tenantId, agent)) return false;
  return isDeclared || !(await isInNamespace(tx, tenantId, agent));
}

async function fullName(tx: Tx, tenantId: string, repositoryId: number): Promise<string | null> {
  const [row] = await tx
    .select({ owner: watchedRepository.owner, name: watchedRepository.name })
    .from(watchedRepository)
    .where(and(eq(watchedRepository.tenantId, tenantId), eq(watchedRepository.repositoryId, repositoryId)));
  return row === undefined ? null : `${row.owner}/${row.name}`;
}

/** GitHub's names are the same in any case of their letters. */
function sameName(left: string | null, right: string): boolean {
  return left !== null && left.toLowerCase() === right.toLowerCase();
}

async function isInNamespace(tx: Tx, tenantId: string, agent: string): Promise<boolean> {
  const [account] = await tx.select({ login: tenant.login }).from(tenant).where(eq(tenant.id, tenantId));
  const owners = await tx
    .selectDistinct({ login: watchedRepository.owner })
    .from(watchedRepository)
    .where(eq(watchedRepository.tenantId, tenantId));
  return [account!, ...owners].some(({ login }) => agent.toLowerCase().startsWith(`${login.toLowerCase()}/`));
}

async function isARepositorysAgent(tx: Tx, tenantId: string, agent: string): Promise<boolean> {
  const newest = tx
    .selectDistinctOn([policyVersion.repositoryId], { sources: policyVersion.sources })
    .from(policyVersion)
    .where(eq(policyVersion.tenantId, tenantId))
    .orderBy(policyVersion.repositoryId, desc(policyVersion.seq))
    .as("newest");
  // Most policies name no agent: those are not read.
  const rows = await tx.select({ sources: newest.sources }).from(newest).where(sql`strpos(${newest.sources}::text, 'agent') > 0`);
  return rows.some(({ sources }) => {
    const reading = parsePolicySet((sources as readonly PolicySource[]).map((source) => ({ ...source, origin: "repo" })));
    return reading.status === "ok" && reading.set.config.governance.agent === agent;
  });
}
