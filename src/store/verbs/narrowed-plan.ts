import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import { droppedContracts } from "../../engine/plan.ts";
import type { PublishedApproval } from "../../gate/ports/plan.ts";
import type { Tx } from "../connect.ts";
import { compiledGovernanceArtifact, evaluation, governanceApproval } from "../schema.ts";
import { named } from "./identities.ts";

interface Publication {
  readonly workspaceId: string;
  readonly approvalId: string;
  readonly published: PublishedApproval | null;
  readonly inForce: readonly { readonly file: string }[];
  readonly next: readonly { readonly file: string }[];
}

/**
 * Contracts that runtimes have, and would have no more. One landing after another is a tree after a tree, and says itself what is there;
 * wherever a submission is one of the two, the last approval since that touched what is missing must have left it out.
 */
export async function narrowedBy(tx: Tx, { workspaceId, approvalId, published, inForce, next }: Publication): Promise<readonly string[]> {
  if (published === null) return [];
  const [candidate] = await tx
    .select({ version: governanceApproval.approvalVersion, mergeSha: governanceApproval.mergeSha })
    .from(governanceApproval)
    .where(eq(governanceApproval.id, approvalId));
  if (published.landed && candidate!.mergeSha !== null) return [];
  const { approvalVersion } = governanceApproval;
  const contracts = sql`${compiledGovernanceArtifact.runtimeProjection} -> 'contracts'`;
  // Total, whatever stands there.
  const list = sql`case when json_typeof(${contracts}) = 'array' then ${contracts} else '[]'::json end`;
  const since = await tx
    .select({
      files: sql<unknown>`${evaluation.facts} #> '{diff,files}'`,
      held: sql<readonly unknown[] | null>`(select json_agg(contract -> 'file') from json_array_elements(${list}) contract)`,
    })
    .from(governanceApproval)
    .innerJoin(evaluation, eq(evaluation.id, governanceApproval.evaluationId))
    .innerJoin(compiledGovernanceArtifact, eq(compiledGovernanceArtifact.approvalId, governanceApproval.id))
    .where(
      and(
        eq(governanceApproval.workspaceId, workspaceId),
        gt(approvalVersion, published.approvalVersion),
        lte(approvalVersion, candidate!.version),
      ),
    )
    .orderBy(asc(approvalVersion));
  const holds = new Map<string, boolean>();
  for (const { files, held } of since) {
    const kept = new Set(held ?? []);
    for (const path of pathsOf(await named(tx, files))) holds.set(path, kept.has(path));
  }
  const removed = [...holds].flatMap(([path, isHeld]) => (isHeld ? [] : [path]));
  const names = (of: Publication["next"]) => of.map(({ file }) => file);
  return droppedContracts(names(inForce), names(next), removed);
}

function pathsOf(files: unknown): readonly string[] {
  return Array.isArray(files) ? files.map((file) => String((file as { path?: unknown }).path)) : [];
}
