import { and, asc, eq, inArray, isNotNull, ne, sql } from "drizzle-orm";
import type { Decision, State } from "../../engine/decision.ts";
import { askedSince, type Look, requirementsIn } from "../../engine/sla.ts";
import type { WaitingChange, WaitingChanges } from "../../gate/ports/waiting.ts";
import type { Tx } from "../connect.ts";
import { businessDraft, businessDraftSnapshot, evaluation, governanceWorkspace, subject } from "../schema.ts";
import { readClock } from "./append-audit.ts";
import { named } from "./identities.ts";

/** What somebody still has to do something about. */
const UNDECIDED = ["pending_approval", "rejected", "blocked", "invalid", "error"] as const satisfies readonly State[];

/** Open pull requests and submissions whose newest decision does not pass, the longest waiting first. */
export async function waitingChanges(tx: Tx, tenantId: string, limit: number): Promise<WaitingChanges> {
  const found = [...(await pullRequests(tx, tenantId, limit + 1)), ...(await submissions(tx, tenantId, limit + 1))]
    .toSorted((a, b) => a.decidedAt.getTime() - b.decidedAt.getTime())
    .slice(0, limit + 1);
  const rows = found.slice(0, limit);
  const looks = await looksOf(
    tx,
    rows.flatMap(({ draftId }) => draftId ?? []),
  );
  const changes = rows.map(({ draftId, decidedAt, decision, ...row }): WaitingChange => {
    const since = draftId === null ? {} : askedSince(looks.get(draftId) ?? []);
    return { ...row, decision: decision as Decision, decidedAt: decidedAt.toISOString(), since };
  });
  return { now: await readClock(tx), changes: await named(tx, changes), more: found.length > limit };
}

/** Requirement id -> since when, of one pull request. `tenantId` null = whoever it belongs to. */
export async function askedSinceOf(
  tx: Tx,
  repositoryId: number,
  number: number,
  tenantId: string | null = null,
): Promise<Readonly<Record<string, string>>> {
  const mine = tenantId === null ? undefined : eq(businessDraft.tenantId, tenantId);
  const pull = and(eq(businessDraft.repositoryId, repositoryId), eq(businessDraft.pullRequest, number));
  const [draft] = await tx
    .select({ id: businessDraft.id })
    .from(businessDraft)
    .where(and(mine, pull, eq(businessDraft.status, "open")));
  return draft === undefined ? {} : askedSince((await looksOf(tx, [draft.id])).get(draft.id) ?? []);
}

/** By draft, oldest first: each snapshot keeps what blocked it. */
export async function looksOf(tx: Tx, draftIds: readonly string[]): Promise<ReadonlyMap<string, readonly Look[]>> {
  if (draftIds.length === 0) return new Map();
  const { draftId, createdAt, blockerIds, version } = businessDraftSnapshot;
  const rows = await tx
    .select({ draftId, createdAt, blockerIds })
    .from(businessDraftSnapshot)
    .where(inArray(draftId, [...draftIds]))
    .orderBy(asc(draftId), asc(version));
  const looks = rows.map((row) => ({
    draftId: row.draftId,
    look: { at: row.createdAt.toISOString(), open: requirementsIn(row.blockerIds as readonly string[]) },
  }));
  return new Map([...Map.groupBy(looks, (each) => each.draftId)].map(([id, all]) => [id, all.map(({ look }) => look)]));
}

function pullRequests(tx: Tx, tenantId: string, limit: number) {
  const newest = sql`${evaluation.version} = (select max(x.version) from ${evaluation} x where x.subject_key = ${subject.key})`;
  return tx
    .select({
      kind: sql<"pull_request">`'pull_request'`,
      name: sql<string>`${subject.owner} || '/' || ${subject.name}`,
      pullRequest: subject.number,
      workspaceId: businessDraft.workspaceId,
      draftId: businessDraft.id,
      title: businessDraft.title,
      author: businessDraft.author,
      decision: evaluation.decision,
      decidedAt: evaluation.createdAt,
    })
    .from(subject)
    .innerJoin(evaluation, and(eq(evaluation.subjectKey, subject.key), newest))
    .leftJoin(
      businessDraft,
      and(
        eq(businessDraft.tenantId, subject.tenantId),
        eq(businessDraft.repositoryId, subject.repositoryId),
        eq(businessDraft.pullRequest, subject.number),
        eq(businessDraft.status, "open"),
      ),
    )
    .where(and(eq(subject.tenantId, tenantId), subject.open, isNotNull(subject.number), inArray(evaluation.state, [...UNDECIDED])))
    .orderBy(asc(evaluation.createdAt), asc(subject.key))
    .limit(limit);
}

function submissions(tx: Tx, tenantId: string, limit: number) {
  const newest = sql`${evaluation.version} = (select max(x.version) from ${evaluation} x where x.draft_id = ${businessDraft.id})`;
  return tx
    .select({
      kind: sql<"submission" | "studio">`${businessDraft.kind}`,
      name: governanceWorkspace.agent,
      pullRequest: businessDraft.pullRequest,
      workspaceId: businessDraft.workspaceId,
      draftId: businessDraft.id,
      title: businessDraft.title,
      author: businessDraft.author,
      decision: evaluation.decision,
      decidedAt: evaluation.createdAt,
    })
    .from(businessDraft)
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, businessDraft.workspaceId))
    .innerJoin(evaluation, and(eq(evaluation.draftId, businessDraft.id), newest))
    .where(
      and(
        eq(businessDraft.tenantId, tenantId),
        ne(businessDraft.kind, "pull_request"),
        eq(businessDraft.status, "open"),
        inArray(evaluation.state, [...UNDECIDED]),
      ),
    )
    .orderBy(asc(evaluation.createdAt), asc(businessDraft.id))
    .limit(limit);
}
