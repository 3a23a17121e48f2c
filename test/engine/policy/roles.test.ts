import { expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import { facts, PII_POLICY, people, policy, review } from "./build.ts";

const MAPPED = "roles: { security-engineer: { team: privacy } }\nteams: { designated: [sec-ops], executive: [ciso] }\n";
const UNMAPPED = "teams: { designated: [sec-ops], executive: [ciso] }\n";
const governanceFiles = [{ path: ".choochoorc", baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" }];
const proposing = (policies: string, config: string, inForce = MAPPED) =>
  decide(
    facts({
      policy: policy(PII_POLICY, inForce),
      governanceFiles,
      proposal: { files: [".choochoorc"], reading: policy(policies, config), preview: null },
      people: people({ reviews: [review("erin")] }),
    }),
  );

test("a role that was mapped and is still asked for cannot lose its mapping: invalid, with file and line", () => {
  const decision = proposing(PII_POLICY, UNMAPPED);
  expect(decision).toMatchObject({ state: "invalid", exitCode: 2 });
  expect(decision.problems.filter(({ severity }) => severity === "error")).toMatchObject([
    { code: "E002", file: ".choochoo/approval-policies.yaml", line: 3, message: expect.stringContaining("security-engineer") },
  ]);
});

test.each([
  ["mapped to others", PII_POLICY, MAPPED.replace("privacy", "sec-ops"), MAPPED],
  ["no longer asked for", PII_POLICY.replace("role: security-engineer, ", ""), UNMAPPED, MAPPED],
  ["never mapped", PII_POLICY, `${UNMAPPED}# new\n`, UNMAPPED],
])("a role that is %s is no such problem", (_, policies, config, inForce) => {
  expect(proposing(policies, config, inForce).problems.filter(({ severity }) => severity === "error")).toEqual([]);
});
