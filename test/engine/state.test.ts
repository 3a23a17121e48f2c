import { expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { isPassing, STATES } from "../../src/engine/decision.ts";
import { defaultConfig } from "../../src/engine/policy/defaults.ts";
import { checksOf, conclusionOf, exitCodeOf } from "../../src/engine/state.ts";
import { diff, facts, people, policy, review } from "./policy/build.ts";

test("only passing states succeed, and nothing is neutral or skipped", () => {
  for (const state of STATES) {
    for (const pending of ["action_required", "in_progress"] as const) {
      const conclusion = conclusionOf(state, pending);
      expect(conclusion === "success", state).toBe(isPassing(state));
      expect(["success", "failure", "action_required", null]).toContain(conclusion);
    }
    expect(exitCodeOf(state, { configuration: false, faults: [] }) === 0, state).toBe(isPassing(state));
  }
  expect(conclusionOf("pending_approval", "in_progress")).toBeNull();
  expect(conclusionOf("error", "action_required")).toBeNull();
});

test("a bug outranks missing rights, and those the network", () => {
  const faults = (...kinds: ("network" | "auth" | "bug")[]) => kinds.map((kind) => ({ what: "x", kind, message: "y" }));
  const code = (...kinds: ("network" | "auth" | "bug")[]) => exitCodeOf("error", { configuration: false, faults: faults(...kinds) });
  expect([code("network"), code("network", "auth"), code("auth", "bug"), code()]).toEqual([3, 4, 99, 99]);
});

const NAMES = ["a", "b", "c", "d", "e", "f"];
const many = policy(
  `policies:\n${NAMES.map((name) => `  - { name: ${name}, trigger: { tags: [pii] }, approvers: [{ team: ${name === "b" ? "privacy" : "sec-ops"} }] }\n`).join("")}`,
);

test("one aggregate check and at most five for policies, each by its own requirements", () => {
  const decision = decide(facts({ policy: many, people: people({ reviews: [review("bob")] }) }));
  expect(checksOf(decision, defaultConfig)).toEqual([
    { name: "countersign: main", policy: null, conclusion: "action_required" },
    { name: "countersign: main / repo/a", policy: "repo/a", conclusion: "success" },
    { name: "countersign: main / repo/b", policy: "repo/b", conclusion: "action_required" },
    { name: "countersign: main / repo/c", policy: "repo/c", conclusion: "success" },
    { name: "countersign: main / repo/d", policy: "repo/d", conclusion: "success" },
    { name: "countersign: main / repo/e", policy: "repo/e", conclusion: "success" },
  ]);
});

test("no policy's check succeeds while the whole is rejected, invalid or an error", () => {
  const limits = [{ code: "E001", message: "truncated", file: null, line: null, severity: "error" }] as const;
  const asked = [review("bob"), review("carol", { state: "CHANGES_REQUESTED" })];
  for (const [over, conclusion] of [
    [{ people: people({ reviews: asked }) }, "failure"],
    [{ limits, people: people({ reviews: [review("bob")] }) }, "failure"],
    [{ faults: [{ what: "x", kind: "network", message: "y" }], people: people({ reviews: [review("bob")] }) }, null],
  ] as const) {
    const checks = checksOf(decide(facts({ policy: many, ...over })), defaultConfig);
    expect(new Set(checks.map((check) => check.conclusion))).toEqual(new Set([conclusion]));
  }
});

test("a fixed name, one check only, none on an ungoverned base", () => {
  const decision = decide(facts());
  const check = { ...defaultConfig.check, name: "gate", perPolicy: false };
  expect(checksOf(decision, { check })).toEqual([{ name: "gate", policy: null, conclusion: "action_required" }]);
  expect(checksOf(decide(facts({ diff: diff([]) }, { baseRef: "x", baseProtected: false })), defaultConfig)).toEqual([]);
});
