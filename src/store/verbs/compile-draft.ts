import { and, desc, eq, inArray } from "drizzle-orm";
import { type CompiledArtifact, compileArtifact, verifiedArtifact } from "../../engine/artifact.ts";
import { digest } from "../../engine/canonical.ts";
import type { CompiledContract } from "../../engine/contract/finding.ts";
import { isPassing } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import type { StoredEvaluation } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { toEvaluation } from "../rows.ts";
import { compiledGovernanceArtifact, contractContent, evaluation } from "../schema.ts";
import { type ContractPin, contractsOf } from "./add-snapshot.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import type { DraftRow, SnapshotRow, WorkspaceRow } from "./draft-lineage.ts";
import { named } from "./identities.ts";

const CONTRACTS_AT_ONCE = 500;

/** Stores what is not there yet; the pins that a snapshot remembers, by file. */
export async function keepContracts(tx: Tx, tenantId: string, contracts: readonly CompiledContract[]): Promise<readonly ContractPin[]> {
  // In one order for everybody: two drafts that hold the same contracts never wait for one another in a circle.
  const rows = contracts
    .map((content) => ({ tenantId, content, digest: digest("countersign/contract/v1", content) }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  for (let start = 0; start < rows.length; start += CONTRACTS_AT_ONCE)
    await tx
      .insert(contractContent)
      .values(rows.slice(start, start + CONTRACTS_AT_ONCE))
      .onConflictDoNothing();
  return rows
    .map((row) => ({ file: row.content.file, digest: row.digest }))
    .sort((a, b) => (`${a.file} ${a.digest}` < `${b.file} ${b.digest}` ? -1 : 1));
}

/** The contracts that a snapshot is made of; each is what its digest says, or the approval is refused. */
export async function contractsIn(tx: Tx, snapshot: SnapshotRow): Promise<readonly CompiledContract[]> {
  const pins = contractsOf(snapshot);
  const found = new Map<string, CompiledContract>();
  for (let start = 0; start < pins.length; start += CONTRACTS_AT_ONCE) {
    const digests = pins.slice(start, start + CONTRACTS_AT_ONCE).map((pin) => pin.digest);
    const rows = await tx
      .select()
      .from(contractContent)
      .where(and(eq(contractContent.tenantId, snapshot.tenantId), inArray(contractContent.digest, digests)));
    for (const row of rows) found.set(row.digest, row.content as CompiledContract);
  }
  return pins.map((pin) => {
    const content = found.get(pin.digest);
    if (content !== undefined && digest("countersign/contract/v1", content) === pin.digest) return content;
    throw new ApprovalRefused("NOT_READY", `the contract ${pin.file} of this snapshot is missing or not what it was`);
  });
}

/** The newest decision about the snapshot, which must let it pass, and the artifact that it and the stored contracts make. */
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
  const contracts = await wholeContracts(tx, { workspace, snapshot, facts });
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
 * does not touch, as a merge holds the whole tree. A submission names only what it changes, and takes nothing else away.
 */
export async function wholeContracts(
  tx: Tx,
  { workspace, snapshot, facts }: { readonly workspace: WorkspaceRow; readonly snapshot: SnapshotRow; readonly facts: Facts },
): Promise<readonly CompiledContract[]> {
  const own = await contractsIn(tx, snapshot);
  if (workspace.activeApprovalId === null) return own;
  const [row] = await tx
    .select()
    .from(compiledGovernanceArtifact)
    .where(eq(compiledGovernanceArtifact.approvalId, workspace.activeApprovalId));
  const session = row === undefined ? null : verifiedArtifact({ ...row, review: row.reviewProjection, runtime: row.runtimeProjection });
  if (session === null)
    throw new ApprovalRefused(
      "NOT_READY",
      "the artifact of the approval before is missing or does not verify, so nothing can go on from it",
    );
  const touched = new Set([...facts.diff.files.map(({ path }) => path), ...own.map(({ file }) => file)]);
  return [...session.runtime_projection.contracts.filter(({ file }) => !touched.has(file)), ...own];
}

/** null = nothing was decided about it, or it is a pull request. */
export async function newestEvaluation(
  tx: Tx,
  draftId: string,
): Promise<{ readonly evaluation: StoredEvaluation; readonly snapshotId: string | null } | null> {
  const [row] = await tx.select().from(evaluation).where(eq(evaluation.draftId, draftId)).orderBy(desc(evaluation.version)).limit(1);
  return row === undefined ? null : { evaluation: await named(tx, toEvaluation(row)), snapshotId: row.draftSnapshotId };
}
