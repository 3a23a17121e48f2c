import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import { matchPolicies } from "../../../src/engine/policy/match.ts";
import type { PolicySource } from "../../../src/engine/policy/model.ts";
import { parsePolicySet } from "../../../src/engine/policy/parse.ts";
import { readingRules, vocabularyOf } from "../../../src/engine/policy/words.ts";
import { inputOf } from "../contract/support.ts";
import { source } from "./build.ts";

const ORG =
  "contracts: {include: ['contracts/**']}\nteams: {designated: [d], executive: [e]}\nvocabulary: {synonyms: {geheim: restricted}}\n";
const POLICIES = `policies:
  - {name: pii, trigger: {tags: [pii]}, approvers: [{team: sec-ops, minApprovals: 1}]}
  - {name: top, trigger: {classification: ">=confidential"}, approvers: [{team: sec-ops, minApprovals: 1}]}
`;
const org = [
  source("config", ORG, { origin: "org", path: "org/.choochoorc" }),
  source("policies", POLICIES, { origin: "org", path: "org/approval-policies.yaml" }),
];

const contract = (tag: string) =>
  `kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nschema:\n  - name: t\n    properties:\n      - name: email\n${tag}`;

/** Organisation policies that a lost tag meets, with what a repository adds. */
function met(tag: string, repository: readonly PolicySource[]): readonly string[] {
  const reading = parsePolicySet([...org, ...repository]);
  if (reading.status !== "ok") throw new Error(JSON.stringify(reading.problems));
  const input = inputOf({ "contracts/c.yaml": contract(`        ${tag}\n`) }, { "contracts/c.yaml": contract("") });
  const { findings } = diffContracts({ ...input, rules: readingRules(reading.set) });
  const change = { findings, environment: "production", byAgent: false, vocabulary: vocabularyOf(reading.set) } as const;
  return matchPolicies(reading.set.policies, change).flatMap(({ matched, name }) => (matched && name.startsWith("org/") ? [name] : []));
}

/** Every way in which a repository can make a word a class of its own. */
const WAYS: readonly (readonly [string, (word: string) => PolicySource])[] = [
  ["a keyword", (word) => source("config", `vocabulary: {keywords: ["${word}"]}\n`)],
  ["requireApproval", (word) => source("config", `governance: {requireApproval: ["${word}"]}\n`)],
  ["an order", (word) => source("config", `vocabulary: {order: ["public < ${word}"]}\n`)],
  [
    "a policy",
    (word) => source("policies", `policies: [{name: lax, trigger: {tags: ["${word}"]}, approvers: [{team: l, minApprovals: 1}]}]\n`),
  ],
];

describe.each(WAYS)("a repository that makes a word a class by %s keeps every policy of the organisation", (_name, way) => {
  it.each([
    ["tags: [PII.EMAIL]", "PII.EMAIL", "org/pii"],
    ["tags: [pii-email-work]", "pii-email", "org/pii"],
    ["pii_type: email", "pii-type", "org/pii"],
    ["tags: [restricted-eu]", "restricted-eu", "org/top"],
    ["classification: internal-plus", "internal-plus", "org/top"],
    ["classification: crown-jewels", "crown-jewels", "org/top"],
    ['tags: ["classification: restricted"]', "classification", "org/top"],
  ])("%s with `%s`", (tag, word, policy) => {
    const alone = met(tag, []);
    expect(alone).toContain(policy);
    expect(met(tag, [way(word)])).toEqual(expect.arrayContaining([...alone]));
  });
});
