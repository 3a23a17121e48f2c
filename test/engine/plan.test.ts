import { describe, expect, test } from "vitest";
import {
  judgePromotion,
  PLAN_ACTS,
  type PlanAct,
  type PlanStatus,
  type PromotionFacts,
  planAfter,
  planBranch,
} from "../../src/engine/plan.ts";
import { defaultConfig } from "../../src/engine/policy/defaults.ts";
import { parsePolicySet } from "../../src/engine/policy/parse.ts";

const STATUSES: readonly PlanStatus[] = ["LEARNING", "READY", "APPROVED", "ENFORCING"];

describe("the status of a plan", () => {
  const rows: readonly [readonly PlanAct[], PlanStatus | null][] = [
    [["draft"], "LEARNING"],
    [["draft", "ready"], "READY"],
    [["ready", "draft"], "LEARNING"],
    [["ready", "promote"], "APPROVED"],
    [["ready", "promote", "draft"], "APPROVED"],
    [["ready", "promote", "enforce"], "ENFORCING"],
    [["ready", "promote", "enforce", "draft"], "ENFORCING"],
    [["ready", "promote", "enforce", "ready", "promote"], "ENFORCING"],
    [["ready", "promote", "revoke"], "READY"],
    [["ready", "promote", "enforce", "revoke"], "READY"],
    [["ready", "promote", "revoke", "ready"], "READY"],
    [["draft", "promote"], null],
    [["ready", "enforce"], null],
    [["ready", "revoke"], null],
    [["ready", "promote", "revoke", "revoke"], null],
  ];
  test.each(rows)("after %j it is %s", (acts, expected) => {
    const end = acts.reduce<PlanStatus | null>((status, act) => (status === null ? null : planAfter(status, act)), "LEARNING");
    expect(end).toBe(expected);
  });

  test("no draft ever moves what is published, and only revoking takes it away", () => {
    for (const status of ["APPROVED", "ENFORCING"] as const) {
      for (const act of ["draft", "ready"] as const) expect(planAfter(status, act)).toBe(status);
      for (const act of ["promote", "enforce"] as const) expect(["APPROVED", "ENFORCING"]).toContain(planAfter(status, act));
    }
    for (const [act, row] of Object.entries(PLAN_ACTS)) {
      expect(Object.keys(row).sort()).toEqual([...STATUSES].sort());
      if (act !== "promote") for (const status of ["LEARNING", "READY"] as const) expect(row[status]).not.toBe("APPROVED");
    }
  });
});

const facts = (more: Partial<PromotionFacts> = {}): PromotionFacts => ({
  how: "on_merge",
  byAdmin: false,
  environment: "staging",
  baseRef: "staging",
  defaultBranch: "main",
  config: defaultConfig,
  descent: "descends",
  unsettled: [],
  ...more,
});

describe("a landing", () => {
  const rows: readonly [string, Partial<PromotionFacts>, string, string][] = [
    ["of staging is published on merge", {}, "publish", ""],
    ["of development is published on merge", { environment: "development", baseRef: "develop" }, "publish", ""],
    ["of production is not published on merge", { environment: "production", baseRef: "main" }, "skip", "by hand"],
    ["of production is published by hand", { environment: "production", baseRef: "main", how: "manual" }, "publish", ""],
    ["of an environment that is unknown is held as production", { environment: "qa", baseRef: "main" }, "skip", "by hand"],
    ["on another branch of the environment is not published", { baseRef: "preprod" }, "skip", "landed on `preprod`"],
    ["on another branch is not published by hand either", { baseRef: "preprod", how: "manual", byAdmin: true }, "skip", "`staging`"],
    ["that a later one has overtaken is not published", { descent: "behind" }, "skip", "later"],
    ["that does not descend from what is published is refused", { descent: "unrelated" }, "refuse", "does not descend"],
    ["that does not descend is refused to an admin too", { descent: "unrelated", byAdmin: true, how: "manual" }, "refuse", "revoke"],
    ["T100: after something unapproved is refused", { unsettled: ["#7 landed under an override"] }, "refuse", "#7"],
    ["T100: after something unapproved is refused by hand", { unsettled: ["#7 …"], how: "manual" }, "refuse", "admin"],
    ["after something unapproved is published by an admin", { unsettled: ["#7 …"], how: "manual", byAdmin: true }, "publish", ""],
    ["that is the first is published", { descent: "first" }, "publish", ""],
    ["newer than what was approved in Studio and published is published", { descent: "newer" }, "publish", ""],
    ["T100: older than what was approved in Studio and published is not", { descent: "older" }, "skip", "a later approval"],
  ];
  test.each(rows)("%s", (_, more, status, because) => {
    const verdict = judgePromotion(facts(more));
    expect(verdict.status).toBe(status);
    if (verdict.status !== "publish") expect(verdict.because).toContain(because);
  });
});

describe("an approval in Studio", () => {
  const studio = { baseRef: null, how: "manual", environment: "production" } as const;
  const rows: readonly [string, Partial<PromotionFacts>, string, string][] = [
    ["is published by hand", { descent: "first" }, "publish", ""],
    [
      "T100: is never published on merge, wherever landings are",
      { how: "on_merge", environment: "staging", descent: "first" },
      "skip",
      "by hand",
    ],
    ["newer than what is published is published", { descent: "newer" }, "publish", ""],
    ["older than what is published is not", { descent: "older" }, "skip", "a later approval"],
    ["older than what is published is not an admin's to publish either", { descent: "older", byAdmin: true }, "skip", "revokes"],
    ["needs an admin after something unapproved", { descent: "newer", unsettled: ["#7 …"] }, "refuse", "admin"],
    ["is published by an admin after something unapproved", { descent: "newer", unsettled: ["#7 …"], byAdmin: true }, "publish", ""],
  ];
  test.each(rows)("%s", (_, more, status, because) => {
    const verdict = judgePromotion(facts({ ...studio, ...more }));
    expect(verdict.status).toBe(status);
    if (verdict.status !== "publish") expect(verdict.because).toContain(because);
  });
});

describe("the branch of an environment", () => {
  const rows: readonly [string, string, string, string | null][] = [
    ["the default branch is production's by default", "", "production", "main"],
    ["the built-in mapping lists staging", "", "staging", "staging"],
    ["the built-in mapping lists develop", "", "development", "develop"],
    ["as configured", "plan: { branch: { production: release } }", "production", "release"],
    [
      "the default branch before the first that is listed",
      "environments: { production: [live, main], staging: [staging] }",
      "production",
      "main",
    ],
    ["else the first that is listed", "environments: { production: [main], staging: [pre, staging] }", "staging", "pre"],
    ["a pattern is no branch", 'environments: { production: [main], staging: ["rc/**", staging] }', "staging", "staging"],
  ];
  test.each(rows)("%s", (_, text, environment, expected) => {
    const source = { origin: "repo", kind: "config", path: ".choochoorc", mode: "100644", blob: "b", text, unreadable: null } as const;
    const reading = parsePolicySet(text === "" ? [] : [source]);
    if (reading.status !== "ok") throw new Error(JSON.stringify(reading.problems));
    const config = { ...reading.set.config, environmentsBesideDefaults: false };
    expect(planBranch({ environment, config, defaultBranch: "main" })).toBe(expected);
  });

  test("only patterns are listed: none", () => {
    const config = { ...defaultConfig, environments: { production: ["main"], staging: ["rc/**"] } };
    expect(planBranch({ environment: "staging", config, defaultBranch: "main" })).toBeNull();
    expect(judgePromotion(facts({ config, baseRef: "rc/1" }))).toMatchObject({ status: "skip" });
  });
});
