import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { DraftSnapshot, SaveEvaluation } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import type { PullRow } from "../rows.ts";
import { businessDraft, businessDraftSnapshot } from "../schema.ts";
import { storable, storableOrNull } from "../text.ts";
import { appendCommand, type Command, NO_COMMANDS } from "./append-command.ts";
import { claimWorkspace } from "./claim-workspace.ts";
import { followDrafts } from "./plan-status.ts";

type DraftRow = typeof businessDraft.$inferSelect;
type SnapshotRow = typeof businessDraftSnapshot.$inferSelect;
type Input = Omit<SaveEvaluation, "draft"> & { readonly draft: DraftSnapshot; readonly evaluationId: string };

/** Brings the pull request's draft up to this evaluation; the id of its newest snapshot. */
export async function saveDraft(tx: Tx, held: PullRow, input: Input): Promise<string | null> {
  const { draft: wanted } = input;
  const workspace = await claimWorkspace(tx, held, wanted.agent, wanted.environment);
  const left = await abandonElsewhere(tx, held, workspace.id);
  const snapshotId = await saveSnapshot(tx, held, workspace.id, input);
  await followDrafts(tx, [workspace.id, ...left]);
  return snapshotId;
}

async function saveSnapshot(tx: Tx, held: PullRow, workspaceId: string, input: Input): Promise<string | null> {
  const draft = await openDraft(tx, held, workspaceId, input.author);
  // A landing that is recorded stays as it was approved.
  if (draft.status === "approved") return draft.activeSnapshotId;
  const current = await snapshotOf(tx, draft);
  if (current !== null && current.status !== "superseded" && sameContent(current, input)) return current.id;
  return addSnapshot(tx, draft, current, input);
}

/** A pull request that moved to another environment leaves its draft behind. Gives the workspaces that it left. */
async function abandonElsewhere(tx: Tx, held: PullRow, workspaceId: string): Promise<readonly string[]> {
  const left = await tx
    .select()
    .from(businessDraft)
    .where(
      and(
        eq(businessDraft.repositoryId, held.repositoryId),
        eq(businessDraft.pullRequest, held.number),
        eq(businessDraft.status, "open"),
        ne(businessDraft.workspaceId, workspaceId),
      ),
    )
    .for("no key update");
  for (const draft of left) {
    const commandHistoryHash = await appendCommand(tx, draft, command(draft, "abandon", { movedTo: workspaceId }));
    await supersede(tx, draft.activeSnapshotId);
    await tx
      .update(businessDraft)
      .set({ status: "abandoned", commandHistoryHash, updatedAt: sql`clock_timestamp()` })
      .where(eq(businessDraft.id, draft.id));
  }
  return left.map((draft) => draft.workspaceId);
}

async function openDraft(tx: Tx, held: PullRow, workspaceId: string, author: string | null): Promise<DraftRow> {
  const { tenantId, repositoryId } = held;
  await tx
    .insert(businessDraft)
    .values({
      id: newId(),
      tenantId,
      workspaceId,
      repositoryId,
      pullRequest: held.number,
      author: storableOrNull(author),
      commandHistoryHash: NO_COMMANDS,
    })
    .onConflictDoNothing();
  const [draft] = await tx
    .select()
    .from(businessDraft)
    .where(
      and(
        eq(businessDraft.workspaceId, workspaceId),
        eq(businessDraft.repositoryId, repositoryId),
        eq(businessDraft.pullRequest, held.number),
      ),
    )
    .for("no key update");
  return draft!;
}

async function snapshotOf(tx: Tx, draft: DraftRow): Promise<SnapshotRow | null> {
  if (draft.activeSnapshotId === null) return null;
  const [row] = await tx.select().from(businessDraftSnapshot).where(eq(businessDraftSnapshot.id, draft.activeSnapshotId));
  return row ?? null;
}

/** Head, base, policy and files are in the source hash; what blocks is beside it. */
function sameContent(current: SnapshotRow, input: Input): boolean {
  const { draft } = input;
  return (
    current.sourceSnapshotHash === draft.sourceSnapshotHash &&
    current.headSha === input.headSha &&
    current.baseRef === storable(input.baseRef) &&
    current.readyForApproval === draft.readyForApproval &&
    JSON.stringify(current.blockerIds) === JSON.stringify(draft.blockerIds) &&
    JSON.stringify(current.advisoryIds) === JSON.stringify(draft.advisoryIds)
  );
}

async function addSnapshot(tx: Tx, draft: DraftRow, current: SnapshotRow | null, input: Input): Promise<string> {
  const { draft: wanted } = input;
  const id = newId();
  const version = draft.currentVersion + 1;
  const ready = wanted.readyForApproval && wanted.blockerIds.length === 0;
  const commandHistoryHash = await appendCommand(
    tx,
    draft,
    command(draft, "snapshot", {
      sourceSnapshotHash: wanted.sourceSnapshotHash,
      headSha: input.headSha,
      baseRef: input.baseRef.toWellFormed(),
      readyForApproval: ready,
      blockerIds: wanted.blockerIds,
      advisoryIds: wanted.advisoryIds,
      factsHash: input.decision.digests.facts,
    }),
  );
  if (current !== null) await supersede(tx, current.id);
  await tx.insert(businessDraftSnapshot).values({
    id,
    tenantId: draft.tenantId,
    draftId: draft.id,
    version,
    status: ready ? "ready_for_approval" : "collecting",
    readyForApproval: ready,
    blockerIds: wanted.blockerIds,
    advisoryIds: wanted.advisoryIds,
    memory: wanted.memory,
    sourceSnapshotHash: wanted.sourceSnapshotHash,
    commandHistoryHash,
    evaluationId: input.evaluationId,
    headSha: input.headSha,
    baseRef: storable(input.baseRef),
    generationProfile: "pull_request",
  });
  await tx
    .update(businessDraft)
    .set({ status: "open", activeSnapshotId: id, currentVersion: version, commandHistoryHash, updatedAt: sql`clock_timestamp()` })
    .where(eq(businessDraft.id, draft.id));
  return id;
}

async function supersede(tx: Tx, snapshotId: string | null): Promise<void> {
  if (snapshotId === null) return;
  await tx
    .update(businessDraftSnapshot)
    .set({ status: "superseded" })
    .where(and(eq(businessDraftSnapshot.id, snapshotId), inArray(businessDraftSnapshot.status, ["collecting", "ready_for_approval"])));
}

function command(draft: DraftRow, commandType: Command["commandType"], payload: Command["payload"]): Command {
  return {
    commandType,
    expectedDraftVersion: draft.currentVersion,
    payload,
    origin: "github",
    actorId: null,
    idempotencyKey: newId(),
  };
}
