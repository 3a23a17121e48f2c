import { and, asc, eq, sql } from "drizzle-orm";
import type { CheckAction, ForeignCheck, ReviewRequest, ReviewTarget } from "../../gate/ports/conversation.ts";
import type { Tx } from "../connect.ts";
import { checkAction, commandAnswer, foreignCheck, pullComment, reviewRequest, subject } from "../schema.ts";
import { storable, storableOrNull } from "../text.ts";
import { appendAudit } from "./append-audit.ts";

export async function reviewRequests(tx: Tx, key: string): Promise<readonly ReviewRequest[]> {
  const rows = await tx.select().from(reviewRequest).where(eq(reviewRequest.subjectKey, key)).orderBy(asc(reviewRequest.target));
  return rows.map(({ target, status, reason, at }) => ({
    target,
    status: status as ReviewRequest["status"],
    reason,
    at: at.toISOString(),
  }));
}

export async function setReviewRequest(
  tx: Tx,
  key: string,
  target: ReviewTarget,
  status: ReviewRequest["status"],
  reason: string | null,
): Promise<void> {
  const values = { status, reason: storableOrNull(reason), at: sql`clock_timestamp()` };
  await tx
    .insert(reviewRequest)
    .values({ subjectKey: key, target: storable(target), ...values })
    .onConflictDoUpdate({ target: [reviewRequest.subjectKey, reviewRequest.target], set: values });
}

export async function recordActions(tx: Tx, guid: string, actions: readonly CheckAction[]): Promise<void> {
  for (const { actorLogin, identifier, ...action } of actions) {
    await tx
      .insert(checkAction)
      .values({ deliveryGuid: storable(guid), ...action, identifier: storable(identifier), actorLogin: storable(actorLogin) })
      .onConflictDoNothing();
  }
}

export async function checkActions(tx: Tx, repositoryId: number, headSha: string) {
  const rows = await tx
    .select()
    .from(checkAction)
    .where(and(eq(checkAction.repositoryId, repositoryId), eq(checkAction.headSha, headSha)))
    .orderBy(asc(checkAction.at), asc(checkAction.deliveryGuid));
  return rows.map(({ deliveryGuid: _guid, at, ...action }) => ({ ...action, at: at.toISOString() }));
}

export async function claimCommand(tx: Tx, key: string, commentId: number): Promise<"new" | "claimed" | "answered"> {
  const claimed = await tx
    .insert(commandAnswer)
    .values({ subjectKey: key, commentId, status: "claimed" })
    .onConflictDoNothing()
    .returning({ commentId: commandAnswer.commentId });
  if (claimed.length > 0) return "new";
  const [row] = await tx
    .select({ status: commandAnswer.status })
    .from(commandAnswer)
    .where(and(eq(commandAnswer.subjectKey, key), eq(commandAnswer.commentId, commentId)));
  return row?.status === "claimed" ? "claimed" : "answered";
}

export async function endCommand(tx: Tx, key: string, commentId: number): Promise<void> {
  await tx
    .update(commandAnswer)
    .set({ status: "answered" })
    .where(and(eq(commandAnswer.subjectKey, key), eq(commandAnswer.commentId, commentId)));
}

export async function readPullComment(tx: Tx, key: string): Promise<{ commentId: number; digest: string } | null> {
  const [row] = await tx.select().from(pullComment).where(eq(pullComment.subjectKey, key));
  return row === undefined ? null : { commentId: row.commentId, digest: row.digest };
}

export async function setPullComment(tx: Tx, key: string, commentId: number, digest: string): Promise<void> {
  const values = { commentId, digest };
  await tx
    .insert(pullComment)
    .values({ subjectKey: key, ...values })
    .onConflictDoUpdate({ target: pullComment.subjectKey, set: values });
}

export async function recordForeignCheck(tx: Tx, key: string, headSha: string, check: ForeignCheck): Promise<boolean> {
  const [owner] = await tx
    .select({ tenantId: subject.tenantId, repositoryId: subject.repositoryId })
    .from(subject)
    .where(eq(subject.key, key));
  if (owner === undefined) return false;
  const row = { headSha, name: storable(check.name), kind: check.kind, source: storable(check.source) };
  const inserted = await tx
    .insert(foreignCheck)
    .values({ repositoryId: owner.repositoryId, ...row })
    .onConflictDoNothing()
    .returning({ name: foreignCheck.name });
  if (inserted.length === 0) return false;
  await appendAudit(tx, owner.tenantId, {
    type: "check.foreign",
    severity: "warning",
    actor: null,
    subject: `check ${row.name} on ${headSha}`,
    payload: { repositoryId: owner.repositoryId, ...row, conclusion: check.conclusion },
  });
  return true;
}

export async function foreignChecks(tx: Tx, repositoryId: number, headSha: string): Promise<readonly Omit<ForeignCheck, "conclusion">[]> {
  const rows = await tx
    .select({ name: foreignCheck.name, kind: foreignCheck.kind, source: foreignCheck.source })
    .from(foreignCheck)
    .where(and(eq(foreignCheck.repositoryId, repositoryId), eq(foreignCheck.headSha, headSha)))
    .orderBy(asc(foreignCheck.name), asc(foreignCheck.kind), asc(foreignCheck.source));
  return rows.map((row) => ({ ...row, kind: row.kind === "run" ? "run" : "status" }));
}
