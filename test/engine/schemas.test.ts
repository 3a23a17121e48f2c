import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { agentSchemas } from "../../src/engine/agents/schema.ts";
import { casesJsonSchema } from "../../src/engine/cases/schema.ts";
import { complianceJsonSchema } from "../../src/engine/compliance.ts";
import { decide } from "../../src/engine/decide.ts";
import { decisionJson, decisionJsonSchema, decisionSchema } from "../../src/engine/decision-schema.ts";
import { policySchemas } from "../../src/engine/policy/schema.ts";
import { changeByBot, evidence, registry } from "./agents/build.ts";
import { approvedBy, diff, facts, PII_POLICY, people, policy, review } from "./policy/build.ts";

const published = (name: string): object => JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), "utf8"));

test("the published schemas are those that the engine reads with", () => {
  expect(published("approval-policies")).toEqual(JSON.parse(JSON.stringify(policySchemas().policies)));
  expect(published("choochoorc")).toEqual(JSON.parse(JSON.stringify(policySchemas().config)));
  expect(published("cases")).toEqual(JSON.parse(JSON.stringify(casesJsonSchema())));
  expect(published("agents")).toEqual(JSON.parse(JSON.stringify(agentSchemas().agents)));
  expect(published("system-card")).toEqual(JSON.parse(JSON.stringify(agentSchemas()["system-card"])));
  expect(published("report")).toEqual(JSON.parse(JSON.stringify(complianceJsonSchema())));
  expect(published("decision")).toEqual(JSON.parse(JSON.stringify(decisionJsonSchema())));
});

describe("published schemas judge as the engine does", () => {
  const validate = new Ajv2020({ strict: false }).compile(published("approval-policies"));
  test.each([
    [true, PII_POLICY],
    [false, PII_POLICY.replace("approvers", "aprovers")],
    [false, PII_POLICY.replace("minApprovals: 1", "minApprovals: 0")],
  ])("%s", (valid, text) => {
    expect(validate(parse(text))).toBe(valid);
    expect(policy(text).status === "ok").toBe(valid);
  });
});

describe("real decisions validate", () => {
  const validate = new Ajv2020({ strict: false }).compile(published("decision"));
  const unparseable = [{ code: "E001", message: "not YAML", file: "a.yaml", line: 3, severity: "error" }] as const;
  const label = { name: "governance-override", actor: "ana", at: "2026-11-21T11:00:00Z", viaApp: null, removedAt: null };
  const reason = { user: "ana", body: '/countersign override reason="pager 1234"', at: "2026-11-21T11:00:00Z" };
  const overriding = people({
    labels: [{ ...label, headSha: facts().subject.headSha, baseRef: "main" }],
    comments: [{ ...reason, headSha: facts().subject.headSha }],
  });
  test.each([
    ["approved", facts(approvedBy("bob"))],
    ["pending_approval", facts({ people: people({ reviews: [review(null), review("alice")] }) })],
    ["invalid", facts({ diff: diff([], { unparseable }) })],
    ["overridden", facts({ people: overriding })],
    ["blocked", changeByBot({ agents: evidence({ registry: registry("    boundaries: { no-pii: true }\n") }) })],
    ["error", facts({ faults: [{ what: "tree", kind: "network", message: "timeout" }] })],
  ])("%s", (state, given) => {
    const printed = JSON.parse(JSON.stringify(decisionJson(decide(given))));
    expect(printed.state).toBe(state);
    expect(decisionSchema.safeParse(printed).error).toBeUndefined();
    expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...printed, state: "neutral" })).toBe(false);
  });
});
