import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { ApprovalRecord } from "../../src/gate/ports/records.ts";
import type { RepositoryRef } from "../../src/gate/ports/refs.ts";
import { createAccessStore } from "../../src/store/access.ts";
import type { Database } from "../../src/store/connect.ts";
import { newId } from "../../src/store/id.ts";
import { createLedger } from "../../src/store/ledger.ts";
import {
  approvalVote,
  branchWatermark,
  businessSource,
  contractContent,
  countedMembership,
  decisionTrace,
  idempotentAnswer,
  notification,
  postHocReview,
  pushedPolicy,
  submissionOverride,
  submissionReview,
} from "../../src/store/schema.ts";
import { begin, delivery, evaluated, landed, newRepository, pullMark, save, sha } from "./sample.ts";

export interface Filled {
  readonly tenantId: string;
  readonly repositoryId: number;
}

/** A tenant with at least one row in every table. `admin` writes what no verb writes on its own. */
export async function fillTenant(app: Database, admin: Database, ownerId: number): Promise<Filled> {
  const ledger = createLedger(app);
  const repository = newRepository(ownerId);
  const work = await begin(ledger, repository);
  const { key } = work;
  const receipt = {
    kind: "comment",
    repositoryId: repository.id,
    number: 1,
    subject: "1",
    actorId: 1,
    actorLogin: "a",
    viaApp: null,
  } as const;
  const seen = { commitId: null, headSha: null, baseRef: null, detail: "x" };
  const action = { repositoryId: repository.id, headSha: sha("head"), identifier: "request-reviewers", actorId: 1, actorLogin: "a" };
  const group = {
    kind: "merge_group",
    repository,
    headSha: sha("group"),
    headRef: "queue/1",
    baseRef: "main",
    baseSha: sha("base"),
  } as const;
  await ledger.recordDelivery(delivery([pullMark(repository, 1), group], { receipts: [{ ...receipt, ...seen }], actions: [action] }));
  const evaluation = await save(ledger, evaluated(work));
  await ledger.setReviewRequest(key, "user:bob", "wanted", null);
  await ledger.claimCommand(key, 1);
  await ledger.setPullComment(key, 1, sha("comment"));
  await ledger.recordForeignCheck(key, sha("head"), { name: "countersign: main", kind: "run", source: "other", conclusion: "success" });
  await ledger.saveLineage(repository.id, sha("commit"), [], "nobody");
  for (const kind of ["bypass", "content_mismatch"] as const)
    await ledger.recordIncident({ work, kind, mergeSha: sha("m"), actorId: 1, evaluationId: null, because: "x" });
  const by = { evaluationId: null, approvalId: null, actorId: null };
  const version = await ledger.appendPolicyVersion({
    repository,
    after: 0,
    commit: sha("c"),
    sources: [],
    digest: sha("d"),
    how: "installed",
    ...by,
    wakes: "nobody",
  });
  await ledger.recordPolicyIncident({ repository, version, commit: sha("e"), digest: sha("f"), because: "pushed" });
  await ledger.keepPolicyPins(repository, 1, [{ kind: "user", name: "bob", id: 5 }]);
  const at = "2026-01-01T00:00:00.000Z";
  const label = { label: "governance-override", actorId: 1, headSha: sha("h"), baseRef: "main", labelledAt: at };
  const grant = { repositoryId: repository.id, pullRequest: 1, delivery: "governance-override 1", ...label };
  await ledger.recordGrant(key, { ...grant, entitled: false, because: "not an owner", observedAt: at });
  const [debt] = await ledger.labelsToRemove(key, 1);
  await ledger.recordLabelRemoved(debt!.grant, true);
  const record = await ledger.approveActiveDraft(landed(work, evaluation));
  const { tenantId } = record.event;
  await fillAccess(app, tenantId, repository);
  await fillEvidence(ledger, admin, record);
  await admin.outer.insert(decisionTrace).values({
    id: newId(),
    tenantId,
    subjectKey: key,
    evaluationId: evaluation.id,
    agentId: "tidy",
    seq: 1,
    state: "pending",
    outcome: "pending",
    severity: "info",
    headSha: sha("head"),
    action: {},
    approvals: [],
    digest: sha("trace"),
  });
  await admin.outer.insert(postHocReview).values({
    id: newId(),
    tenantId,
    grantId: debt!.grant.id,
    repositoryId: repository.id,
    pullRequest: 1,
    evaluationId: evaluation.id,
    dueAt: new Date(at),
  });
  const unsent = { event: "pending", target: "ops", targetKind: "slack", dedupeKey: sha("told"), evaluationId: evaluation.id };
  await admin.outer.insert(notification).values({ id: newId(), tenantId, subjectKey: key, ...unsent });
  await admin.outer.insert(branchWatermark).values({ subjectKey: key, tenantId, sha: sha("tip") });
  await ledger.markSeen(repository, [{ number: 1, headSha: sha("head"), baseRef: "main", seen: "as it was" }], []);
  await admin.outer
    .insert(countedMembership)
    .values({ subjectKey: key, tenantId, ownerId, name: "owners", digest: sha("owners") })
    .onConflictDoNothing();
  const attempt = { id: ownerId, guid: `missing-${ownerId}`, deliveredAt: at, event: "push" };
  await ledger.keepMissing([{ ...attempt, installationId: null, repositoryId: null }], { reconciledTo: at, walk: null });
  return { tenantId, repositoryId: repository.id };
}

