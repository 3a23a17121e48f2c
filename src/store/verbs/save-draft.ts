import { and, eq, ne, sql } from "drizzle-orm";
import type { DraftSnapshot, SaveEvaluation } from "../../gate/ports/work.ts";
import { newId } from "../id.ts";
import type { PullRow } from "../rows.ts";
import { businessDraft, businessDraftSnapshot } from "../schema.ts";
import { storableOrNull } from "../text.ts";
import { type Tx, together } from "../tx.ts";
import { newSnapshot, sameContent, supersede } from "./add-snapshot.ts";
import { appendCommand, type Command, NO_COMMANDS } from "./append-command.ts";
import { claimWorkspace } from "./claim-workspace.ts";
import { followDrafts } from "./plan-status.ts";

type DraftRow = typeof businessDraft.$inferSelect;
type Input = Omit<SaveEvaluation, "draft"> & { readonly draft: DraftSnapshot; readonly evaluationId: string };

const PULL_REQUEST = { commandType: "snapshot", origin: "github", actorId: null, more: {}, generationProfile: "pull_request" } as const;

/** What an evaluation makes of its pull request's draft. */
export interface DraftSaving {
  /** The draft's newest snapshot, which may be one of those that are said. */
  readonly snapshotId: string | null;
  /** Not said yet, in this order: whoever holds the workspace locked says as much as possible at once. */
  readonly acts: readonly (() => PromiseLike<unknown>)[];
}

/** Locks the workspace and the pull request's draft, and gives what brings them up to this evaluation. */
export async function saveDraft(tx: Tx, held: PullRow, input: Input): Promise<DraftSaving> {
  const { draft: wanted } = input;
  const workspace = await claimWorkspace(tx, held, wanted.agent, wanted.environment);
  const [left, { draft, current }] = await together(
    () => abandonElsewhere(tx, held, workspace.id),
    () => openDraft(tx, held, workspace.id, input),
  );
  const follow = () => followDrafts(tx, [workspace.id, ...left]);
  // A landing that is recorded stays as it was approved.
  if (draft.status === "approved") return { snapshotId: draft.activeSnapshotId, acts: [follow] };
  const content = { ...input, factsHash: input.decision.digests.facts, pins: null };
  if (current !== null && current.status !== "superseded" && sameContent(current, content))
    return { snapshotId: current.id, acts: [follow] };
  const { id, insert, beside } = newSnapshot(tx, draft, current, content, { ...PULL_REQUEST, idempotencyKey: newId() });
  return { snapshotId: id, acts: [insert, ...beside, follow] };
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

async function openDraft(tx: Tx, held: PullRow, workspaceId: string, input: Input) {
  const { tenantId, repositoryId } = held;
  const { author } = input;
  const make = tx
    .insert(businessDraft)
    .values({
      id: newId(),
      tenantId,
      workspaceId,
      kind: "pull_request",
      repositoryId,
      pullRequest: held.number,
      title: storableOrNull(input.facts.subject?.title ?? null),
      author: storableOrNull(author),
      authorId: input.facts.people?.actors.find((actor) => actor.login === author)?.id ?? null,
      commandHistoryHash: NO_COMMANDS,
    })
    .onConflictDoNothing();
  const ours = and(
    eq(businessDraft.workspaceId, workspaceId),
    eq(businessDraft.repositoryId, repositoryId),
    eq(businessDraft.pullRequest, held.number),
  );
  const lock = tx.select().from(businessDraft).where(ours).for("no key update");
  // A statement of its own: it sees what was committed until the lock was got.
  const active = tx
    .select({ snapshot: businessDraftSnapshot })
    .from(businessDraftSnapshot)
    .innerJoin(businessDraft, eq(businessDraft.activeSnapshotId, businessDraftSnapshot.id))
    .where(ours);
  const [, [draft], [newest]] = await together(
    () => make,
    () => lock,
    () => active,
  );
  return { draft: draft!, current: newest?.snapshot ?? null };
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
