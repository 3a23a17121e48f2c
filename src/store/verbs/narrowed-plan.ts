import { and, eq, gt, lte, sql } from "drizzle-orm";
import { droppedContracts } from "../../engine/plan.ts";
import type { PublishedApproval } from "../../gate/ports/plan.ts";
import type { Tx } from "../connect.ts";
import { evaluation, governanceApproval } from "../schema.ts";

interface Publication {
  readonly workspaceId: string;
  readonly approvalId: string;
  readonly published: PublishedApproval | null;
  readonly inForce: readonly { readonly file: string }[];
  readonly next: readonly { readonly file: string }[];
}

/**
 * Contracts that runtimes have, and would have no more. One landing after another is a tree after a tree, and says itself what is there;
 * wherever a submission is one of the two, what is missing must have been touched by an approval since.
 */
export async function narrowedBy(tx: Tx, { workspaceId, approvalId, published, inForce, next }: Publication): Promise<readonly string[]> {
  if (published === null) return [];
  const [candidate] = await tx
    .select({ version: governanceApproval.approvalVersion, mergeSha: governanceApproval.mergeSha })
    .from(governanceApproval)
    .where(eq(governanceApproval.id, approvalId));
  if (published.landed && candidate!.mergeSha !== null) return [];
  const { approvalVersion } = governanceApproval;
  const since = await tx
    .select({ files: sql<unknown>`${evaluation.facts} #> '{diff,files}'` })
    .from(governanceApproval)
    .innerJoin(evaluation, eq(evaluation.id, governanceApproval.evaluationId))
    .where(
      and(
        eq(governanceApproval.workspaceId, workspaceId),
        gt(approvalVersion, published.approvalVersion),
        lte(approvalVersion, candidate!.version),
      ),
    );
  const touched = since.flatMap(({ files }) =>
    Array.isArray(files) ? files.map((file) => String((file as { path?: unknown }).path)) : [],
  );
  const names = (contracts: Publication["next"]) => contracts.map(({ file }) => file);
  return droppedContracts(names(inForce), names(next), touched);
}
