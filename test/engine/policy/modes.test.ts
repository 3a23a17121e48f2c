import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts } from "../../../src/engine/facts.ts";
import { readableSet } from "../../../src/engine/policy/parse.ts";
import { requiredTeams } from "../../../src/engine/policy/required-teams.ts";
import { checksOf } from "../../../src/engine/state.ts";
import { compareHere } from "../../../src/gate/compare-here.ts";
import { testPolicies } from "../../../src/gate/test-policies.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { aConfig, policiesText, reading, someFacts, somePolicies } from "../../laws/world.ts";
import { diff, facts, finding, people, policy, review, source, team } from "./build.ts";

const ON_TRIAL = ["warn", "shadow"] as const;
const text = (mode: string) => `policies:
  - { name: tried, mode: ${mode}, trigger: { tags: [financial] }, approvers: [{ team: finance, minApprovals: 2 }] }
`;
const financial = finding({
  tagsBefore: ["financial"],
  tagsAfter: ["financial"],
  before: "int",
  after: "bigint",
  code: "type.widened",
  severity: "info",
  weight: "exposure",
});
const under = (mode: string, over: Partial<Facts> = {}, baseRef = "develop") =>
  facts(
    { policy: policy(text(mode)), diff: diff([financial]), people: people({ teams: [team("finance", "bob", "dave")] }), ...over },
    { baseRef },
  );

describe("what each mode counts for", () => {
  test.each([
    ["enforce", "pending_approval", 1, 2],
    ["warn", "auto_approved", 0, 1],
    ["shadow", "auto_approved", 0, 1],
  ])("%s: %s, %i requirement, %i checks", (mode, state, requirements, checks) => {
    const given = under(mode);
    const decision = decide(given);
    expect(decision.policies).toMatchObject([{ name: "repo/tried", mode, matched: true }]);
    expect([decision.state, decision.requirements.length]).toEqual([state, requirements]);
    expect(checksOf(decision, readableSet(given.policy).config)).toHaveLength(checks);
  });

  test.each([
    ["enforce", true],
    ["warn", true],
    ["shadow", false],
  ])("%s on the check: %s", (mode, shown) => {
    expect(renderMarkdown(decide(under(mode))).includes("tried")).toBe(shown);
  });

  test.each(ON_TRIAL)("%s: its teams are not designated, and one of them does not answer for the level", (mode) => {
    const strip = { diff: diff([finding({ tagsBefore: ["financial"], before: "financial" })]) };
    const teams = [team("finance", "bob", "dave")];
    const decision = decide(under(mode, { ...strip, people: people({ teams, reviews: [review("bob"), review("dave")] }) }, "main"));
    expect(decision).toMatchObject({ state: "pending_approval", requirements: [{ role: "organisation owner", source: ["level:medium"] }] });
  });

  test.each(ON_TRIAL)("%s: its teams are not even read, so an outage there fails nothing", (mode) => {
    expect(requiredTeams({ policy: policy(text(mode)) })).toEqual([]);
    expect(requiredTeams({ policy: policy(text("enforce")) })).toEqual(["finance"]);
  });

  test.each(ON_TRIAL)("%s: a word that only it names is no class yet: losing it asks nobody", async (mode) => {
    const contract = (tags: string) => `apiVersion: v3.1.0
kind: DataContract
id: c
version: 1.0.0
status: active
schema: [{ name: c, properties: [{ name: f, logicalType: string${tags} }] }]
`;
    const given = JSON.stringify({
      cases: [
        {
          name: "lost",
          given: { changes: [{ path: "contracts/c.odcs.yaml", before: contract(", tags: [blue]"), after: contract("") }] },
          expect: { exitCode: 0 },
        },
      ],
    });
    const outcome = async (as: string) => {
      const rules = `policies: [{ name: p, mode: ${as}, trigger: { tags: [blue] }, approvers: [{ team: t }] }]`;
      const suite = { policies: source("policies", rules), config: null, cases: source("policies", given, { path: "p.cases.yaml" }) };
      const { problems, results } = await testPolicies(compareHere, suite);
      expect(problems).toEqual([]);
      return results[0]!.differences.length;
    };
    expect([await outcome(mode), await outcome("enforce")]).toEqual([0, 1]);
  });

  test.each(ON_TRIAL)("%s: it does not make an unknown class a known one", (mode) => {
    const unknown = finding({
      code: "type.widened",
      severity: "info",
      tagsBefore: [],
      tagsAfter: [],
      unknownClasses: ["unknown:blue"],
      weight: "other",
    });
    const rules = (as: string) => policy(`policies: [{ name: p, mode: ${as}, trigger: { tags: [blue] }, approvers: [{ team: t }] }]`);
    expect(decide(facts({ policy: rules(mode), diff: diff([unknown]) }))).toMatchObject({
      state: "pending_approval",
      policies: [{ matched: true }],
    });
  });
});

test("policies on trial change nothing that counts, whatever else there is", () => {
  const world = fc.record({
    given: someFacts,
    enforced: somePolicies,
    tried: somePolicies,
    config: aConfig,
    mode: fc.constantFrom(...ON_TRIAL),
  });
  fc.assert(
    fc.property(world, ({ given, enforced, tried, config, mode }) => {
      const kept = enforced.map((each) => ({ ...each, mode: "enforce" as const }));
      const added = tried.map((each) => ({ ...each, mode }));
      const outcome = (policies: typeof enforced) => {
        const sources = [source("policies", policiesText(policies)), source("config", JSON.stringify(config))];
        const { state, exitCode, risk, requirements, refused, problems, verdict } = decide({ ...given, policy: reading(sources) });
        return { state, exitCode, risk, requirements, refused, problems, verdict };
      };
      expect(outcome([...kept, ...added])).toEqual(outcome(kept));
    }),
    { numRuns: 400 },
  );
});
