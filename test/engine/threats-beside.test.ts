import { describe, expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import type { SideChange } from "../../src/engine/side-facts.ts";
import { approvedBy, diff, facts, finding } from "./policy/build.ts";

const nothing = { diff: diff([], { files: [] }) };

describe("a change that changes nothing in the whole", () => {
  const found = { sha: "c".repeat(40), files: diff().files, governanceFiles: [], findings: [finding()], losses: [], unparseable: [] };
  test.each<[string, SideChange]>([
    ["T44 what a commit on the way held", { kind: "commit", ...found }],
    ["T58 what a layer of a stack does", { kind: "layer", ...found }],
  ])("%s is governed", (_, side) => {
    expect(decide(facts(nothing)).state).toBe("not_applicable");
    expect(decide(facts({ ...nothing, sides: [side] }))).toMatchObject({ state: "pending_approval", requirements: [{ team: "sec-ops" }] });
  });
  test("T46 nothing found in a reading that is not whole is not nothing", () => {
    const cut = { code: "E001", message: "the tree was cut short", file: null, line: null, severity: "error" } as const;
    expect(decide(facts({ ...nothing, limits: [cut] }))).toMatchObject({ state: "invalid" });
    expect(decide(facts({ ...approvedBy("bob"), limits: [cut] })).state).toBe("invalid");
  });
});
