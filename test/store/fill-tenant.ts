import { sql } from "drizzle-orm";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { newId } from "../../src/store/id.ts";
import { branchWatermark, decisionTrace, postHocReview } from "../../src/store/schema.ts";
import { begin, delivery, evaluated, landed, newRepository, pullMark, save, sha } from "./sample.ts";

export interface Filled {
  readonly tenantId: string;
  readonly repositoryId: number;
}

/** A tenant with at least one row in every table. `admin` writes what no verb writes on its own. */
export async function fillTenant(ledger: Ledger, admin: Database, ownerId: number): Promise<Filled> {
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
  await ledger.approveActiveDraft(landed(work, evaluation));
  const [{ tenantId }] = rowsOf<{ tenantId: string }>(
    await admin.outer.execute(sql`select tenant_id as "tenantId" from subject where key = ${key}`),
  ) as [{ tenantId: string }];
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
  await admin.outer.insert(branchWatermark).values({ subjectKey: key, tenantId, sha: sha("tip") });
  return { tenantId, repositoryId: repository.id };
}
