import type { PlanRecords } from "../gate/ports/plan.ts";
import type { Database } from "./connect.ts";
import { enforcePlan, publishPlan, revokePlan, withholdPlan } from "./verbs/publish-plan.ts";
import { planCandidate, planContent, planHead, planHistory, planOf, unsettledLandings, wasPublished } from "./verbs/read-plan.ts";

/** The part of the ledger that runtimes read. */
export function planVerbs(db: Database): PlanRecords {
  const { outer } = db;
  return {
    planHead: (key) => planHead(outer, key),
    planOf: (key) => planOf(outer, key),
    planContent: (id) => planContent(outer, id),
    wasPublished: (planId, compiledHash) => wasPublished(outer, planId, compiledHash),
    planCandidate: (at) => planCandidate(outer, at),
    planHistory: (at, limit) => planHistory(outer, at, limit),
    unsettledLandings: (at) => unsettledLandings(outer, at),
    publishPlan: (input) => db.transaction((tx) => publishPlan(tx, input)),
    withholdPlan: (input) => db.transaction((tx) => withholdPlan(tx, input)),
    enforcePlan: (input) => db.transaction((tx) => enforcePlan(tx, input)),
    revokePlan: (input) => db.transaction((tx) => revokePlan(tx, input)),
  };
}
