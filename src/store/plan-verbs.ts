import type { PlanRecords } from "../gate/ports/plan.ts";
import type { Database } from "./connect.ts";
import { ofRow, ofTenant } from "./scope.ts";
import { enforcePlan, publishPlan, revokePlan, withholdPlan } from "./verbs/publish-plan.ts";
import { planCandidate, planContent, planHead, planHistory, planOf, unsettledLandings, wasPublished } from "./verbs/read-plan.ts";

/** The part of the ledger that runtimes read. */
export function planVerbs(db: Database): PlanRecords {
  return {
    planHead: (key) => db.read(ofTenant(key.tenantId), (tx) => planHead(tx, key)),
    planOf: (key) => db.read(ofTenant(key.tenantId), (tx) => planOf(tx, key)),
    planContent: (id) => db.read(ofRow("plan", id), (tx) => planContent(tx, id)),
    wasPublished: (planId, compiledHash) => db.read(ofRow("plan", planId), (tx) => wasPublished(tx, planId, compiledHash)),
    planCandidate: (at) => db.read(ofTenant(at.tenantId), (tx) => planCandidate(tx, at)),
    planHistory: (at, limit) => db.read(ofTenant(at.tenantId), (tx) => planHistory(tx, at, limit)),
    unsettledLandings: (at) => db.read(ofTenant(at.tenantId), (tx) => unsettledLandings(tx, at)),
    publishPlan: (input) => db.transaction(ofTenant(input.tenantId), (tx) => publishPlan(tx, input)),
    withholdPlan: (input) => db.transaction(ofTenant(input.tenantId), (tx) => withholdPlan(tx, input)),
    enforcePlan: (input) => db.transaction(ofTenant(input.tenantId), (tx) => enforcePlan(tx, input)),
    revokePlan: (input) => db.transaction(ofTenant(input.tenantId), (tx) => revokePlan(tx, input)),
  };
}
