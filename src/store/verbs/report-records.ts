import { and, asc, desc, eq, gte, inArray, lte } from "drizzle-orm";
import type { ComplianceRecords } from "../../engine/compliance.ts";
import type { Decision } from "../../engine/decision.ts";
import type { Tx } from "../connect.ts";
import {
  auditCheckpoint,
  auditCheckpointDelivery,
  bypassIncident,
  compiledGovernanceArtifact,
  contentMismatch,
  evaluation,
  governanceApproval,
  governanceWorkspace,
  policyIncident,
  policyVersion,
  pushedPolicy,
  watchedRepository,
} from "../schema.ts";
import { named } from "./identities.ts";
import { type EventRange, type peopleOf, type ToldEvent, textIn } from "./report-context.ts";

/** What the rows of a report are told with. */
export interface Telling {
  readonly range: EventRange;
  readonly events: ReadonlyMap<number, ToldEvent>;
  readonly people: Awaited<ReturnType<typeof peopleOf>>;
  readonly names: ReadonlyMap<number, string>;
  /** One more than a report holds of one kind. */
  readonly limit: number;
}

type Table = typeof governanceApproval | typeof bypassIncident | typeof contentMismatch | typeof policyIncident | typeof policyVersion;

function inRange(table: Table | typeof pushedPolicy, { tenantId, first, last }: EventRange) {
  return and(eq(table.tenantId, tenantId), gte(table.auditSeq, first), lte(table.auditSeq, last));
}

export async function approvals(tx: Tx, { range, events, people, names, limit }: Telling): Promise<ComplianceRecords["approvals"]> {
  const rows = await tx
    .select({ approval: governanceApproval, workspace: governanceWorkspace, artifact: compiledGovernanceArtifact.compiledHash })
    .from(governanceApproval)
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, governanceApproval.workspaceId))
    .innerJoin(compiledGovernanceArtifact, eq(compiledGovernanceArtifact.approvalId, governanceApproval.id))
    .where(inRange(governanceApproval, range))
    .orderBy(asc(governanceApproval.auditSeq))
    .limit(limit);
  const asked = await askedIn(
    tx,
    rows.map(({ approval }) => approval.evaluationId),
  );
  const told = rows.map(({ approval: row, workspace, artifact }) => ({
    ...{ id: row.id, event: row.auditSeq, at: events.get(row.auditSeq)?.at ?? row.approvedAt.toISOString() },
    kind: row.kind as "regular" | "forced",
    ...{ agent: workspace.agent, environment: workspace.environment },
    repository: row.repositoryId === null ? null : (names.get(row.repositoryId) ?? `repository ${row.repositoryId}`),
    ...{ pullRequest: row.pullRequest, commit: row.mergeSha },
    channel: row.channel as "studio_ui" | "api" | "github",
    approvedBy: row.approvedBy as { id: number; login: string }[],
    actor: people.person(row.actorId),
    ...{ rationale: row.rationale, overrideId: row.overrideId },
    ...(asked.get(row.evaluationId) ?? { policies: [], teams: [] }),
    blockers: (row.blockerIds as readonly string[]).length,
    artifact,
  }));
  return named(tx, told);
}

const BATCH = 100;

/** Policies that matched, and teams that were asked, by evaluation. Whole decisions are large: few at a time. */
async function askedIn(tx: Tx, ids: readonly string[]) {
  const found = new Map<string, { policies: string[]; teams: string[] }>();
  for (let start = 0; start < ids.length; start += BATCH) {
    const rows = await tx
      .select({ id: evaluation.id, decision: evaluation.decision })
      .from(evaluation)
      .where(inArray(evaluation.id, ids.slice(start, start + BATCH)));
    for (const { id, decision } of rows) {
      const { policies = [], requirements = [] } = decision as Partial<Decision>;
      found.set(id, {
        policies: policies.filter(({ matched, mode }) => matched && mode === "enforce").map(({ name }) => name),
        teams: [...new Set(requirements.flatMap(({ team }) => team ?? []))].sort(),
      });
    }
  }
  return found;
}

