/** Serves the pages on hand-made records, to look at them: `npm run build && node test/studio/preview.ts`, then open the printed link. `ROWS=200`: many. */
import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { createStudio } from "../../dist/studio/app.js";
import type { LineageSummary } from "../../src/engine/contract/lineage/model.ts";
import type { PolicySource } from "../../src/engine/policy/model.ts";
import type { PolicyStanding, WaitingChange } from "../../src/gate/ports.ts";
import { CONFIG, POLICIES } from "../demo/sample.ts";
import { invalid, rejected, secOps, strip } from "../report/fixtures.ts";
import { evaluations, pageLedger, pagesOf } from "./fixtures.ts";

const port = Number(process.env["PORT"] ?? 4601);
const rows = Number(process.env["ROWS"] ?? 3);
const publicUrl = `http://127.0.0.1:${port}`;
const token = process.env["PREVIEW_TOKEN"] ?? randomBytes(16).toString("hex");
const times = <T>(make: (index: number) => T) => Array.from({ length: rows }, (_, index) => make(index));
const now = "2026-11-22T12:00:00.000Z";
const hoursAgo = (hours: number) => new Date(Date.parse(now) - hours * 3_600_000).toISOString();

const changes = times((index): WaitingChange => {
  const team = ["sec-ops", "privacy-and-data-protection-office", "finance"][index % 3]!;
  const decision = index % 7 === 6 ? invalid : index % 5 === 4 ? rejected : strip;
  return {
    ...{ kind: index % 4 === 3 ? "submission" : "pull_request", name: "acme/customer-data-contracts", pullRequest: 100 + index },
    ...{ workspaceId: "0198c2a4-0000-7000-8000-00000000000b", author: "alice", decidedAt: hoursAgo(index) },
    title: index % 2 === 0 ? "Tidy descriptions" : "Make the phone number of customers an integer, and drop what nobody reads any more",
    decision: { ...decision, requirements: decision === invalid ? [] : [{ ...secOps, team }] },
    since: { [secOps.id]: hoursAgo(3 * index) },
  };
});

const source = (kind: PolicySource["kind"], path: string, text: string): PolicySource => ({
  ...{ origin: "repo", kind, path, mode: "100644", blob: "b10b", text, unreadable: null },
});
const standings = times((index): PolicyStanding => {
  const sources = [source("policies", ".choochoo/approval-policies.yaml", POLICIES), source("config", ".choochoorc", CONFIG)];
  const version = { id: "v", repositoryId: index + 1, seq: index + 1, commit: "3f2a91c0".repeat(5), sources, digest: "d".repeat(64) };
  return {
    ...{ repositoryId: index + 1, repository: `acme/contracts-${index + 1}`, actorLogin: "ana", incidents: [] },
    version: {
      ...version,
      how: index % 2 === 0 ? "approved" : "overridden",
      evaluationId: null,
      approvalId: null,
      actorId: 5,
      at: hoursAgo(30),
    },
    unsatisfiable:
      index === 1
        ? { at: hoursAgo(9), version: 2, problems: ["policy `repo/pii-change-policy` asks sec-ops, and nobody can give it"] }
        : null,
  };
});

const summaries = times((index): LineageSummary => {
  const file = `contracts/domain-${index % 4}/customers-and-orders-${index}.odcs.yaml`;
  const upstream = `contracts/domain-${Math.floor(index / 2) % 4}/customers-and-orders-${Math.floor(index / 2)}.odcs.yaml`;
  const end = (contract: string) => ({ contract, object: null, field: null });
  return {
    ...{ file, key: file, objects: [{ name: "customers", physicalName: null }], production: index % 3 === 0, critical: index % 5 === 1 },
    tagged: index % 2 === 0 ? [{ object: "customers", field: "email", keys: ["pii", "gdpr"] }] : [],
    links: index === 0 ? [] : [{ upstream: end(upstream), downstream: end(file), carrier: "lineage" }],
  };
});
const lineage = { repositoryId: 1, repository: "acme/contracts", commit: "3f2a91c0".repeat(5), recordedAt: hoursAgo(5), summaries };

const person = { id: 583231, login: "bob" };
const records = async () => {
  const empty = await pageLedger([]).complianceRecords({ from: now, to: null });
  if ("status" in empty) throw new Error(empty.what);
  return {
    ...empty,
    approvals: times((index) => ({
      ...{ id: `0198c2a9-5b1e-7c4d-9e2f-${String(index).padStart(12, "0")}`, event: index + 1, at: hoursAgo(index * 5) },
      ...{ kind: index % 9 === 8 ? ("forced" as const) : ("regular" as const), agent: "acme/contracts", environment: "production" },
      ...{ repository: "acme/customer-data-contracts", pullRequest: index + 1, commit: "9d8c7b6a".repeat(5), channel: "github" as const },
      ...{ approvedBy: index % 9 === 8 ? [] : [person], actor: { id: 6, login: null }, rationale: null, overrideId: null },
      ...{ policies: ["org/pii-change-policy"], teams: ["sec-ops"], blockers: index % 9 === 8 ? 2 : 0, artifact: "5f0c1b7e".repeat(8) },
    })),
    overrides: times((index) => ({
      ...{
        id: `o-${index}`,
        event: 900 + index,
        at: hoursAgo(40),
        isInPeriod: true,
        repository: "acme/contracts",
        pullRequest: 7,
        draftId: null,
      },
      ...{
        by: person,
        status: "used" as const,
        because: "an organisation owner",
        reason: "pager 1234: the nightly export is stuck",
        incident: "INC-1234",
      },
      became: [{ kind: "merged", at: hoursAgo(39) }],
      review: { state: "overdue" as const, dueAt: hoursAgo(2), issue: 12, closedAt: null, closedBy: null, finding: null },
    })),
    reconciliation: [{ what: "regular approvals", records: rows, events: rows }],
    coverage: [{ repository: "acme/contracts", standing: "enforced" as const, because: null, checkedAt: now }],
  };
};

const ledger = {
  ...pageLedger(),
  waitingChanges: async () => ({ now, changes, more: false }),
  policyStandings: async () => standings,
  decidedPulls: async () => [{ evaluation: evaluations.strip, open: true }],
  lineageStandings: async () => [lineage],
  complianceRecords: records,
};
const studio = createStudio(pagesOf(ledger, { token }, publicUrl));
serve({ fetch: studio.fetch, hostname: "127.0.0.1", port });
console.log(`${publicUrl}/dev-login?token=${token}&next=/pulls/acme/contracts/1`);
