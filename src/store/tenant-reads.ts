import type { TenantReads } from "../gate/ports/station.ts";
import { auditEvents } from "./audit-verbs.ts";
import type { Database, Tx } from "./connect.ts";
import { ofTenant } from "./scope.ts";
import { forcedSubmissions } from "./verbs/forced-submissions.ts";
import { overrideRows } from "./verbs/post-hoc-reviews.ts";
import { complianceRecords } from "./verbs/read-compliance.ts";
import { evaluationById, latestEvaluation } from "./verbs/read-evaluations.ts";
import { decisionTraceById, decisionTraces } from "./verbs/read-history.ts";
import { decidedPulls, lineageStandings, policyStandings } from "./verbs/read-policies.ts";
import { approvalOf } from "./verbs/read-records.ts";
import { overview } from "./verbs/read-subjects.ts";
import { askedSinceOf, waitingChanges } from "./verbs/read-waiting.ts";
import * as seal from "./verbs/seal-records.ts";
import { watchedRepositories } from "./verbs/watched-repositories.ts";

/** The records as one tenant sees them: there is no read here that does not name it. */
export function createTenantReads(db: Database): (tenantId: string) => TenantReads {
  return (tenantId) => {
    const mine = <T>(act: (tx: Tx) => Promise<T>) => db.read(ofTenant(tenantId), act);
    return {
      overview: (limit) => mine((tx) => overview(tx, tenantId, limit)),
      evaluation: (id) => mine((tx) => evaluationById(tx, tenantId, id)),
      latestEvaluation: (key) => mine((tx) => latestEvaluation(tx, key, tenantId)),
      askedSince: (repositoryId, number) => mine((tx) => askedSinceOf(tx, repositoryId, number, tenantId)),
      approvalOf: (repositoryId, number) => mine((tx) => approvalOf(tx, tenantId, repositoryId, number)),
      auditEvents: (query) => mine((tx) => auditEvents(tx, tenantId, query)),
      chainStates: () => mine((tx) => seal.chainStates(tx, tenantId)),
      chainEvents: (_own, after, to, limit) => mine((tx) => seal.chainEvents(tx, tenantId, after, to, limit)),
      checkpointsOf: () => mine((tx) => seal.checkpointsOf(tx, tenantId)),
      evidenceOf: (approvalId) => mine((tx) => seal.evidenceOf(tx, approvalId, tenantId)),
      forcedSubmissions: (limit) => mine((tx) => forcedSubmissions(tx, tenantId, limit)),
      overrideRows: (limit) => mine((tx) => overrideRows(tx, tenantId, limit)),
      decisionTraces: (query) => mine((tx) => decisionTraces(tx, query, tenantId)),
      decisionTrace: (id) => mine((tx) => decisionTraceById(tx, id, tenantId)),
      waitingChanges: (limit) => mine((tx) => waitingChanges(tx, tenantId, limit)),
      complianceRecords: (period) => mine((tx) => complianceRecords(tx, tenantId, period)),
      policyStandings: (limit) => mine((tx) => policyStandings(tx, tenantId, limit)),
      decidedPulls: (repositoryId, limit) => mine((tx) => decidedPulls(tx, tenantId, repositoryId, limit)),
      lineageStandings: (repositoryId) => mine((tx) => lineageStandings(tx, tenantId, repositoryId)),
      watchedRepositories: (limit) => mine((tx) => watchedRepositories(tx, tenantId, limit)),
    };
  };
}