async function fillAccess(app: Database, tenantId: string, repository: RepositoryRef): Promise<void> {
  const access = createAccessStore(app);
  const account = { id: repository.ownerId, login: repository.owner, isOrganization: true };
  const installed = [{ installationId: repository.installationId, account }];
  await access.beginSession({ kind: "cookie", person: { id: 5, login: "bob" }, installed, replaces: null });
  await access.createKey(tenantId, { name: "ci", scopes: ["plan"], createdBy: 5, expiresAt: null });
  await access.countRequest(`address ${tenantId}`, 10, 60);
}

/** What the plan, the notary and Studio keep of an approval. */
async function fillEvidence(ledger: Ledger, admin: Database, { approval, event }: ApprovalRecord): Promise<void> {
  const { tenantId } = event;
  const { draftId, draftSnapshotId, workspaceId, id: approvalId } = approval;
  const why = { how: "on_merge", actorId: null, byAdmin: false, because: "another landed after it" } as const;
  await ledger.withholdPlan({ tenantId, workspaceId, approvalId, ...why, after: 0 });
  const envelope = { payloadType: "x", payload: "", signatures: [] };
  const checkpoint = { tenantId, size: 1, head: sha("head"), root: sha("root"), at: event.at };
  await ledger.saveCheckpoint(checkpoint, "k", envelope);
  await ledger.recordCheckpointDelivery(checkpoint, "dir");
  await ledger.saveAttestation(tenantId, approvalId, "k", envelope);
  await admin.outer.insert(idempotentAnswer).values({ tenantId, key: "k", requestHash: sha("request"), response: {} });
  await admin.outer.insert(contractContent).values({ tenantId, digest: sha("contract"), content: {} });
  await admin.outer.insert(businessSource).values({
    id: newId(),
    tenantId,
    draftSnapshotId,
    kind: "manual_note",
    title: "x",
    contentHash: sha("note"),
    securityStatus: "clean",
    ingestionStatus: "ingested",
    provenance: {},
  });
  await admin.outer.insert(approvalVote).values({
    id: newId(),
    tenantId,
    draftId,
    draftSnapshotId,
    seq: 1,
    kind: "approve",
    personId: 5,
    actorId: 5,
    requirementIds: [],
    contentDigest: sha("content"),
    headSha: sha("head"),
    channel: "api",
    auditSeq: event.seq,
    receivedAt: new Date(event.at),
  });
  const said = { tenantId, actorId: 5, auditSeq: event.seq };
  await admin.outer.insert(pushedPolicy).values({ ...said, id: newId(), seq: 1, sources: [], digest: sha("policy") });
  const overrideId = newId();
  const forced = { draftId, draftSnapshotId, evaluationId: newId(), reason: "pager", incident: "INC-1", reviewDueAt: new Date(event.at) };
  await admin.outer.insert(submissionOverride).values({ ...said, ...forced, id: overrideId });
  await admin.outer.insert(submissionReview).values({ ...said, id: newId(), overrideId, finding: "it was right" });
}
