import type { Finding } from "../../src/engine/contract/finding.ts";
import type { Decision, DecisionNode, NodeStatus, PolicyMatch, Requirement, RiskScore } from "../../src/engine/decision.ts";

/** Decisions as the engine makes them, written by hand. */

export function finding(overrides: Partial<Finding> = {}): Finding {
  const file = overrides.file ?? "contracts/customers.odcs.yaml";
  return {
    code: "tag.removed",
    severity: "block",
    contract: file,
    format: "odcs",
    object: "customers",
    field: "email",
    tagsBefore: ["pii"],
    tagsAfter: [],
    unknownClasses: [],
    before: "pii",
    after: null,
    message: "tag `pii` removed",
    file,
    line: 14,
    column: 11,
    side: "head",
    weight: "loss",
    fingerprint: `f-${overrides.object ?? "customers"}-${overrides.field ?? "email"}-${overrides.code ?? "tag.removed"}`,
    ...overrides,
  };
}

export const emailStrip = finding();
export const phoneType = finding({
  code: "type.changed",
  field: "phone",
  tagsAfter: ["pii"],
  before: "string",
  after: "integer",
  message: "type `string` → `integer`",
  line: 21,
  weight: "exposure",
});
export const cityDescription = finding({
  code: "description.changed",
  severity: "info",
  field: "city",
  tagsBefore: [],
  before: "Town",
  after: "Town of residence",
  message: "description changed",
  line: 30,
  weight: "other",
});

export const piiPolicy: PolicyMatch = {
  name: "org/pii-change-policy",
  description: "Requires Security Team approval for PII changes",
  mode: "enforce",
  matched: true,
  because: ["tag `pii`", "environment production"],
  findings: [emailStrip.fingerprint, phoneType.fingerprint],
  slaHours: 24,
};
export const otherPolicies: readonly PolicyMatch[] = [
  {
    ...piiPolicy,
    name: "org/card-data-policy",
    matched: false,
    because: ["no change touches tag `pci-dss`"],
    findings: [],
    slaHours: null,
  },
  {
    ...piiPolicy,
    name: "repo/staging-policy",
    matched: false,
    because: ["environment is production, not staging"],
    findings: [],
    slaHours: null,
  },
  {
    ...piiPolicy,
    name: "repo/owner-policy",
    mode: "warn",
    matched: false,
    because: ["no finding `owner.removed`"],
    findings: [],
    slaHours: null,
  },
];

export const secOps: Requirement = {
  id: "sec-ops/security-engineer",
  team: "sec-ops",
  role: "security-engineer",
  users: [],
  minApprovals: 1,
  have: 0,
  source: ["org/pii-change-policy"],
  approvals: [],
  refused: [{ user: "dave", reviewId: 8, reason: "stale", because: "given before `contracts/customers.odcs.yaml` changed in 3f2a91c" }],
  completers: ["@bob", "@carol"],
};

export const mediumRisk: RiskScore = {
  score: 6.0,
  level: "medium",
  factors: [
    { id: "S", name: "compliance sensitivity", points: 400, because: "pii tag removed from customers.email" },
    { id: "I", name: "impact radius", points: 50, because: "no lineage known" },
    { id: "A", name: "agent confidence", points: 0, because: "human author" },
    { id: "E", name: "environment", points: 150, because: "production" },
    { id: "H", name: "historical quality", points: 0, because: "no history" },
  ],
  floors: [],
};

export function node(name: string, status: NodeStatus, because: string, children: readonly DecisionNode[] = []): DecisionNode {
  return { name, status, because, children };
}

export const strip: Decision = {
  schemaVersion: 1,
  state: "pending_approval",
  exitCode: 10,
  environment: "production",
  pattern: "main",
  verdict: "Waiting for sec-ops (0 of 1): a `pii` tag is removed in production",
  tree: node("decision", "pending", "one approval is missing", [
    node("environment", "info", "base `main` is production"),
    node("changes", "info", "3 findings in 1 contract", [
      node("customers.email", "warn", "tag `pii` removed at contracts/customers.odcs.yaml:14"),
      node("customers.phone", "warn", "type `string` → `integer` at contracts/customers.odcs.yaml:21"),
      node("customers.city", "info", "description changed"),
    ]),
    node("policies", "info", "1 matched, 3 did not", [node("org/pii-change-policy", "info", "matched: tag `pii`, environment production")]),
    node("risk", "info", "6.0, medium"),
    node("requirements", "pending", "1 of 1 is open", [
      node("sec-ops (security-engineer)", "pending", "0 of 1", [
        node("alice", "warn", "approval does not count: author of this change"),
        node("dave", "warn", "approval does not count: given before `contracts/customers.odcs.yaml` changed in 3f2a91c"),
      ]),
    ]),
  ]),
  findings: [emailStrip, phoneType, cityDescription],
  risk: mediumRisk,
  policies: [piiPolicy, ...otherPolicies],
  requirements: [secOps],
  refused: [{ user: "alice", reviewId: 7, reason: "contributor", because: "author of this change" }],
  problems: [],
  override: null,
  overrideNotes: [],
  agent: null,
  base: "8c1d0a2f9b7e4d63a5f01e2c3b4d5e6f70819283",
  head: "3f2a91c07d5e8b6a4c3f2e1d0b9a8f7e6d5c4b3a",
  policyCommit: "8c1d0a2f9b7e4d63a5f01e2c3b4d5e6f70819283",
  peopleKnown: true,
  simulated: false,
  digests: { facts: "a1".repeat(32), policy: "b2".repeat(32), findings: "c3".repeat(32), content: "d4".repeat(32) },
};

