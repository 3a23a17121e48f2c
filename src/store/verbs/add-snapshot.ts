import { and, eq, inArray, sql } from "drizzle-orm";
import { COMPILER_VERSION } from "../../engine/artifact.ts";
import { canonicalJson } from "../../engine/canonical.ts";
import type { StoodBefore } from "../../gate/ports/studio.ts";
import type { DraftSnapshot } from "../../gate/ports/work.ts";
import { newId } from "../id.ts";
import { businessDraft, businessDraftSnapshot, governanceWorkspace } from "../schema.ts";
import { storable } from "../text.ts";
import { type Tx, together } from "../tx.ts";
import { appendCommand, type Command, chainCommand } from "./append-command.ts";

type DraftRow = typeof businessDraft.$inferSelect;
type SnapshotRow = typeof businessDraftSnapshot.$inferSelect;

/** A compiled contract that the snapshot is made of, by the digest of its content. */
export interface ContractPin {
  readonly file: string;
  readonly digest: string;
}

/** What a draft without a landed tree is made of, and what it says stood before. */
export interface SnapshotPins {
  readonly contracts: readonly ContractPin[];
  /** What else the contracts say; null as the base. */
  readonly parts: readonly ContractPin[] | null;
  /** null = it was taken by a version that did not keep it. */
  readonly base: BasePins | null;
}

export interface BasePins {
  readonly contracts: readonly ContractPin[];
  readonly parts: readonly ContractPin[];
  readonly beside: StoodBefore["beside"];
}

export interface SnapshotContent {
  readonly draft: DraftSnapshot;
  readonly headSha: string;
  readonly baseRef: string;
  readonly factsHash: string;
  readonly evaluationId: string;
  /** null = compiled from the tree that lands. */
  readonly pins: SnapshotPins | null;
}

/** The act that brings the snapshot. */
export interface SnapshotAct {
  readonly commandType: Command["commandType"];
  readonly origin: string;
  readonly actorId: number | null;
  readonly more: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string;
  readonly generationProfile: string;
}

export async function snapshotOf(tx: Tx, draft: DraftRow): Promise<SnapshotRow | null> {
  if (draft.activeSnapshotId === null) return null;
  const [row] = await tx.select().from(businessDraftSnapshot).where(eq(businessDraftSnapshot.id, draft.activeSnapshotId));
  return row ?? null;
}

export function isReady(row: SnapshotRow): boolean {
  return (row.approvalState as { ready_for_approval?: unknown }).ready_for_approval === true;
}

export function contractsOf(row: SnapshotRow): readonly ContractPin[] {
  return (row.memory as { contracts?: readonly ContractPin[] }).contracts ?? [];
}

export function baseOf(row: SnapshotRow): BasePins | null {
  return (row.memory as { base?: BasePins }).base ?? null;
}

export function partsOf(row: Pick<SnapshotRow, "memory">): readonly ContractPin[] | null {
  return (row.memory as { parts?: readonly ContractPin[] }).parts ?? null;
}

export function pinsOf(row: SnapshotRow): SnapshotPins {
  return { contracts: contractsOf(row), parts: partsOf(row), base: baseOf(row) };
}

/** Head, base, policy and files are in the source hash; what blocks is beside it. */
export function sameContent(current: SnapshotRow, { draft, headSha, baseRef, pins }: SnapshotContent): boolean {
  return (
    current.sourceSnapshotHash === draft.sourceSnapshotHash &&
    current.headSha === headSha &&
    current.baseRef === storable(baseRef) &&
    isReady(current) === draft.readyForApproval &&
    JSON.stringify(current.blockerIds) === JSON.stringify(draft.blockerIds) &&
    JSON.stringify(current.advisoryIds) === JSON.stringify(draft.advisoryIds) &&
    JSON.stringify(contractsOf(current)) === JSON.stringify(pins?.contracts ?? []) &&
    canonicalJson(baseOf(current)) === canonicalJson(pins?.base ?? null)
  );
}

/** As `newSnapshot`, said at once. */
export async function addSnapshot(tx: Tx, ...of: [DraftRow, SnapshotRow | null, SnapshotContent, SnapshotAct]): Promise<SnapshotRow> {
  const { insert, beside } = newSnapshot(tx, ...of);
  const [[row]] = await together(insert, ...beside);
  return row!;
}

/**
 * What makes a new snapshot of a draft whose row, and whose workspace's row, the caller holds locked; the one before is superseded.
 * Where the draft is the workspace's active one, the workspace's pointer goes along: whoever read the older one is refused.
 * Nothing is said before the caller says it: all of it in one transaction, in this order.
 */
export function newSnapshot(tx: Tx, draft: DraftRow, current: SnapshotRow | null, content: SnapshotContent, act: SnapshotAct) {
  const { draft: wanted, pins } = content;
  const kept = Object.fromEntries(Object.entries(pins ?? {}).filter(([, each]) => each !== null));
  const version = draft.currentVersion + 1;
  const ready = wanted.readyForApproval && wanted.blockerIds.length === 0;
  const command: Command = {
    commandType: act.commandType,
    expectedDraftVersion: draft.currentVersion,
    payload: {
      sourceSnapshotHash: wanted.sourceSnapshotHash,
      headSha: content.headSha,
      baseRef: content.baseRef.toWellFormed(),
      readyForApproval: ready,
      blockerIds: wanted.blockerIds,
      advisoryIds: wanted.advisoryIds,
      factsHash: content.factsHash,
      ...kept,
      ...act.more,
    },
    origin: act.origin,
    actorId: act.actorId,
    idempotencyKey: act.idempotencyKey,
  };
  const commandHistoryHash = chainCommand(draft.commandHistoryHash, command);
  const id = newId();
  const updatedAt = sql`clock_timestamp()`;
  const insert = () =>
    tx
      .insert(businessDraftSnapshot)
      .values({
        id,
        tenantId: draft.tenantId,
        draftId: draft.id,
        version,
        status: ready ? "ready_for_approval" : "collecting",
        approvalState: { ready_for_approval: ready },
        blockerIds: wanted.blockerIds,
        advisoryIds: wanted.advisoryIds,
        memory: { ...wanted.memory, ...kept },
        sourceSnapshotHash: wanted.sourceSnapshotHash,
        commandHistoryHash,
        evaluationId: content.evaluationId,
        headSha: content.headSha,
        baseRef: storable(content.baseRef),
        generationProfile: act.generationProfile,
        compilerVersion: COMPILER_VERSION,
      })
      .returning();
  const beside = [
    () => appendCommand(tx, draft, command),
    () => supersede(tx, current?.id ?? null),
    () =>
      tx
        .update(businessDraft)
        .set({ status: "open", activeSnapshotId: id, currentVersion: version, commandHistoryHash, updatedAt })
        .where(eq(businessDraft.id, draft.id)),
    () =>
      tx
        .update(governanceWorkspace)
        .set({ activeDraftSnapshotId: id, updatedAt })
        .where(and(eq(governanceWorkspace.id, draft.workspaceId), eq(governanceWorkspace.activeDraftId, draft.id))),
  ];
  return { id, insert, beside };
}

export async function supersede(tx: Tx, snapshotId: string | null): Promise<void> {
  if (snapshotId === null) return;
  await tx
    .update(businessDraftSnapshot)
    .set({ status: "superseded" })
    .where(and(eq(businessDraftSnapshot.id, snapshotId), inArray(businessDraftSnapshot.status, ["collecting", "ready_for_approval"])));
}
