import fc from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { isPassing } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import { diff, facts, finding, people, review, source } from "../engine/policy/build.ts";
import { aConfig, aPolicy, policiesText, reading, someFacts, somePolicies } from "./world.ts";

const passes = (given: Facts) => isPassing(decide(given).state);

test("adding a policy never removes what is asked: what did not pass does not pass", () => {
  fc.assert(
    fc.property(someFacts, somePolicies, aPolicy, aConfig, (given, policies, extra, config) => {
      const under = (all: typeof policies): Facts => ({
        ...given,
        policy: reading([
          source("policies", policiesText(all)),
          source("config", JSON.stringify({ ...config, teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] } }), {
            origin: "org",
            path: "org",
          }),
        ]),
      });
      if (!passes(under(policies))) expect(passes(under([...policies, extra]))).toBe(false);
    }),
    { numRuns: 600 },
  );
});

test("a repository file never turns what the organisation holds back into a pass", () => {
  const org = {
    teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] },
    contracts: { exclude: [] },
    roles: {},
    vocabulary: { synonyms: {} },
  };
  const repoConfig = fc.record(
    {
      governance: fc.constantFrom({ requireApproval: [] }, { requireApproval: ["team-a"] }),
      environments: fc.constantFrom({ development: ["main", "staging"] }, { production: ["staging"] }),
      teams: fc.constantFrom({ designated: ["ciso"] }, { executive: ["sec-ops"] }),
      override: fc.constantFrom({ teams: ["sec-ops", "privacy"] }, { label: "skip" }, { ttlHours: 1 }, { repositoryAdmins: true }),
      approvals: fc.constantFrom({ bindTo: "head" }, { includeChildTeams: true }, { apps: [5] }),
      risk: fc.constantFrom({ thresholds: { low: 1 } }, { thresholds: { low: 9 } }, { tagWeights: { pii: 5 } }, { tagWeights: { pii: 0 } }),
      agents: fc.constantFrom({ automation: ["agent"] }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(someFacts, somePolicies, repoConfig, (given, policies, config) => {
      const organisation = source("config", JSON.stringify(org), { origin: "org", path: "org" });
      const before: Facts = { ...given, policy: reading([organisation]) };
      const after: Facts = {
        ...given,
        policy: reading([organisation, source("config", JSON.stringify(config)), source("policies", policiesText(policies))]),
      };
      const earlier = decide(before);
      // An ungoverned base earns nothing, so it is neither.
      if (earlier.pattern !== null && !isPassing(earlier.state)) expect(passes(after)).toBe(false);
    }),
    { numRuns: 600 },
  );
});

test("a repository's policy does not put its own people in the place of the organisation's teams", () => {
  const organisation = source("config", JSON.stringify({ teams: { designated: ["sec-ops"], executive: ["ciso"] } }), {
    origin: "org",
    path: "org",
  });
  const own = source("policies", "policies:\n  - { name: own, trigger: { tags: [pii] }, approvers: [{ team: privacy }] }\n");
  const quiet = diff([finding({ code: "type.widened", severity: "info", weight: "other", tagsBefore: ["pii"], tagsAfter: ["pii"] })]);
  const given = facts({ diff: quiet, people: people({ reviews: [review("dave")] }) }, { baseRef: "develop", baseProtected: false });
  expect(decide({ ...given, policy: reading([organisation]) })).toMatchObject({ state: "pending_approval", risk: { level: "medium" } });
  expect(decide({ ...given, policy: reading([organisation, own]) })).toMatchObject({
    state: "pending_approval",
    risk: { level: "medium" },
  });
  const both = people({ reviews: [review("dave"), review("bob")] });
  expect(decide({ ...given, people: both, policy: reading([organisation, own]) }).state).toBe("approved");
});
