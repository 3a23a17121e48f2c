import type { TenantReads } from "../gate/ports/station.ts";
import type { Database } from "./connect.ts";
import { overrideRows } from "./verbs/post-hoc-reviews.ts";
import { evaluationById, latestEvaluation } from "./verbs/read-evaluations.ts";
import { approvalOf, auditTrail } from "./verbs/read-records.ts";
import { overview } from "./verbs/read-subjects.ts";
import { watchedRepositories } from "./verbs/watched-repositories.ts";

/** The records as one tenant sees them: there is no read here that does not name it. */
export function createTenantReads(db: Database): (tenantId: string) => TenantReads {
  const { outer } = db;
  return (tenantId) => ({
    overview: (limit) => overview(outer, tenantId, limit),
    evaluation: (id) => evaluationById(outer, tenantId, id),
    latestEvaluation: (key) => latestEvaluation(outer, key, tenantId),
    approvalOf: (repositoryId, number) => approvalOf(outer, tenantId, repositoryId, number),
    auditTrail: (limit) => auditTrail(outer, tenantId, limit),
    overrideRows: (limit) => overrideRows(outer, tenantId, limit),
    watchedRepositories: (limit) => watchedRepositories(outer, tenantId, limit),
  });
}
