import type { ContractDiff, Finding } from "../../../src/engine/contract/finding.ts";
import type { Actor, Facts, PeopleFacts, Review } from "../../../src/engine/facts.ts";
import type { PolicyReading, PolicySource } from "../../../src/engine/policy/model.ts";
import { parsePolicySet } from "../../../src/engine/policy/parse.ts";

export const HEAD = "head000000000000000000000000000000000000";
export const BEFORE = "before0000000000000000000000000000000000";
export const NOW = "2026-11-21T12:00:00Z";

export const PII_POLICY = `
policies:
  - name: pii-change-policy
    description: "Requires Security Team approval for PII changes"
    trigger: { tags: [pii, gdpr], env: [production] }
    approvers:
      - { role: security-engineer, team: sec-ops, minApprovals: 1 }
    slaHours: 24
`;

export function source(kind: "policies" | "config", text: string, over: Partial<PolicySource> = {}): PolicySource {
  const path = kind === "config" ? ".choochoorc" : ".choochoo/approval-policies.yaml";
  return { origin: "repo", kind, path, mode: "100644", blob: "b10b", text, unreadable: null, ...over };
}

export function policy(policies: string | null = PII_POLICY, config: string | null = null): PolicyReading {
  return parsePolicySet([
    ...(policies === null ? [] : [source("policies", policies)]),
    ...(config === null ? [] : [source("config", config)]),
  ]);
}

let serial = 0;
export function finding(over: Partial<Finding> = {}): Finding {
  const { code = "tag.removed", object = "customers", field = "email", before = "pii", after = null, contract = "customers" } = over;
  return {
    code: "tag.removed",
    severity: "block",
    contract: "contracts/customers.odcs.yaml",
    format: "odcs",
    object: "customers",
    field: "email",
    tagsBefore: ["pii"],
    tagsAfter: [],
    unknownClasses: [],
    before: "pii",
    after: null,
    message: "tag `pii` removed",
    file: "contracts/customers.odcs.yaml",
    line: 14,
    column: 5,
    side: "head",
    weight: "loss",
    fingerprint: [code, contract, object, field, before, after].join("|"),
    ...over,
  };
}

export function harmless(over: Partial<Finding> = {}): Finding {
  const quiet = {
    code: "type.widened",
    severity: "info",
    tagsBefore: [],
    tagsAfter: [],
    weight: "other",
    message: "type widened",
  } as const;
  return finding({ ...quiet, before: "int", after: "bigint", ...over });
}

export function diff(findings: readonly Finding[] = [finding()], over: Partial<ContractDiff> = {}): ContractDiff {
  const file = { path: "contracts/customers.odcs.yaml", baseMode: "100644", baseBlob: "aa", headMode: "100644", headBlob: "bb" };
  return { findings, files: [file], losses: [], unparseable: [], warnings: [], environments: [], contracts: [], ...over };
}

const USERS = ["alice", "bob", "carol", "dave", "erin", "ana"];
export const ACTORS: readonly Actor[] = USERS.map((login, index) => ({ id: index + 1, login, type: "User", suspended: false }));

export function team(slug: string, ...users: readonly string[]): PeopleFacts["teams"][number] {
  return { slug, id: slug.length, readable: true, members: users.map((user) => ({ user, state: "active", inherited: false })) };
}

/** alice wrote and pushed the head; bob and carol are sec-ops; dave is privacy; erin is ciso; ana owns the organisation. */
export function people(over: Partial<PeopleFacts> = {}): PeopleFacts {
  return {
    actors: ACTORS,
    pushes: [{ sha: HEAD, actor: "alice", at: "2026-11-21T09:00:00Z", forced: false }],
    commits: [{ sha: HEAD, parents: ["base"], author: "alice", committer: "alice", coAuthors: [], verified: true }],
    reviews: [],
    teams: [team("sec-ops", "bob", "carol"), team("privacy", "dave"), team("ciso", "erin")],
    owners: ["ana"],
    permissions: {},
    labels: [],
    comments: [],
    history: { retargets: [], reopened: [], pushHistoryComplete: true },
    contentDigests: {},
    ...over,
  };
}

export function review(user: string | null, over: Partial<Review> = {}): Review {
  serial += 1;
  const submittedAt = over.submittedAt ?? "2026-11-21T10:00:00Z";
  const receipt = { commitId: HEAD, headSha: HEAD, at: submittedAt };
  return { id: serial, user, state: "APPROVED", commitId: HEAD, submittedAt, viaApp: null, receipt, dismissedBy: null, ...over };
}

export function facts(over: Partial<Facts> = {}, subject: Partial<Facts["subject"]> = {}): Facts {
  return {
    schemaVersion: 1,
    asOf: NOW,
    subject: {
      repository: "acme/data",
      repositoryId: 1,
      pullRequest: 7,
      title: "Tidy",
      baseRef: "main",
      defaultBranch: "main",
      baseProtected: true,
      baseSha: "base",
      mergeBase: "base",
      headSha: HEAD,
      environment: null,
      author: "alice",
      ownerType: "Organization",
      ...subject,
    },
    policy: policy(),
    policyCommit: "base",
    governanceFiles: [],
    diff: diff(),
    people: people(),
    agent: null,
    lineage: { known: false, dependents: [] },
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    limits: [],
    simulated: false,
    ...over,
  };
}

/** Facts in which these people approved the head. */
export function approvedBy(...users: readonly string[]): Partial<Facts> {
  return { people: people({ reviews: users.map((user) => review(user)) }) };
}
