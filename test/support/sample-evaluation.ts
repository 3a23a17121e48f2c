import type { Decision } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import { blockersOf } from "../../src/gate/draft.ts";
import { createAccessStore } from "../../src/store/access.ts";
import type { Database } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { createTenantReads } from "../../src/store/tenant-reads.ts";
import { strip } from "../report/fixtures.ts";
import { begin, evaluated, newRepository, save } from "../store/sample.ts";

/** The same with an agent that had a hand in it; gives the id of its trace. */
export async function sampleTrace(db: Database, tenantId: string, agent = "tidy"): Promise<string> {
  const use = { id: agent, registered: true, status: "active", systemCard: null, evidence: [], launchedBy: [], violations: [] };
  const evaluationId = await sampleEvaluation(db, tenantId, { ...strip, agents: [use] });
  const traces = await createTenantReads(db)(tenantId).decisionTraces({ agent, limit: 100 });
  return traces.find((trace) => trace.evaluationId === evaluationId)!.id;
}

/** A pull request of that tenant with one decision; gives the decision's id. */
export async function sampleEvaluation(db: Database, tenantId: string, decision: Decision = strip): Promise<string> {
  return (await samplePull(db, tenantId, decision)).evaluation.id;
}

/** The same, with what it takes to go on with that pull request. */
export async function samplePull(db: Database, tenantId: string, decision: Decision = strip, title = "Strip") {
  const tenant = await createAccessStore(db).tenant(tenantId);
  if (tenant === null) throw new Error(`no tenant ${tenantId}`);
  const repository = { ...newRepository(tenant.accountId), owner: tenant.login };
  const ledger = createLedger(db);
  const work = await begin(ledger, repository);
  const subject = {
    repository: `${tenant.login}/${repository.name}`,
    repositoryId: repository.id,
    pullRequest: 1,
    title,
    baseRef: "main",
  };
  const facts = { asOf: "2026-11-20T10:00:00.000Z", subject: { ...subject, author: "alice" } } as unknown as Facts;
  const input = evaluated(work, { state: decision.state, facts, decision });
  const blockerIds = blockersOf(decision);
  const draft = { ...input.draft!, agent: subject.repository, blockerIds, readyForApproval: blockerIds.length === 0 };
  const evaluation = await save(ledger, { ...input, draft });
  if ((await createTenantReads(db)(tenantId).evaluation(evaluation.id)) === null) throw new Error("it was saved for somebody else");
  return { ledger, repository, work, evaluation, input: { ...input, draft } };
}
