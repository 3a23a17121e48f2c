import type { Ledger, PolicyVersion } from "../../../src/gate/ports.ts";
import { branchVerbs } from "./branches.ts";
import { evaluationVerbs } from "./evaluations.ts";
import { membershipVerbs } from "./memberships.ts";
import { overrideVerbs } from "./overrides.ts";
import { publishingVerbs } from "./publishing.ts";
import { recordVerbs } from "./records.ts";
import { redeliveryVerbs } from "./redeliveries.ts";
import type { Rows } from "./rows.ts";
import { subjectVerbs } from "./subjects.ts";
import { sweepVerbs } from "./sweeps.ts";

/** What evaluating, publishing, recording a merge, walking a branch and overriding take of the ledger. */
export type SimulatedLedger = Omit<
  Ledger,
  | keyof import("../../../src/gate/ports.ts").AuditRecords
  | "decisionTraces"
  | "decisionTrace"
  | "planHead"
  | "planOf"
  | "planContent"
  | "wasPublished"
  | "planHistory"
  | "enforcePlan"
  | "revokePlan"
  | keyof import("../../../src/gate/ports.ts").WatchedRepositories
  | keyof import("../../../src/gate/ports.ts").RepositoryNewsRecords
>;

/** The verbs of the store over rows in memory: each runs to its end at once, as a transaction would. */
export function createMemoryLedger(rows: Rows): SimulatedLedger {
  return {
    ...subjectVerbs(rows),
    ...publishingVerbs(rows),
    ...evaluationVerbs(rows),
    ...overrideVerbs(rows),
    ...recordVerbs(rows),
    ...branchVerbs(rows),
    ...policyVerbs(rows),
    ...conversationVerbs(rows),
    ...sweepVerbs(rows),
    ...redeliveryVerbs(rows),
    ...membershipVerbs(rows),
    async claimRoutine(name, everyMs) {
      if ((rows.claims.get(name) ?? Number.NEGATIVE_INFINITY) > rows.clock() - everyMs) return false;
      rows.claims.set(name, rows.clock());
      return true;
    },
    async releaseRoutine(name) {
      rows.claims.delete(name);
    },
    auditTrail: async () => [],
    // Snapshots are not kept: what is said about since when is left out.
    askedSince: async () => ({}),
    ping: async () => true,
    close: async () => {},
  };
}

type PolicyVerbs = Pick<
  Ledger,
  | "policyVersion"
  | "appendPolicyVersion"
  | "recordPolicyIncident"
  | "recordPolicyProblems"
  | "openEvaluations"
  | "governedRepositories"
  | "policyPins"
  | "keepPolicyPins"
>;

function policyVerbs(rows: Rows): PolicyVerbs {
  return {
    policyVersion: async () => rows.policies.at(-1) ?? null,
    async appendPolicyVersion({ repository, after, wakes, ...version }) {
      const newest = rows.policies.at(-1) ?? null;
      const same = rows.policies.find(({ approvalId }) => approvalId !== null && approvalId === version.approvalId);
      if (same !== undefined) return same;
      if (newest !== null && newest.seq !== after) {
        if (version.how === "installed") return newest;
        throw new Error("another version of the policy came into force meanwhile");
      }
      if (wakes !== "nobody") for (const row of rows.subjects.values()) if (row.open) rows.dirty(row);
      const seq = (newest?.seq ?? 0) + 1;
      const made: PolicyVersion = { ...version, id: rows.newId(), repositoryId: repository.id, seq, at: rows.now() };
      rows.policies.push(made);
      return made;
    },
    async recordPolicyIncident({ version, digest }) {
      rows.policyIncidents.add(`${version.seq} ${digest}`);
      return null;
    },
    recordPolicyProblems: async () => null,
    async openEvaluations(_of, limit) {
      const open = [...rows.subjects.values()].filter((row) => row.open);
      open.sort((a, b) => b.dirtyAt - a.dirtyAt || (a.key < b.key ? 1 : -1));
      return open.slice(0, limit).flatMap(({ key }) => rows.latest(key) ?? []);
    },
    governedRepositories: async () => [],
    // Nothing is pinned here: names are read as they stand.
    policyPins: async () => null,
    keepPolicyPins: async () => [],
  };
}

type ConversationVerbs = Pick<
  Ledger,
  | "reviewRequests"
  | "setReviewRequest"
  | "checkActions"
  | "claimCommand"
  | "endCommand"
  | "pullComment"
  | "setPullComment"
  | "recordForeignCheck"
  | "foreignChecks"
>;

function conversationVerbs(rows: Rows): ConversationVerbs {
  return {
    reviewRequests: async (key) => [...(rows.requests.get(key) ?? new Map()).values()],
    async setReviewRequest(key, target, status, reason) {
      const own = rows.requests.get(key) ?? new Map();
      rows.requests.set(key, own.set(target, { target, status, reason, at: rows.now() }));
    },
    checkActions: async () => [],
    async claimCommand(key, commentId) {
      const known = rows.commands.get(`${key} ${commentId}`);
      if (known === undefined) rows.commands.set(`${key} ${commentId}`, "claimed");
      return known ?? "new";
    },
    async endCommand(key, commentId) {
      rows.commands.set(`${key} ${commentId}`, "answered");
    },
    pullComment: async () => null,
    setPullComment: async () => {},
    recordForeignCheck: async () => false,
    foreignChecks: async () => [],
  };
}
