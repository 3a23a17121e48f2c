import { desc, eq } from "drizzle-orm";
import { type CompiledArtifact, compileArtifact } from "../../engine/artifact.ts";
import type { BaseStanding } from "../../engine/base-standing.ts";
import type { CompiledContract } from "../../engine/contract/finding.ts";
import { isPassing } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import type { StoredEvaluation } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { toEvaluation } from "../rows.ts";
import { evaluation } from "../schema.ts";
import { contractsOf } from "./add-snapshot.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { approvedContracts, refuseMovedBase, standingOfBase } from "./approved-base.ts";
import { contentsPinned } from "./contract-contents.ts";
import type { DraftRow, SnapshotRow, WorkspaceRow } from "./draft-lineage.ts";
import { named } from "./identities.ts";

/** The newest decision about the snapshot, which must let it pass and begin from what was approved, and the artifact that it and the stored contracts make. */
export async function compileDraft(
  tx: Tx,
  { workspace, draft, snapshot }: { readonly workspace: WorkspaceRow; readonly draft: DraftRow; readonly snapshot: SnapshotRow },
): Promise<{
  readonly compiled: CompiledArtifact;
  readonly evaluation: StoredEvaluation;
  readonly contracts: readonly CompiledContract[];
}> {
  const newest = await newestEvaluation(tx, draft.id);
  if (newest === null || newest.snapshotId !== snapshot.id)
    throw new ApprovalRefused("STALE_LINEAGE", "the newest decision is about another snapshot");
  const { decision, facts } = newest.evaluation;
  if (!isPassing(decision.state)) throw new ApprovalRefused("NOT_READY", `the newest decision is ${decision.state}`);
  const { contracts, base } = await wholeContracts(tx, { workspace, snapshot, facts });
  refuseMovedBase(base);
  const { agent, environment } = workspace;
  const compiled = compileArtifact({
    ...{ agent, environment, decision, contracts },
    policyDigest: decision.digests.policy,
    people: facts.people?.actors ?? [],
  });
  return { compiled, evaluation: newest.evaluation, contracts };
}

/**
 * What the workspace holds once this snapshot is approved: its own contracts, and of the approval before everything whose file the change
 * does not touch, as a merge holds the whole tree. A submission names only what it changes, and takes nothing else away. Beside it, whether
 * it begins from what was approved; the caller holds the workspace, so that no approval comes between.
 */
export async function wholeContracts(
  tx: Tx,
  { workspace, snapshot, facts }: { readonly workspace: WorkspaceRow; readonly snapshot: SnapshotRow; readonly facts: Facts },
): Promise<{ readonly contracts: readonly CompiledContract[]; readonly base: BaseStanding }> {
  const own = await contentsPinned<CompiledContract>(tx, snapshot.tenantId, contractsOf(snapshot));
  const approved = await approvedContracts(tx, workspace);
  const base = await standingOfBase(tx, { workspace, snapshot, facts, own }, approved);
  const touched = new Set([...facts.diff.files.map(({ path }) => path), ...own.map(({ file }) => file)]);
  return { contracts: [...(approved ?? []).filter(({ file }) => !touched.has(file)), ...own], base };
}

/** null = nothing was decided about it, or it is a pull request. */
export async function newestEvaluation(
  tx: Tx,
  draftId: string,
): Promise<{ readonly evaluation: StoredEvaluation; readonly snapshotId: string | null } | null> {
  const [row] = await tx.select().from(evaluation).where(eq(evaluation.draftId, draftId)).orderBy(desc(evaluation.version)).limit(1);
  return row === undefined ? null : { evaluation: await named(tx, toEvaluation(row)), snapshotId: row.draftSnapshotId };
}
