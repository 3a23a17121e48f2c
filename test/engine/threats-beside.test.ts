import { describe, expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { judge } from "../../src/engine/judgement.ts";
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
  test.each<[string, SideChange["kind"]]>([
    ["T44 what is undone on the way", "commit"],
    ["T58 what a layer below takes", "layer"],
  ])("%s is another content than what stays: a vote for the one is none for the other", (_, kind) => {
    const { content: undone } = judge(facts({ ...nothing, sides: [{ kind, ...found }] }));
    const { content: stays } = judge(facts({ diff: diff([finding()], { files: found.files }) }));
    expect(found.files.length).toBeGreaterThan(0);
    expect(undone).not.toBe(stays);
    // Commits that hold the same are one, in whatever order they come.
    const twice = { ...found, sha: "d".repeat(40), files: [...found.files].reverse() };
    expect(
      judge(
        facts({
          ...nothing,
          sides: [
            { kind, ...twice },
            { kind, ...found },
          ],
        }),
      ).content,
    ).toBe(undone);
  });

  test("T46 nothing found in a reading that is not whole is not nothing", () => {
    const cut = { code: "E001", message: "the tree was cut short", file: null, line: null, severity: "error" } as const;
    expect(decide(facts({ ...nothing, limits: [cut] }))).toMatchObject({ state: "invalid" });
    expect(decide(facts({ ...approvedBy("bob"), limits: [cut] })).state).toBe("invalid");
  });
});
