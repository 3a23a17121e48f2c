import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts } from "../../../src/engine/facts.ts";
import { approvedBy, facts, HEAD, people } from "./build.ts";

const at = "2026-11-21T11:00:00Z";
const overriding = people({
  labels: [{ name: "governance-override", actor: "ana", at, viaApp: null, removedAt: null, headSha: HEAD, baseRef: "main" }],
  comments: [{ user: "ana", body: '/countersign override reason="pager 1234"', at, headSha: HEAD }],
});
const beside = (conclusion: string | null, over: Partial<Facts>) =>
  decide(facts({ ...over, publishedCheck: { name: "countersign: main", conclusion, title: "Waiting" } }));

describe("the app's own check beside facts that would pass", () => {
  test.each([
    ["success", "approved", 0],
    ["action_required", "pending_approval", 10],
    [null, "pending_approval", 10],
    ["failure", "invalid", 1],
    ["neutral", "invalid", 1],
    ["stale", "invalid", 1],
  ])("%s: %s", (conclusion, state, exitCode) => {
    expect(beside(conclusion, approvedBy("bob"))).toMatchObject({ state, exitCode });
  });

  test("an override that it does not show is none, and is told", () => {
    expect(decide(facts({ people: overriding })).state).toBe("overridden");
    expect(beside("success", { people: overriding }).state).toBe("overridden");
    for (const conclusion of ["action_required", "failure", null]) {
      const decision = beside(conclusion, { people: overriding });
      expect(["pending_approval", "invalid"]).toContain(decision.state);
      expect(decision).toMatchObject({ override: null, overrideNotes: ["an override by ana that the app's check does not show"] });
    }
  });

  test("it never makes anything better", () => {
    expect(beside("success", {})).toMatchObject({ state: "pending_approval" });
    expect(beside("success", { faults: [{ what: "reviews", kind: "network", message: "502" }] })).toMatchObject({
      state: "error",
      exitCode: 3,
    });
  });
});
