import { sql } from "drizzle-orm";
import type { Ledger } from "../gate/ports/ledger.ts";
import { auditVerbs } from "./audit-verbs.ts";
import type { Database } from "./connect.ts";
import { overrideVerbs } from "./override-verbs.ts";
import { planVerbs } from "./plan-verbs.ts";
import { protectionVerbs } from "./protection-verbs.ts";
import { approveActiveDraft } from "./verbs/approve-active-draft.ts";
import { claimRoutine, releaseRoutine } from "./verbs/claim-routine.ts";
import * as converse from "./verbs/converse.ts";
import { finishWork } from "./verbs/finish-work.ts";
import { announcedGroups, startGroup } from "./verbs/merge-groups.ts";
import { policyPins } from "./verbs/policy-pins.ts";
import { policyVersions } from "./verbs/policy-versions.ts";
import { beginPublish, endPublish, pendingChecks } from "./verbs/publish-check.ts";
import { contentHistory, evaluationById, evaluationForHead, latestEvaluation } from "./verbs/read-evaluations.ts";
import { decisionTraceById, decisionTraces, recentOverrides } from "./verbs/read-history.ts";
import { approvalOf, auditTrail } from "./verbs/read-records.ts";
import { markDirty, pendingSubjects, receipts } from "./verbs/read-subjects.ts";
import { recordDelivery } from "./verbs/record-delivery.ts";
import { recordIncident } from "./verbs/record-incident.ts";
import { lineageOf, saveLineage } from "./verbs/remember-lineage.ts";
import { meetPeople, saveEvaluation } from "./verbs/save-evaluation.ts";
import { startWork } from "./verbs/start-work.ts";
import { withholdSuccess } from "./verbs/withhold-success.ts";

/** `host`: the GitHub that account ids belong to. */
export function createLedger(db: Database, options: { readonly host?: string } = {}): Ledger {
  const host = options.host ?? "github.com";
  const { outer } = db;
  return {
    recordDelivery: (delivery) => db.transaction((tx) => recordDelivery(tx, host, delivery)),
    pendingSubjects: (limit) => pendingSubjects(outer, limit),
    markDirty: (key) => markDirty(outer, key),
    startWork: (key) => db.transaction((tx) => startWork(tx, key)),
    startGroup: (key) => db.transaction((tx) => startGroup(tx, key)),
    announcedGroups: (repositoryId) => announcedGroups(outer, repositoryId),
    receipts: (repositoryId, number) => receipts(outer, repositoryId, number),
    contentHistory: (key) => contentHistory(outer, key),
    saveEvaluation: async (input) => {
      await db.transaction((tx) => meetPeople(tx, input));
      return db.transaction((tx) => saveEvaluation(tx, input));
    },
    finishWork: (work, state) => db.transaction((tx) => finishWork(tx, work, state)),
    withholdSuccess: (work, headSha) => db.transaction((tx) => withholdSuccess(tx, work, headSha)),
    pendingChecks: (key) => pendingChecks(outer, key),
    beginPublish: (check, work) => beginPublish(outer, check, work),
    endPublish: (check, outcome) => endPublish(outer, check, outcome),
    evaluation: (id) => evaluationById(outer, null, id),
    latestEvaluation: (key) => latestEvaluation(outer, key),
    evaluationForHead: (key, headSha) => evaluationForHead(outer, key, headSha),
    approveActiveDraft: (input) => db.transaction((tx) => approveActiveDraft(tx, input)),
    recordIncident: (input) => db.transaction((tx) => recordIncident(tx, input)),
    approvalOf: (repositoryId, number) => approvalOf(outer, null, repositoryId, number),
    decisionTraces: (query) => decisionTraces(outer, query),
    decisionTrace: (id) => decisionTraceById(outer, id),
    recentOverrides: (query) => recentOverrides(outer, query),
    auditTrail: (limit) => auditTrail(outer, null, limit),
    lineageOf: (repositoryId) => lineageOf(outer, repositoryId),
    saveLineage: (repositoryId, commit, summaries, besides) =>
      db.transaction((tx) => saveLineage(tx, repositoryId, commit, summaries, besides)),
    ...policyVersions(db, host),
    ...policyPins(db, host),
    ...auditVerbs(db),
    ...overrideVerbs(db),
    ...protectionVerbs(db),
    ...planVerbs(db),
    claimRoutine: (name, everyMs) => claimRoutine(outer, name, everyMs),
    releaseRoutine: (name) => releaseRoutine(outer, name),
    reviewRequests: (key) => converse.reviewRequests(outer, key),
    setReviewRequest: (key, target, status, reason) => converse.setReviewRequest(outer, key, target, status, reason),
    checkActions: (repositoryId, headSha) => converse.checkActions(outer, repositoryId, headSha),
    claimCommand: (key, commentId) => converse.claimCommand(outer, key, commentId),
    endCommand: (key, commentId) => converse.endCommand(outer, key, commentId),
    pullComment: (key) => converse.readPullComment(outer, key),
    setPullComment: (key, commentId, digest) => converse.setPullComment(outer, key, commentId, digest),
    recordForeignCheck: (key, headSha, check) => db.transaction((tx) => converse.recordForeignCheck(tx, key, headSha, check)),
    foreignChecks: (repositoryId, headSha) => converse.foreignChecks(outer, repositoryId, headSha),
    ping: () =>
      outer.execute(sql`select 1`).then(
        () => true,
        () => false,
      ),
    close: () => db.close(),
  };
}
