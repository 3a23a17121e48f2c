import { GENESIS, type SealedEvent, sealEvent } from "../../src/engine/audit.ts";
import { rootOf } from "../../src/engine/checkpoint.ts";
import type { ComplianceRecords } from "../../src/engine/compliance.ts";
import type { Decision } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import type { AccessStore, ApprovalRecord, AuditEvent, StoredEvaluation, StudioRecords, TenantReads } from "../../src/gate/ports.ts";
import type { StudioDeps } from "../../src/studio/app.tsx";
import { approved, autoApproved, invalid, overridden, rejected, strip } from "../report/fixtures.ts";
import { SAME_POLICY } from "../support/studio-api.ts";

/** A ledger of hand-made evaluations, for the pages. */
export type PageLedger = TenantReads;

export const TENANT = { id: "0198c2a4-0000-7000-8000-00000000000a", accountId: 12, login: "acme" };

const nobody = async () => null;

/** The demo's tenant and nobody else: no session, no key, no limit. */
export const demoAccess: AccessStore = {
  beginSession: async () => Promise.reject(new Error("nobody signs in here")),
  useSession: nobody,
  switchTenant: async () => false,
  endSession: async () => {},
  createKey: async () => Promise.reject(new Error("nobody makes keys here")),
  apiKeys: async () => [],
  revokeKey: nobody,
  useKey: nobody,
  countRequest: async () => ({ waitSeconds: null }),
  tenant: async (id) => (id === TENANT.id ? TENANT : null),
  tenants: async () => [TENANT],
  tidyAccess: async () => {},
  ping: async () => true,
};

const absent = async () => Promise.reject(new Error("these pages have no workspaces"));

/** No workspace is here, and no plan. */
const noGovernance: StudioDeps["governance"] = {
  ...SAME_POLICY,
  records: { workspaces: async () => [], workspace: nobody, previewApproval: nobody } as unknown as StudioRecords,
  electorate: { read: absent },
  plans: { planOf: nobody, read: async () => ({ status: "not_found" }), promote: absent, enforce: absent, revoke: absent },
};

/** The Station's dependencies around one ledger: what its tenant sees, and nothing for any other. */
export function pagesOf(ledger: PageLedger, devLogin: { readonly token: string } | null, publicUrl: string) {
  const none = pageLedger([]);
  const records = (tenantId: string) => (tenantId === TENANT.id ? ledger : none);
  return { records, governance: noGovernance, access: demoAccess, signIn: null, devLogin, publicUrl };
}

const REPOSITORY_ID = 7;

export function evaluationOf(decision: Decision, number: number, title: string, version = 1): StoredEvaluation {
  const subject = {
    repository: "acme/contracts",
    repositoryId: REPOSITORY_ID,
    pullRequest: number,
    title,
    baseRef: "main",
    author: "alice",
  };
  return {
    id: `0198c2a4-0000-7000-8000-${String(number * 100 + version).padStart(12, "0")}`,
    key: `${REPOSITORY_ID}#${number}`,
    version,
    headSha: decision.head,
    baseRef: "main",
    baseSha: decision.base,
    facts: { subject } as Facts,
    decision,
    createdAt: "2026-11-22T10:15:00Z",
  };
}

export const evaluations = {
  strip: evaluationOf(strip, 1, "Tidy descriptions"),
  older: evaluationOf(strip, 2, "Drop the pii tag from e-mail", 1),
  merged: evaluationOf(approved, 2, "Drop the pii tag from e-mail", 2),
  rejected: evaluationOf(rejected, 3, "Make phone numbers integers"),
  overridden: evaluationOf(overridden, 4, "Hotfix: unblock the nightly export"),
  invalid: evaluationOf(invalid, 5, "Rename approvers"),
  auto: evaluationOf(autoApproved, 6, "Describe the city column"),
} as const;

export const record: ApprovalRecord = {
  created: false,
  approval: {
    id: "0198c2a9-5b1e-7c4d-9e2f-6a7b8c9d0e1f",
    workspaceId: "w",
    draftId: "d",
    draftSnapshotId: "s",
    approvalVersion: 3,
    kind: "regular",
    actorId: 1,
    approvedBy: [{ id: 2, login: "bob" }],
    mergedBy: 1,
    approvedAt: "2026-11-22T10:20:00Z",
    channel: "github",
    draftVersion: 2,
    sourceSnapshotHash: "e5".repeat(32),
    commandHistoryHash: "f6".repeat(32),
    blockerIds: [],
    advisoryIds: [],
    rationale: null,
    overrideId: null,
    repositoryId: REPOSITORY_ID,
    pullRequest: 2,
    mergeSha: "9d8c7b6a5f4e3d2c1b0a99887766554433221100",
  },
  artifact: {
    id: "a",
    approvalId: "0198c2a9-5b1e-7c4d-9e2f-6a7b8c9d0e1f",
    compiledHash: `${"5f0c1b7e9a".repeat(6)}abcd`,
    reviewProjection: {},
    runtimeProjection: {},
    compilerVersion: "1",
  },
  event: event(3, "governance.approved", "info", "acme/contracts#2"),
};

