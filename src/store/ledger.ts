import { sql } from "drizzle-orm";
import { peopleIn } from "../engine/pseudonyms.ts";
import type { Delivery, DeliveryOutcome } from "../gate/ports/inbox.ts";
import type { Ledger } from "../gate/ports/ledger.ts";
import type { NotifyTargets } from "../gate/ports/notifications.ts";
import { createAcquaintance } from "./acquaintance.ts";
import { auditVerbs } from "./audit-verbs.ts";
import type { Database, Tx } from "./connect.ts";
import { createDeliveryGroups } from "./delivery-groups.ts";
import { overrideVerbs } from "./override-verbs.ts";
import { planVerbs } from "./plan-verbs.ts";
import { protectionVerbs } from "./protection-verbs.ts";
import { recoveryVerbs } from "./recovery-verbs.ts";
import { ACROSS, ofRepository, ofRow, ofSubject } from "./scope.ts";
import { approveActiveDraft } from "./verbs/approve-active-draft.ts";
import { watchedBranches } from "./verbs/branches.ts";
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
import { askedSinceOf } from "./verbs/read-waiting.ts";
import { addDeliveries, ofDelivery, recordDeliveries, saysNothing } from "./verbs/record-delivery.ts";
import { recordIncident } from "./verbs/record-incident.ts";
import { lineageOf, saveLineage } from "./verbs/remember-lineage.ts";
import { meetPeople, saveEvaluation } from "./verbs/save-evaluation.ts";
import { startWork } from "./verbs/start-work.ts";
import { withholdSuccess } from "./verbs/withhold-success.ts";