const bobsApproval = { user: "bob", userId: 2, reviewId: 9, submittedAt: "2026-11-21T10:12:00Z" };
const secOpsFilled: Requirement = { ...secOps, have: 1, approvals: [bobsApproval], completers: [] };

export const approved: Decision = {
  ...strip,
  state: "approved",
  exitCode: 0,
  verdict: "Approved by bob (sec-ops)",
  tree: node("decision", "pass", "every requirement is filled", [
    ...strip.tree.children.slice(0, 4),
    node("requirements", "pass", "1 of 1 is filled", [node("sec-ops (security-engineer)", "pass", "1 of 1: bob")]),
  ]),
  requirements: [secOpsFilled],
};

export const rejected: Decision = {
  ...strip,
  state: "rejected",
  exitCode: 11,
  verdict: "Changes requested by carol (sec-ops)",
  tree: node("decision", "rejected", "carol asked for changes", strip.tree.children),
};

export const overridden: Decision = {
  ...strip,
  state: "overridden",
  exitCode: 0,
  verdict: "OVERRIDE by ana until 18:00 UTC: pager 1234; post-hoc review due Nov 25",
  tree: node("decision", "overridden", "ana overrode the gate", strip.tree.children),
  override: {
    by: "ana",
    byId: 3,
    reason: "pager 1234",
    incident: "INC-1234",
    at: "2026-11-22T14:00:00Z",
    expiresAt: "2026-11-22T18:00:00Z",
    postHocReviewDue: "2026-11-25T14:00:00Z",
  },
};

export const invalid: Decision = {
  ...strip,
  state: "invalid",
  exitCode: 2,
  verdict: "Cannot decide: `.choochoo/approval-policies.yaml` line 9: unknown key `aprovers` (did you mean `approvers`?)",
  tree: node("decision", "invalid", "the policy cannot be read", [
    node("policy", "invalid", "`.choochoo/approval-policies.yaml` line 9: unknown key `aprovers`"),
  ]),
  policies: [],
  requirements: [],
  refused: [],
  problems: [
    {
      code: "E001",
      message: "unknown key `aprovers`",
      file: ".choochoo/approval-policies.yaml",
      line: 9,
      severity: "error",
      hint: "did you mean `approvers`?",
    },
  ],
};

export const failed: Decision = {
  ...strip,
  state: "error",
  exitCode: 3,
  verdict: "Cannot read team sec-ops (502): it is tried again",
  tree: node("decision", "error", "team sec-ops could not be read", [node("people", "error", "GET teams/sec-ops/members answered 502")]),
  findings: [],
  policies: [],
  requirements: [],
  refused: [],
};

export const autoApproved: Decision = {
  ...strip,
  state: "auto_approved",
  exitCode: 0,
  verdict: "Auto-approved: low risk (1.2), no policy applies",
  tree: node("decision", "pass", "low risk, no policy applies", [node("risk", "pass", "1.2, low")]),
  environment: "development",
  pattern: "develop",
  findings: [cityDescription],
  risk: {
    ...mediumRisk,
    score: 1.2,
    level: "low",
    factors: [{ id: "S", name: "compliance sensitivity", points: 120, because: "an untagged description changed" }],
  },
  policies: otherPolicies,
  requirements: [],
  refused: [],
};

/** Mass strip: more than any surface can show. */
export function massStrip(fields: number): Decision {
  const findings = Array.from({ length: fields }, (_, index) =>
    finding({ field: `column_${index}`, file: `contracts/wide_${index % 7}.odcs.yaml`, line: index + 1, fingerprint: `mass-${index}` }),
  );
  return {
    ...strip,
    verdict: `Waiting for sec-ops (0 of 1): ${fields} \`pii\` tags are removed in production`,
    findings,
    policies: [{ ...piiPolicy, findings: findings.map((each) => each.fingerprint) }, ...otherPolicies],
  };
}

export const allFixtures = { strip, approved, rejected, overridden, invalid, failed, autoApproved } as const;
