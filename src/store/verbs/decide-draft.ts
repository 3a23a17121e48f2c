import { and, count, eq, max, sql } from "drizzle-orm";
import type { DecidedDraft, NewSnapshot, NewVote, SavedDraft } from "../../gate/ports/studio.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { approvalVote, businessDraft, businessSource, evaluation, governanceWorkspace } from "../schema.ts";
import { toDraft, toSnapshot } from "../studio-rows.ts";
import { storable, storableOrNull } from "../text.ts";
import { addSnapshot, pinsOf, type SnapshotAct, type SnapshotPins, sameContent, snapshotOf } from "./add-snapshot.ts";
import { appendAudit } from "./append-audit.ts";
import { appendCommand } from "./append-command.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { type KeptContent, keepContents } from "./contract-contents.ts";
import { type DraftRow, lockDraft, lockWorkspace, type SnapshotRow, type WorkspaceRow } from "./draft-lineage.ts";
import { evidenceOf } from "./evidence-of.ts";
import { answerOnce } from "./idempotency.ts";
import { pseudonymous } from "./identities.ts";
import { followDrafts } from "./plan-status.ts";

interface Held {
  readonly workspace: WorkspaceRow;
  readonly draft: DraftRow;
  readonly snapshot: SnapshotRow | null;
}

/** An edit: a new version of the draft, unless everything in it is as it was. */
export async function saveDraftSnapshot(tx: Tx, input: NewSnapshot): Promise<SavedDraft> {
  const held = await holdDraft(tx, input);
  const { tenantId } = held.draft;
  const keep = (contents: readonly KeptContent[]) => keepContents(tx, tenantId, contents);
  const { contracts, parts, beside } = input.base;
  const base = { contracts: await keep(contracts), parts: await keep(parts), beside };
  const pins = { contracts: await keep(input.contracts), parts: await keep(input.parts), base };
  const evaluationId = newId();
  const before = held.snapshot;
  const act = { ...edit(held, input), idempotencyKey: evaluationId };
  const snapshot = await settle(tx, held, input, { evaluationId, pins, act });
  if (snapshot.id !== before?.id && input.sources.length > 0) await keepSources(tx, tenantId, snapshot, input.sources);
  await activateFirst(tx, held, snapshot);
  return saved(tx, held, snapshot, { evaluationId, state: input.decision.state });
}

/** Whoever is named as the cause stands there by reference. */
async function keepSources(tx: Tx, tenantId: string, { id: draftSnapshotId }: SnapshotRow, sources: NewSnapshot["sources"]): Promise<void> {
  const provenances = (await pseudonymous(
    tx,
    tenantId,
    sources.map(({ provenance }) => provenance),
  )) as NewSnapshot["sources"][number]["provenance"][];
  const rows = sources.map((source, index) => ({ ...source, title: storable(source.title), provenance: provenances[index]! }));
  await tx.insert(businessSource).values(rows.map((row) => ({ ...row, id: newId(), tenantId, draftSnapshotId })));
}

function edit({ draft }: Held, input: NewSnapshot): Omit<SnapshotAct, "idempotencyKey"> {
  return { commandType: "snapshot", origin: storable(input.origin), actorId: input.actorId, more: {}, generationProfile: draft.kind };
}

/** One vote and the decision that it makes; a new snapshot when that changes what blocks. */
export async function recordVote(tx: Tx, input: NewVote): Promise<SavedDraft> {
  const place = await placeOf(tx, input);
  await lockWorkspace(tx, input.tenantId, place.workspaceId);
  return answerOnce(tx, input, async () => {
    const held = await holdDraft(tx, input);
    const current = held.snapshot;
    if (current === null) throw new ApprovalRefused("INVALID_STATE", "there is nothing to vote on: the draft has no snapshot yet");
    const { vote } = input;
    const evaluationId = newId();
    const more = { vote: vote.kind, personId: vote.personId, seq: vote.seq };
    const command = { commandType: "vote", origin: input.channel, actorId: vote.actorId, idempotencyKey: `vote:${vote.seq}` } as const;
    const act = { ...command, more, generationProfile: held.draft.kind };
    const snapshot = await settle(tx, held, input, { evaluationId, pins: pinsOf(current), act });
    if (snapshot.id === current.id) {
      const commandHistoryHash = await appendCommand(tx, held.draft, {
        ...command,
        expectedDraftVersion: held.draft.currentVersion,
        payload: more,
      });
      await tx
        .update(businessDraft)
        .set({ commandHistoryHash, updatedAt: sql`clock_timestamp()` })
        .where(eq(businessDraft.id, held.draft.id));
    }
    const event = await appendAudit(tx, held.draft.tenantId, {
      type: `governance.vote_${vote.kind}`,
      severity: "info",
      actor: String(vote.actorId),
      subject: `draft ${held.draft.id}`,
      payload: {
        ...more,
        draftId: held.draft.id,
        draftSnapshotId: current.id,
        contentDigest: vote.contentDigest,
        evaluationId,
        state: input.decision.state,
      },
    });
    await tx.insert(approvalVote).values({
      id: newId(),
      tenantId: held.draft.tenantId,
      draftId: held.draft.id,
      draftSnapshotId: current.id,
      seq: vote.seq,
      kind: vote.kind,
      personId: vote.personId,
      actorId: vote.actorId,
      requirementIds: input.requirementIds,
      contentDigest: vote.contentDigest,
      headSha: vote.headSha,
      channel: input.channel,
      comment: storableOrNull(vote.comment),
      auditSeq: event.seq,
      receivedAt: new Date(vote.receivedAt),
    });
    return saved(tx, held, snapshot, { evaluationId, state: input.decision.state });
  });
}

