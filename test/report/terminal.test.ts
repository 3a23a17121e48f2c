import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderProblems } from "../../src/report/problems.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { renderTree } from "../../src/report/tree.ts";
import { columns } from "../../src/report/wrap.ts";
import { allFixtures, massStrip, node, strip } from "./fixtures.ts";
import { hostileDecision, hostileText } from "./hostile.ts";

const ESC = String.fromCharCode(27);
/** Only the sequences that our own colours write. */
const COLOR = new RegExp(`${ESC}\\[(?:0|1|2|4|7|22|24|27|3[0-9]|39)m`, "g");
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function safe(text: string): void {
  for (const line of text.replace(COLOR, "").split("\n")) {
    expect(line).not.toMatch(CONTROL);
    expect(line).not.toMatch(/^\s*::|##\[/);
  }
}

describe("a page for a person", () => {
  test("has the verdict first and the exit code last", () => {
    const lines = renderTerminal(strip, { color: false, width: 100 }).trim().split("\n");
    expect(lines[0]).toBe("○ Waiting for sec-ops (0 of 1): a `pii` tag is removed in production");
    expect(lines.at(-1)).toBe("Exit code 10: APPROVAL_REQUIRED, someone still has to approve");
    expect(lines.filter((line) => /^\S/.test(line)).slice(1, -1)).toEqual([
      "Changes",
      "Field diff",
      "Approvals",
      "Not counted",
      "Risk 6.0, medium  ████████████░░░░░░░░",
      "What to do next",
    ]);
  });

  test("says the sentences of the check run", () => {
    const text = renderTerminal(strip, { color: false, width: 140 }).replace(/\s+/g, " ");
    expect(text).toContain(
      "A member of sec-ops (security-engineer) other than the author reviews and approves this pull request: any one of @bob, @carol. Due 24 h after the request.",
    );
    expect(text).toContain("dave's approval (given before `contracts/customers.odcs.yaml` changed in 3f2a91c)");
    expect(text).toContain("sec-ops (security-engineer) 0 of 1, missing: any one of @bob, @carol for org/pii-change-policy");
  });

  test("colours only when asked", () => {
    expect(renderTerminal(strip, { color: false, width: 80 })).not.toContain(ESC);
    expect(renderTerminal(strip, { color: true, width: 80 })).toContain(`${ESC}[33m`);
  });

  test.each(Object.entries({ ...allFixtures, mass: massStrip(500) }))("%s fits 40, 60, 80 and 120 columns", (_, decision) => {
    for (const width of [40, 60, 80, 120])
      for (const color of [true, false])
        for (const line of renderTerminal(decision, { color, width }).split("\n")) expect(columns(line)).toBeLessThanOrEqual(width);
  });

  test("a long heading of the field diff fits too", () => {
    const long = {
      object: "customers_of_the_northern_subsidiary",
      field: "address.postal.street_and_house_number",
      file: "contracts/a/b/c/d.yaml",
    };
    const decision = { ...strip, findings: strip.findings.map((each) => ({ ...each, ...long })) };
    for (const width of [60, 80]) {
      const text = renderTerminal(decision, { color: false, width });
      expect(text.replace(/\s+/g, "")).toContain(`Fielddiff${long.object}.${long.field}`);
      for (const line of text.split("\n")) expect(columns(line)).toBeLessThanOrEqual(width);
    }
  });

  test("names what was compared, and says when that is nothing", () => {
    expect(renderTerminal(strip, { color: false, width: 80 })).toContain(
      `base ${strip.base.slice(0, 12)}, head ${strip.head.slice(0, 12)}`,
    );
    expect(renderTerminal({ ...strip, base: strip.head }, { color: false, width: 120 })).toContain("nothing was compared");
  });

  test("where columns would be too narrow, the place and the reason stand below the change", () => {
    const lines = renderTerminal(strip, { color: false, width: 40 }).split("\n");
    const at = lines.indexOf("  customers.email");
    expect(lines[at + 1]).toBe("    tag `pii` removed");
    expect(lines[at + 2]).toBe("    contracts/customers.odcs.yaml:14");
  });

  test("a colon in a message stays a colon, and warnings are no errors", () => {
    const problem = {
      code: "E002",
      message: "the role `security` is not mapped under `roles`: any member may approve",
      file: ".choochoorc",
    } as const;
    const decision = { ...strip, problems: [{ ...problem, line: null, severity: "warning" } as const] };
    const text = renderTerminal(decision, { color: false, width: 120 });
    expect(text).toContain("  ! Warning E002 `.choochoorc`: the role `security` is not mapped under `roles`: any member may approve");
    const hostile = [{ ...problem, message: "a:`x`:: b", line: null, severity: "error" } as const];
    safe(renderTerminal({ ...strip, problems: hostile }, { color: false, width: 120 }));
  });

  test("a role is asked for by its name", () => {
    const [requirement] = strip.requirements;
    const owner = { ...requirement!, id: "organisation owner", team: null, role: "organisation owner", users: [], completers: [] };
    const text = renderTerminal({ ...strip, peopleKnown: false, requirements: [owner] }, { color: false, width: 140 });
    expect(text).toContain("One organisation owner who did not work on this change reviews and approves this pull request.");
  });

  test("an unreadable truth shows no score", () => {
    expect(renderTerminal(allFixtures.failed, { color: false, width: 80 })).not.toContain("Risk");
  });
});

describe("foreign text cannot drive the terminal or the runner", () => {
  test("whatever it holds", () => {
    fc.assert(
      fc.property(hostileText, fc.boolean(), (text, color) => {
        safe(renderTerminal(hostileDecision(text), { color, width: 80 }));
        safe(renderTree(hostileDecision(text).tree, { color }));
        safe(renderProblems(hostileDecision(text).problems, { color }));
      }),
      { numRuns: 150 },
    );
  });
});

describe("the tree", () => {
  test("is drawn with its branches", () => {
    const tree = node("decision", "pending", "one is missing", [
      node("risk", "info", "6.0"),
      node("people", "pending", "", [node("bob", "pass", "counts")]),
    ]);
    expect(renderTree(tree, { color: false })).toBe(
      ["○ decision  one is missing", "├─ · risk  6.0", "└─ ○ people", "   └─ ✔ bob  counts", ""].join("\n"),
    );
  });

  test("of any depth comes to an end", () => {
    let deep = node("leaf", "pass", "");
    for (let i = 0; i < 5_000; i++) deep = node("n", "info", "", [deep]);
    expect(renderTree(deep, { color: false }).trimEnd().endsWith("└─ …")).toBe(true);
  });
});

test("problems are `file:line: error CODE message`", () => {
  expect(renderProblems(allFixtures.invalid.problems, { color: false })).toBe(
    ".choochoo/approval-policies.yaml:9: error E001 unknown key `aprovers`\n    did you mean `approvers`?\n\n1 error, 0 warnings\n",
  );
});
