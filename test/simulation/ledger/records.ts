import type { ApprovalRecord, AuditEvent, GovernanceApproval, LandedApproval, Ledger } from "../../../src/gate/ports.ts";
import { tell } from "./overrides.ts";
import type { Rows } from "./rows.ts";

type Verbs = Pick<
  Ledger,
  | "approveActiveDraft"
  | "recordIncident"
  | "approvalOf"
  | "landingOf"
  | "isLandingRecorded"
  | "lineageOf"
  | "saveLineage"
  | "planCandidate"
  | "unsettledLandings"
  | "publishPlan"
  | "withholdPlan"
>;

/** Approvals and incidents. The trail is not kept here: its chain is the real store's. */
export function recordVerbs(rows: Rows): Verbs {
  return {
    approveActiveDraft: async (input) => approve(rows, input),
    async recordIncident({ work, kind, mergeSha }) {
      const { number } = work.pull;
      const record = approved(rows, number, mergeSha);
      if (record !== undefined) return record.event;
      const subject = rows.subjects.get(work.key);
      const known = rows.incidents.find((each) => each.kind === kind && each.pullRequest === number && each.mergeSha === mergeSha);
      if (known === undefined && subject !== undefined && rows.held(work) === null) {
        rows.dirty(subject);
        return null;
      }
      const incident = known ?? { kind, pullRequest: number, branch: null, mergeSha, seq: rows.incidents.length + 1 };
      if (known === undefined) rows.incidents.push(incident);
      return eventOf(rows, `incident.${kind}`, incident.seq);
    },
    async approvalOf(_repositoryId, number) {
      const record = rows.approvals.findLast(({ approval }) => approval.pullRequest === number);
      return record === undefined ? null : { ...record, created: false };
    },
    async landingOf(_repositoryId, number) {
      if (rows.incidents.some(({ pullRequest }) => pullRequest === number)) return "incident";
      const row = [...rows.subjects.values()].find((each) => each.number === number);
      return row === undefined ? "unheard" : row.open ? "open" : "closed";
    },
    isLandingRecorded: async (_repositoryId, number, mergeSha) =>
      rows.incidents.some((each) => each.pullRequest === number && each.mergeSha === mergeSha) ||
      approved(rows, number, mergeSha) !== undefined,
    lineageOf: async () => (rows.lineage?.summaries ?? null) as Awaited<ReturnType<Ledger["lineageOf"]>>,
    async saveLineage(_repositoryId, _commit, summaries, besides) {
      if (rows.subjects.size === 0) return;
      const json = JSON.stringify(summaries);
      if ((rows.lineage?.json ?? "[]") !== json)
        for (const row of rows.subjects.values()) if (row.open && row.key !== besides) rows.dirty(row);
      rows.lineage = { json, summaries };
    },
    // Plans are left out here: every approval counts as published already.
    async planCandidate({ tenantId, workspaceId, approvalId }) {
      const published = { approvalId, approvalVersion: 1, mergeSha: null, landed: true };
      return { tenantId, workspaceId, approvalId, published, status: "APPROVED", compiledHash: "" } as never;
    },
    unsettledLandings: async () => [],
    publishPlan: () => Promise.reject(new Error("not simulated: plans")),
    withholdPlan: () => Promise.reject(new Error("not simulated: plans")),
  };
}

function approved(rows: Rows, number: number, mergeSha: string): ApprovalRecord | undefined {
  return rows.approvals.find(({ approval }) => approval.pullRequest === number && approval.mergeSha === mergeSha);
}

function approve(rows: Rows, input: LandedApproval): ApprovalRecord {
  const { work, pull, evaluation, kind } = input;
  const mergeSha = pull.mergeCommitSha;
  if (!pull.merged || mergeSha === null) throw new Error(`NOT_MERGED: ${work.key} is not merged`);
  const known = approved(rows, pull.number, mergeSha);
  if (known !== undefined) return { ...known, created: false };
  if (rows.incidents.some((each) => each.pullRequest === pull.number && each.mergeSha === mergeSha))
    throw new Error(`STALE_WORK: an incident of ${work.key} is on record`);
  if (rows.held(work) === null) throw new Error(`STALE_WORK: another worker holds ${work.key}`);
  const draft = rows.drafts.get(work.key)?.findLast(({ status }) => status === "open");
  if (draft === undefined) throw new Error(`NO_ACTIVE_DRAFT: ${work.key} has no open draft`);
  const stored = rows.evaluations.find(({ id }) => id === evaluation.id);
  if (stored?.key !== work.key || stored.snapshotId !== draft.snapshot.id || stored.headSha !== pull.headSha)
    throw new Error(`STALE_LINEAGE: evaluation ${evaluation.id} is not what the newest snapshot of ${work.key} holds`);
  if (kind === "regular" && (!draft.snapshot.ready || draft.snapshot.blockers.length > 0))
    throw new Error(`NOT_READY: ${work.key}: ${draft.snapshot.blockers.join(", ")}`);
  draft.status = "approved";
  const delivery = evaluation.decision.override?.delivery;
  const grant = kind === "forced" ? rows.grants.find((each) => each.pullRequest === pull.number && each.delivery === delivery) : undefined;
  if (grant !== undefined) tell(grant, "merged", null);
  const record = recordOf(rows, input, { mergeSha, snapshotId: draft.snapshot.id, overrideId: grant?.id ?? null });
  rows.approvals.push(record);
  return record;
}

function recordOf(
  rows: Rows,
  { pull, kind, approvedBy, rationale, compiled }: LandedApproval,
  place: { readonly mergeSha: string; readonly snapshotId: string; readonly overrideId: string | null },
): ApprovalRecord {
  const id = rows.newId();
  const landed = { repositoryId: pull.repository.id, pullRequest: pull.number, mergeSha: place.mergeSha };
  const lineage = { workspaceId: "workspace", draftId: "draft", draftSnapshotId: place.snapshotId, overrideId: place.overrideId };
  const by = { actorId: pull.mergedBy?.id ?? 0, mergedBy: pull.mergedBy?.id ?? null, approvedBy, rationale, kind, channel: "github" };
  const approval = { id, ...lineage, ...by, ...landed, approvalVersion: rows.approvals.length + 1, approvedAt: rows.now() };
  const { compiledHash, compilerVersion, review: reviewProjection, runtime: runtimeProjection } = compiled;
  const artifact = { id: rows.newId(), approvalId: id, compiledHash, reviewProjection, runtimeProjection, compilerVersion };
  const event = eventOf(rows, "governance.approved", rows.approvals.length);
  return { approval: approval as unknown as GovernanceApproval, artifact, event, created: true };
}

function eventOf(rows: Rows, type: string, seq: number): AuditEvent {
  const sealed = { tenantId: "tenant", seq, prevHash: "", hash: "", actor: null, subject: "", payload: null };
  return { ...sealed, type, severity: "info", at: rows.now() };
}