function event(seq: number, type: string, severity: AuditEvent["severity"], subject: string): AuditEvent {
  const hash = (n: number) => (n === 0 ? "0".repeat(64) : String(n).repeat(64).slice(0, 64));
  return {
    ...{ tenantId: "t", seq, prevHash: hash(seq - 1), hash: hash(seq), type, severity, subject },
    ...{ actor: "1", payload: {}, at: `2026-11-22T10:${10 + seq}:00Z` },
  };
}

/** A real chain, oldest first: two of its events under a checkpoint. */
export const events: readonly SealedEvent[] = chained([
  ["policy.in_force", "warning", "policy 7 version 1", "1"],
  ["governance.approved", "info", "approval 0198c2a9-5b1e-7c4d-9e2f-6a7b8c9d0e1f", "1"],
  ["override.used", "critical", "override 0198c2a9-0000-7c4d-9e2f-6a7b8c9d0e1f", null],
  ["repository.archived", "warning", "repository 7", "583231"],
]);

function chained(said: readonly (readonly [string, AuditEvent["severity"], string, string | null])[]): readonly SealedEvent[] {
  const chain: SealedEvent[] = [];
  for (const [type, severity, subject, actor] of said) {
    const at = `2026-11-22T10:${10 + chain.length}:00.000Z`;
    chain.push(sealEvent(TENANT.id, chain.at(-1) ?? GENESIS, { type, severity, subject, actor, payload: {}, at }));
  }
  return chain;
}

/** `chain` as a database holds it, that may not be what was sealed. */
export function chainLedger(
  chain: readonly SealedEvent[] = events,
): Pick<TenantReads, "auditEvents" | "chainStates" | "chainEvents" | "checkpointsOf"> {
  const hashes = events.slice(0, 2).map(({ hash }) => hash);
  const last = { tenantId: TENANT.id, size: 2, head: hashes[1]!, root: rootOf(hashes), at: "2026-11-22T10:11:30.000Z" };
  const head = { seq: chain.at(-1)!.seq, hash: chain.at(-1)!.hash };
  return {
    auditEvents: async ({ type, actor, subject }) =>
      chain
        .filter((event) => (type === null || event.type.startsWith(type)) && (actor === null || event.actor === actor))
        .filter((event) => subject === null || event.subject.includes(subject))
        .map((event) => ({ ...event, actorLogin: event.actor === "1" ? "ana" : null }))
        .toReversed(),
    chainStates: async () => [{ tenantId: TENANT.id, head, now: "2026-11-22T11:00:00.000Z", uncoveredSince: null, last }],
    chainEvents: async (_, after, to, limit) => chain.filter(({ seq }) => seq > after && seq <= to).slice(0, limit),
    checkpointsOf: async () => [{ checkpoint: last, keyId: "k", sinks: ["file", "git"] }],
  };
}

/** Nothing happened. */
const emptyRecords: ComplianceRecords = {
  ...{ organisation: "acme", generatedAt: "2026-11-22T12:00:00.000Z" },
  period: { from: "2026-11-01T00:00:00.000Z", to: "2026-11-22T12:00:00.000Z" },
  trail: { first: null, last: null, events: {} },
  ...{ approvals: [], overrides: [], incidents: [], policyChanges: [], waits: [], boundaryViolations: [], coverage: [] },
  ...{ checkpoints: [], reconciliation: [] },
};

export function pageLedger(stored: readonly StoredEvaluation[] = Object.values(evaluations)): PageLedger {
  const latest = (key: string) => stored.filter((each) => each.key === key).toSorted((a, b) => b.version - a.version)[0] ?? null;
  return {
    overview: async () =>
      [...new Set(stored.map((each) => each.key))].map((key) => {
        const evaluation = latest(key);
        const number = Number(key.split("#")[1]);
        return { key, repository: "acme/contracts", number, evaluation, open: number !== 2 };
      }),
    evaluation: async (id) => stored.find((each) => each.id === id) ?? null,
    latestEvaluation: async (key) => latest(key),
    approvalOf: async (repositoryId, number) => (repositoryId === REPOSITORY_ID && number === 2 ? record : null),
    ...chainLedger(),
    evidenceOf: async () => null,
    askedSince: async () => ({}),
    waitingChanges: async () => ({ now: "2026-11-22T12:00:00.000Z", changes: [], more: false }),
    policyStandings: async () => [],
    decidedPulls: async () => [],
    lineageStandings: async () => [],
    complianceRecords: async () => emptyRecords,
    overrideRows: async () => [],
    forcedSubmissions: async () => [],
    decisionTraces: async () => [],
    decisionTrace: async () => null,
    watchedRepositories: async () => [],
  };
}