/** `host`: the GitHub that account ids belong to. `targets`: where may be told what is saved; absent = nowhere. */
export function createLedger(db: Database, options: { readonly host?: string; readonly targets?: NotifyTargets } = {}): Ledger {
  const host = options.host ?? "github.com";
  const targets = options.targets ?? null;
  const { outer } = db;
  const acquaintance = createAcquaintance();
  /** What is read about a subject, about a repository, about nobody's in particular; and what changes of a subject's. */
  const about =
    <A extends readonly unknown[], T>(verb: (tx: Tx, key: string, ...rest: A) => Promise<T>) =>
    (key: string, ...rest: A) =>
      db.read(ofSubject(key), (tx) => verb(tx, key, ...rest));
  const within =
    <A extends readonly unknown[], T>(verb: (tx: Tx, repositoryId: number, ...rest: A) => Promise<T>) =>
    (repositoryId: number, ...rest: A) =>
      db.read(ofRepository(repositoryId), (tx) => verb(tx, repositoryId, ...rest));
  const across =
    <A extends readonly unknown[], T>(verb: (tx: Tx, ...rest: A) => Promise<T>) =>
    (...rest: A) =>
      db.read(ACROSS, (tx) => verb(tx, ...rest));
  const change =
    <A extends readonly unknown[], T>(verb: (tx: Tx, key: string, ...rest: A) => Promise<T>) =>
    (key: string, ...rest: A) =>
      db.transaction(ofSubject(key), (tx) => verb(tx, key, ...rest));
  return {
    recordDelivery: createDeliveryGroups(
      (group) => recordGroup(db, host, group),
      (delivery) => JSON.stringify(ofDelivery(delivery)),
    ),
    pendingSubjects: across(pendingSubjects),
    markDirty: change(markDirty),
    startWork: change(startWork),
    startGroup: change(startGroup),
    announcedGroups: within(announcedGroups),
    receipts: within(receipts),
    contentHistory: about(contentHistory),
    saveEvaluation: async (input) => {
      const { work, facts, decision } = input;
      const people = peopleIn({ facts, decision });
      const place = JSON.stringify(ofSubject(work.key));
      if (!acquaintance.knowsAll(place, people)) {
        await db.transaction(ofSubject(work.key), (tx) => meetPeople(tx, work.key, people));
        acquaintance.meet(place, people);
      }
      return db.transaction(ofSubject(work.key), (tx) => saveEvaluation(tx, input, people, targets));
    },
    finishWork: (work, state) => db.transaction(ofSubject(work.key), (tx) => finishWork(tx, work, state)),
    withholdSuccess: (work, headSha) => db.transaction(ofSubject(work.key), (tx) => withholdSuccess(tx, work, headSha)),
    askedSince: within(askedSinceOf),
    pendingChecks: about(pendingChecks),
    beginPublish: (check, work) => db.transaction(ofSubject(work.key), (tx) => beginPublish(tx, check, work)),
    endPublish: (check, outcome) => db.transaction(ofRepository(check.repository.id), (tx) => endPublish(tx, check, outcome)),
    evaluation: (id) => db.read(ofRow("evaluation", id), (tx) => evaluationById(tx, null, id)),
    latestEvaluation: about(latestEvaluation),
    evaluationForHead: about(evaluationForHead),
    approveActiveDraft: (input) => db.transaction(ofSubject(input.work.key), (tx) => approveActiveDraft(tx, input)),
    recordIncident: (input) => db.transaction(ofSubject(input.work.key), (tx) => recordIncident(tx, input, targets)),
    approvalOf: within((tx, repositoryId, number: number) => approvalOf(tx, null, repositoryId, number)),
    decisionTraces: across(decisionTraces),
    decisionTrace: (id) => db.read(ofRow("trace", id), (tx) => decisionTraceById(tx, id)),
    recentOverrides: (query) => db.read(ofRepository(query.repositoryId), (tx) => recentOverrides(tx, query)),
    auditTrail: across((tx, limit: number) => auditTrail(tx, null, limit)),
    lineageOf: within(lineageOf),
    saveLineage: (repositoryId, commit, summaries, besides) =>
      db.transaction(ofRepository(repositoryId), (tx) => saveLineage(tx, repositoryId, commit, summaries, besides)),
    ...policyVersions(db, host),
    ...policyPins(db, host),
    ...auditVerbs(db),
    ...overrideVerbs(db, targets),
    ...protectionVerbs(db, host),
    ...recoveryVerbs(db, host),
    ...planVerbs(db),
    ...watchedBranches(db, host, targets),
    claimRoutine: (name, everyMs) => claimRoutine(outer, name, everyMs),
    releaseRoutine: (name) => releaseRoutine(outer, name),
    reviewRequests: about(converse.reviewRequests),
    setReviewRequest: change(converse.setReviewRequest),
    checkActions: within(converse.checkActions),
    claimCommand: change(converse.claimCommand),
    endCommand: change(converse.endCommand),
    pullComment: about(converse.readPullComment),
    setPullComment: change(converse.setPullComment),
    recordForeignCheck: change(converse.recordForeignCheck),
    foreignChecks: within(converse.foreignChecks),
    ping: () =>
      db
        .read([], async (tx) => tx.execute(sql`select 1`))
        .then(
          () => true,
          () => false,
        ),
    close: () => db.close(),
  };
}

/** Those of a group have the same scope: the walls between tenants stand as for each alone. */
async function recordGroup(db: Database, host: string, group: readonly Delivery[]): Promise<readonly DeliveryOutcome[]> {
  const inOne = (some: readonly Delivery[]) => db.transaction(ofDelivery(group[0]!), (tx) => recordDeliveries(tx, host, some));
  if (!group.every(saysNothing)) return inOne(group);
  // Most of what GitHub sends is the echo of our own writes: one statement, which commits by itself.
  const fresh = new Set(await addDeliveries(db.outer, group));
  const repeated = group.filter((delivery) => !fresh.has(delivery));
  const told = repeated.length === 0 ? [] : await inOne(repeated);
  return group.map((delivery) => (fresh.has(delivery) ? { status: "recorded", subjects: [] } : told[repeated.indexOf(delivery)]!));
}
