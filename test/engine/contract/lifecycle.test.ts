import { describe, expect, test } from "vitest";
import { illegalMove, isLegalMove, LEGAL_MOVES, STAGES } from "../../../src/engine/contract/lifecycle.ts";
import { decide } from "../../../src/engine/decide.ts";
import { CONTRACT } from "../../demo/sample.ts";
import { submitted } from "../../support/studio.ts";

/** Row: from, column: to; as people would draw it. */
const TABLE = `
             draft proposed active deprecated retired
  draft      stay  yes      no     no         no
  proposed   yes   stay     yes    no         no
  active     no    no       stay   yes        no
  deprecated no    no       yes    stay       yes
  retired    no    no       no     no         stay
`;

describe("E009: the life of a contract", () => {
  const [to, ...rows] = TABLE.trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const moves = rows.flatMap(([from, ...cells]) => cells.map((cell, index) => ({ from: from!, to: to![index]!, legal: cell !== "no" })));

  test.each(moves)("$from to $to: $legal", ({ from, to: next, legal }) => {
    expect(isLegalMove(from, next)).toBe(legal);
    expect(isLegalMove(from.toUpperCase(), ` ${next} `)).toBe(legal);
  });

  test("has a row for every stage, and ends with retired", () => {
    expect(rows.map(([from]) => from)).toEqual([...STAGES]);
    expect(LEGAL_MOVES.retired).toEqual([]);
  });

  test.each([
    [null, "retired"],
    ["active", null],
    ["piloting", "retired"],
    ["active", "piloting"],
  ])("of %s to %s nothing is known that it could break", (from, to) => expect(isLegalMove(from, to)).toBe(true));

  test.each([
    ["current", "inactive", false],
    ["production", "deprecated", true],
    ["development", "active", false],
  ])("words of other standards mean the same: %s to %s", (from, to, legal) => expect(isLegalMove(from, to)).toBe(legal));

  test("is judged by the contract's key: another contract in the same file starts anew", () => {
    const at = { file: "a.yaml", pos: { line: 3, column: 1 } };
    expect(illegalMove({ ...at, key: "a", status: "retired" }, { ...at, key: "b", status: "draft" })).toBeNull();
    expect(illegalMove({ ...at, key: "a", status: "retired" }, { ...at, key: "a", status: "active" })).toEqual({
      code: "E009",
      message: "`a` goes from retired to active, and may not",
      file: "a.yaml",
      line: 3,
      severity: "error",
      hint: "that is its end: a new contract takes its place",
    });
  });

  test("blocks a change, with exit code 1, and lets a legal move be decided as ever", async () => {
    const to = (status: string) => CONTRACT.replace("status: active", `status: ${status}`);
    const illegal = decide((await submitted({ after: to("retired") })).facts);
    expect(illegal).toMatchObject({
      state: "invalid",
      exitCode: 1,
      problems: expect.arrayContaining([expect.objectContaining({ code: "E009" })]),
    });
    const legal = decide((await submitted({ after: to("deprecated") })).facts);
    expect(legal.problems.filter(({ code }) => code === "E009")).toEqual([]);
    expect(legal.state).not.toBe("invalid");
  });
});