export async function incidents(tx: Tx, { range, events, people, names, limit }: Telling): Promise<ComplianceRecords["incidents"]> {
  const tell = (
    kind: ComplianceRecords["incidents"][number]["kind"],
    row: { id: string; auditSeq: number; createdAt: Date; repositoryId: number; because: string },
    more: { pullRequest: number | null; branch: string | null; commit: string; actorId: number | null },
  ) => ({
    ...{ id: row.id, event: row.auditSeq, at: events.get(row.auditSeq)?.at ?? row.createdAt.toISOString(), kind },
    repository: names.get(row.repositoryId) ?? `repository ${row.repositoryId}`,
    ...{ pullRequest: more.pullRequest, branch: more.branch, commit: more.commit, actor: people.somebody(more.actorId) },
    // As the trail tells it: there, names can be erased.
    because: textIn(events.get(row.auditSeq), "because") ?? "the trail does not tell",
  });
  const bypasses = await tx.select().from(bypassIncident).where(inRange(bypassIncident, range)).limit(limit);
  const mismatches = await tx.select().from(contentMismatch).where(inRange(contentMismatch, range)).limit(limit);
  const policies = await tx.select().from(policyIncident).where(inRange(policyIncident, range)).limit(limit);
  return [
    ...bypasses.map((row) => tell(row.pullRequest === null ? "push" : "bypass", row, { ...row, commit: row.mergeSha })),
    ...mismatches.map((row) => tell("content_mismatch", row, { ...row, branch: null, commit: row.mergeSha })),
    ...policies.map((row) => tell("policy", row, { pullRequest: null, branch: null, commit: row.commitSha, actorId: null })),
  ].toSorted((a, b) => a.event - b.event);
}

export async function policyChanges(tx: Tx, { range, events, people, names, limit }: Telling): Promise<ComplianceRecords["policyChanges"]> {
  const versions = await tx.select().from(policyVersion).where(inRange(policyVersion, range)).limit(limit);
  const pushed = await tx.select().from(pushedPolicy).where(inRange(pushedPolicy, range)).limit(limit);
  const at = (row: { auditSeq: number; createdAt: Date }) => events.get(row.auditSeq)?.at ?? row.createdAt.toISOString();
  return [
    ...versions.map((row) => ({
      ...{ event: row.auditSeq, at: at(row), repository: names.get(row.repositoryId) ?? `repository ${row.repositoryId}` },
      ...{ version: row.seq, how: row.how, commit: row.commitSha, digest: row.digest, by: people.somebody(row.actorId) },
    })),
    ...pushed.map((row) => ({
      ...{ event: row.auditSeq, at: at(row), repository: null, version: row.seq, how: "pushed", commit: null },
      ...{ digest: row.digest, by: people.somebody(row.actorId) },
    })),
  ].toSorted((a, b) => a.event - b.event);
}

/** Every repository that the app was ever seen on, as it stands now. */
export async function coverage(tx: Tx, tenantId: string): Promise<ComplianceRecords["coverage"]> {
  const rows = await tx
    .select()
    .from(watchedRepository)
    .where(eq(watchedRepository.tenantId, tenantId))
    .orderBy(watchedRepository.owner, watchedRepository.name);
  return rows.map((row) => ({
    repository: `${row.owner}/${row.name}`,
    standing:
      row.unguarded !== null
        ? "unguarded"
        : ((row.status as "enforced" | "not_enforced" | "unknown" | null) ?? (row.checkedAt === null ? "not_looked_at" : "not_enrolled")),
    ...{ because: row.unguarded, checkedAt: row.checkedAt?.toISOString() ?? null },
  }));
}

/** Checkpoints that were signed in the period, and the last one before its end. */
export async function checkpoints(tx: Tx, tenantId: string, from: string, to: string): Promise<ComplianceRecords["checkpoints"]> {
  const { at, size } = auditCheckpoint;
  const rows = await tx
    .select({ size, at, keyId: auditCheckpoint.keyId })
    .from(auditCheckpoint)
    .where(and(eq(auditCheckpoint.tenantId, tenantId), lte(at, new Date(to))))
    .orderBy(desc(size))
    .limit(CHECKPOINTS_SHOWN);
  const kept = rows.filter((row, index) => index === 0 || row.at.getTime() >= Date.parse(from));
  if (kept.length === 0) return [];
  const sizes = kept.map((row) => row.size);
  const deliveries = await tx
    .select({ size: auditCheckpointDelivery.size, sink: auditCheckpointDelivery.sink })
    .from(auditCheckpointDelivery)
    .where(and(eq(auditCheckpointDelivery.tenantId, tenantId), inArray(auditCheckpointDelivery.size, sizes)));
  return kept.map((row) => ({
    ...{ size: row.size, at: row.at.toISOString(), keyId: row.keyId },
    sinks: deliveries
      .filter((each) => each.size === row.size)
      .map(({ sink }) => sink)
      .sort(),
  }));
}

/** The newest cover the older. */
const CHECKPOINTS_SHOWN = 100;
