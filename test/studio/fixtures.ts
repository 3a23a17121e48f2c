import type { Decision } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import type { AccessStore, ApprovalRecord, AuditEvent, StoredEvaluation, StudioRecords, TenantReads } from "../../src/gate/ports.ts";
import type { StudioDeps } from "../../src/studio/app.tsx";
import { approved, autoApproved, invalid, overridden, rejected, strip } from "../report/fixtures.ts";

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

export const events: readonly AuditEvent[] = [
  event(4, "override.used", "critical", "acme/contracts#4"),
  record.event,
  event(2, "policy.in_force", "warning", "acme/contracts"),
  event(1, "tenant.created", "info", "acme"),
];

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
    auditTrail: async () => events,
    overrideRows: async () => [],
    watchedRepositories: async () => [],
  };
}
