import type { Decision } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
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
  const tenant = await createAccessStore(db).tenant(tenantId);
  if (tenant === null) throw new Error(`no tenant ${tenantId}`);
  const repository = { ...newRepository(tenant.accountId), owner: tenant.login };
  const ledger = createLedger(db);
  const work = await begin(ledger, repository);
  const subject = {
    repository: `${tenant.login}/${repository.name}`,
    repositoryId: repository.id,
    pullRequest: 1,
    title: "Strip",
    baseRef: "main",
  };
  const facts = { asOf: "2026-11-20T10:00:00.000Z", subject: { ...subject, author: "alice" } } as unknown as Facts;
  const { id } = await save(ledger, evaluated(work, { state: "pending_approval", facts, decision }));
  if ((await createTenantReads(db)(tenantId).evaluation(id)) === null) throw new Error("it was saved for somebody else");
  return id;
}
