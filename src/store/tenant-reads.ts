import type { TenantReads } from "../gate/ports/station.ts";
import { auditEvents } from "./audit-verbs.ts";
import type { Database } from "./connect.ts";
import { overrideRows } from "./verbs/post-hoc-reviews.ts";
import { evaluationById, latestEvaluation } from "./verbs/read-evaluations.ts";
import { decisionTraceById, decisionTraces } from "./verbs/read-history.ts";
import { approvalOf } from "./verbs/read-records.ts";
import { overview } from "./verbs/read-subjects.ts";
import * as seal from "./verbs/seal-records.ts";
import { watchedRepositories } from "./verbs/watched-repositories.ts";

/** The records as one tenant sees them: there is no read here that does not name it. */
export function createTenantReads(db: Database): (tenantId: string) => TenantReads {
  const { outer } = db;
  return (tenantId) => ({
    overview: (limit) => overview(outer, tenantId, limit),
    evaluation: (id) => evaluationById(outer, tenantId, id),
    latestEvaluation: (key) => latestEvaluation(outer, key, tenantId),
    approvalOf: (repositoryId, number) => approvalOf(outer, tenantId, repositoryId, number),
    auditEvents: (query) => auditEvents(outer, tenantId, query),
    chainStates: () => seal.chainStates(outer, tenantId),
    chainEvents: (_own, after, to, limit) => seal.chainEvents(outer, tenantId, after, to, limit),
    checkpointsOf: () => seal.checkpointsOf(outer, tenantId),
    overrideRows: (limit) => overrideRows(outer, tenantId, limit),
    decisionTraces: (query) => decisionTraces(outer, query, tenantId),
    decisionTrace: (id) => decisionTraceById(outer, id, tenantId),
    watchedRepositories: (limit) => watchedRepositories(outer, tenantId, limit),
  });
}