async function placeOf(tx: Tx, { tenantId, draftId }: Pick<DecidedDraft, "tenantId" | "draftId">): Promise<DraftRow> {
  const [row] = await tx
    .select()
    .from(businessDraft)
    .where(and(eq(businessDraft.id, draftId), eq(businessDraft.tenantId, tenantId)));
  if (row === undefined) throw new ApprovalRefused("NOT_FOUND", "there is no such draft");
  return row;
}

/** Locked, open, and exactly where it was when the decision was made. */
async function holdDraft(tx: Tx, input: DecidedDraft): Promise<Held> {
  const place = await placeOf(tx, input);
  const workspace = await lockWorkspace(tx, input.tenantId, place.workspaceId);
  const draft = await lockDraft(tx, input.draftId);
  if (draft.kind === "pull_request")
    throw new ApprovalRefused("NOT_READY", `#${draft.pullRequest} is reviewed on GitHub`, { hint: "review the pull request" });
  if (draft.status !== "open") throw new ApprovalRefused("INVALID_STATE", `the draft is ${draft.status}`);
  const [votes] = await tx
    .select({ last: max(approvalVote.seq) })
    .from(approvalVote)
    .where(eq(approvalVote.draftId, draft.id));
  const { version, lastVote } = input.expected;
  if (draft.currentVersion !== version || (votes?.last ?? 0) !== lastVote)
    throw new ApprovalRefused("VERSION_CONFLICT", `the draft is at version ${draft.currentVersion}, vote ${votes?.last ?? 0}`);
  if (input.draft.environment !== workspace.environment)
    throw new ApprovalRefused(
      "INVALID_STATE",
      `the decision is about ${input.draft.environment}, the workspace about ${workspace.environment}`,
    );
  return { workspace, draft, snapshot: await snapshotOf(tx, draft) };
}

/** The evaluation, and the snapshot that it leaves or makes. */
async function settle(
  tx: Tx,
  { draft, snapshot: current }: Held,
  input: DecidedDraft,
  { evaluationId, pins, act }: { readonly evaluationId: string; readonly pins: SnapshotPins; readonly act: SnapshotAct },
): Promise<SnapshotRow> {
  const { facts, decision } = input;
  const { headSha, baseRef, baseSha } = facts.subject;
  const content = { draft: input.draft, headSha, baseRef, factsHash: decision.digests.facts, evaluationId, pins };
  const isSame = current !== null && current.status !== "superseded" && sameContent(current, content);
  const snapshot = isSame ? current : await addSnapshot(tx, draft, current, content, act);
  const [evaluations] = await tx.select({ n: count() }).from(evaluation).where(eq(evaluation.draftId, draft.id));
  const evidence = await evidenceOf(tx, draft.tenantId, { facts, decision });
  await tx.insert(evaluation).values({
    id: evaluationId,
    tenantId: draft.tenantId,
    draftId: draft.id,
    version: (evaluations?.n ?? 0) + 1,
    headSha,
    baseRef: storable(baseRef),
    baseSha,
    ...evidence,
    draftSnapshotId: snapshot.id,
  });
  await followDrafts(tx, [draft.workspaceId]);
  return snapshot;
}

/** A workspace whose active draft is over, or that never had one, takes the next draft that has a snapshot. */
async function activateFirst(tx: Tx, { workspace, draft }: Held, snapshot: SnapshotRow): Promise<void> {
  if (workspace.activeDraftId === draft.id) return;
  if (workspace.activeDraftId !== null) {
    const [active] = await tx
      .select({ status: businessDraft.status })
      .from(businessDraft)
      .where(eq(businessDraft.id, workspace.activeDraftId));
    if (active?.status === "open") return;
  }
  await tx
    .update(governanceWorkspace)
    .set({ activeDraftId: draft.id, activeDraftSnapshotId: snapshot.id, updatedAt: sql`clock_timestamp()` })
    .where(eq(governanceWorkspace.id, workspace.id));
}

async function saved(
  tx: Tx,
  { draft }: Held,
  snapshot: SnapshotRow,
  decided: Pick<SavedDraft, "evaluationId" | "state">,
): Promise<SavedDraft> {
  const [row] = await tx.select().from(businessDraft).where(eq(businessDraft.id, draft.id));
  return { draft: toDraft(row!), snapshot: toSnapshot(snapshot), ...decided };
}
