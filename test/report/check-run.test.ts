import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { governanceFindings } from "../../src/engine/policy/governance.ts";
import { ANNOTATION_CAP } from "../../src/report/annotations.ts";
import { renderCheckRun } from "../../src/report/check-run.ts";
import { byteLength } from "../../src/report/visible.ts";
import { allFixtures, finding, massStrip, piiPolicy, secOps, strip } from "./fixtures.ts";
import { hostileDecision, hostileText } from "./hostile.ts";
import { renderPreview } from "./markdown-preview.ts";

const aggregate = { policy: null, evaluationId: "ev-1", detailsUrl: "https://countersign.example/evaluations/ev-1" };

function lineWith(text: string, part: string): string {
  return text.split("\n").find((line) => line.includes(part)) ?? `no line with ${part}`;
}

describe("what a reviewer sees", () => {
  const { title, summary, text, actions } = renderCheckRun(strip, aggregate);

  test("verdict, table, next step, refusals and risk, in that order", () => {
    expect(title).toBe("Waiting for sec-ops (0 of 1): a `pii` tag is removed in production");
    const [lines] = summary.split("<details>");
    expect(lines!.trimEnd().split("\n\n")).toEqual([
      "**2 fields that carry personal data change in 1 contract. One approval is missing.**",
      [
        "| Change | Why governed | Needs | Has | Missing |",
        "|---|---|---|---|---|",
        "| `customers.email`: tag `pii` **removed** (line 14) | `org/pii-change-policy`: tag `pii`, environment production | **sec-ops** (security-engineer): 1 | – | any one of @bob, @carol |",
        "| `customers.phone`: type `string` → `integer` (line 21) | same | same approval |  |  |",
      ].join("\n"),
      "In `contracts/customers.odcs.yaml`. 1 other change that nothing governs: see the field diff.",
      "**What to do next**: A member of **sec-ops** (security-engineer) other than the author reviews and approves this pull request: any one of @bob, @carol. Due 24 h after the request.",
      "**Not counted**: alice's approval (author of this change) · dave's approval (given before `contracts/customers.odcs.yaml` changed in 3f2a91c).",
      "**Risk 6.0, medium** = 4.0 compliance sensitivity (pii tag removed from customers.email) + 0.5 impact radius (no lineage known) + 0 agent confidence (human author) + 1.5 environment (production) + 0 historical quality (no history). Medium needs one approver from a designated team.",
      "Open [the whole decision](<https://countersign.example/evaluations/ev-1>): decision tree, who may approve, and the record after the merge.",
    ]);
    expect(text).toBeNull();
    expect(actions.map((action) => action.label)).toEqual(["Re-evaluate", "Request reviewers"]);
  });

  test("a governance file is told by its name: the ids of its content tell nobody anything", () => {
    const ids = { baseBlob: "b1ob".repeat(10), headBlob: "b2ob".repeat(10) };
    const findings = governanceFindings([{ path: ".choochoorc", baseMode: "100644", headMode: "100644", ...ids }]);
    const { summary, text, annotations } = renderCheckRun({ ...strip, findings }, aggregate);
    expect(summary).toContain("governance file changed");
    expect(JSON.stringify([summary, text, annotations])).not.toMatch(/b[12]ob/);
  });

  test("says since when it has been asked for, and until when: as instants, since what is published stands still", () => {
    const view = { policy: null, evaluationId: "ev-1", detailsUrl: null, asked: { [secOps.id]: "2026-11-21T14:00:00.000Z" } };
    expect(renderCheckRun(strip, view).summary).toContain("It was requested on Nov 21, 14:00 UTC; due Nov 22, 14:00 UTC.");
    const noSla = { ...strip, policies: [] };
    expect(renderCheckRun(noSla, view).summary).toContain("It was requested on Nov 21, 14:00 UTC.");
  });

  test("details are folded: field diff with tags first, policies, machine facts", () => {
    expect(summary.match(/<summary>.*?<\/summary>/g)).toEqual([
      "<summary>Field diff</summary>",
      "<summary>Policies: 1 matched, 3 did not</summary>",
      "<summary>For machines</summary>",
    ]);
    expect(summary).toContain("```diff\n  customers.email  (contracts/customers.odcs.yaml:14)\n-   tags: pii\n+   tags: (none)\n");
    expect(lineWith(summary, "explain")).toBe("- step by step, as a comment: `/countersign explain`");
    expect(lineWith(summary, "content:")).toBe(`- content: \`${strip.digests.content}\``);
  });

  test("annotations stand on the exact head-side line", () => {
    expect(
      renderCheckRun(strip, aggregate).annotations.map(({ path, startLine, level, title: head }) => [path, startLine, level, head]),
    ).toEqual([
      ["contracts/customers.odcs.yaml", 14, "failure", "customers.email: tag `pii` removed"],
      ["contracts/customers.odcs.yaml", 21, "failure", "customers.phone: type `string` → `integer`"],
    ]);
  });
});

describe("every state", () => {
  test.each(Object.entries(allFixtures))("%s: its verdict is the title and it says what to do", (_, decision) => {
    const run = renderCheckRun(decision, aggregate);
    expect(run.title).toBe(decision.verdict);
    expect(run.summary).toContain("**What to do next**");
  });

  test("only a decision that waits for people asks anyone", () => {
    const asked = Object.entries(allFixtures).filter(([, decision]) =>
      renderPreview(renderCheckRun(decision, aggregate).summary).includes("mention"),
    );
    expect(asked.map(([name]) => name)).toEqual(["strip", "rejected"]);
  });

  test("an unreadable truth is never described as `nothing changes`", () => {
    const { summary } = renderCheckRun(allFixtures.failed, aggregate);
    expect(summary).not.toContain("No governed contract changes");
    expect(summary).toContain("the truth could not be read");
  });

  test("an invalid policy names file, line and hint", () => {
    expect(renderCheckRun(allFixtures.invalid, aggregate).summary).toContain(
      "- E001 `.choochoo/approval-policies.yaml` line 9: unknown key `aprovers` (did you mean `approvers`?)",
    );
  });

  test("an override shows who, when, why and the review that is due", () => {
    const { summary } = renderCheckRun(allFixtures.overridden, aggregate);
    expect(summary).toContain("**Override** by ana at Nov 22, 14:00 UTC: pager 1234 (incident INC-1234).");
    expect(summary).toContain("reviews it by Nov 25, 14:00 UTC.");
  });

  test("a passing check does not annotate failures", () => {
    expect(new Set(renderCheckRun(allFixtures.approved, aggregate).annotations.map((each) => each.level))).toEqual(new Set(["notice"]));
  });
});

describe("one policy", () => {
  const second = { ...piiPolicy, name: "repo/phone-policy", findings: [strip.findings[1]!.fingerprint], because: ["path `contracts/**`"] };
  const requirement = {
    ...strip.requirements[0]!,
    id: "telco",
    team: "telco",
    role: null,
    source: ["repo/phone-policy"],
    have: 1,
    completers: [],
  };
  const filled = {
    ...requirement,
    approvals: [{ user: "tess", userId: 5, reviewId: 12, submittedAt: "2026-11-21T10:00:00Z" }],
    refused: [],
  };
  const decision = { ...strip, policies: [...strip.policies, second], requirements: [...strip.requirements, filled] };

  test("shows that policy, its findings and its people only", () => {
    const run = renderCheckRun(decision, { ...aggregate, policy: "repo/phone-policy" });
    expect(run.title).toBe("Approved by tess (telco): `repo/phone-policy`");
    expect(run.summary).toContain("`customers.phone`");
    for (const other of ["customers.email", "sec-ops", "org/pii-change-policy", "alice"]) expect(run.summary).not.toContain(other);
  });

  test("waits under its own name", () => {
    expect(renderCheckRun(decision, { ...aggregate, policy: "org/pii-change-policy" }).title).toBe(
      "Waiting for sec-ops (0 of 1): `org/pii-change-policy`",
    );
  });

  test.each(["blocked", "invalid", "error", "rejected"] as const)("%s concerns the whole change", (state) => {
    expect(renderCheckRun({ ...decision, state }, { ...aggregate, policy: "repo/phone-policy" }).title).toBe(strip.verdict);
  });
});

describe("GitHub's limits", () => {
  test.each([0, 1, 20, 21, 1_000, 10_000])("%i findings", (fields) => {
    const run = renderCheckRun(massStrip(fields), aggregate);
    expect(run.title.length).toBeLessThanOrEqual(255);
    expect(byteLength(run.summary)).toBeLessThanOrEqual(65_535);
    expect(byteLength(run.text ?? "")).toBeLessThanOrEqual(65_535);
    expect(run.annotations.length).toBe(Math.min(fields, ANNOTATION_CAP));
    const listed = run.summary.match(/^\| `customers\.column_/gm)?.length ?? 0;
    expect(listed).toBe(Math.min(20, fields));
    if (fields > 20) expect(run.summary).toContain(`**${(fields - 20).toLocaleString("en-US")} more**`);
    const inText = run.text?.match(/^- `customers\.column_/gm)?.length ?? 0;
    const more = Number(/^- and ([\d,]+) more$/m.exec(run.text ?? "")?.[1]?.replaceAll(",", "") ?? 0);
    expect(inText + more).toBe(fields > 20 ? fields : 0);
    if (fields > ANNOTATION_CAP)
      expect(run.annotations.at(-1)!.message).toContain(`${(fields - ANNOTATION_CAP).toLocaleString("en-US")} more place`);
  });

  test("one cause that strips many fields is one annotation", () => {
    const findings = Array.from({ length: 40 }, (_, index) => finding({ field: `f${index}`, line: 7, fingerprint: `p${index}` }));
    const run = renderCheckRun(
      { ...strip, findings, policies: [{ ...piiPolicy, findings: findings.map((each) => each.fingerprint) }] },
      aggregate,
    );
    expect(run.annotations).toHaveLength(1);
    expect(run.annotations[0]!.title).toBe("40 fields: tag `pii` removed");
    expect(run.annotations[0]!.message).toContain("f0, customers.f1");
    expect(run.annotations[0]!.message).toContain("and 32 more");
  });

  test("a line that the head does not have is never annotated", () => {
    const findings = [finding({ side: "base" }), finding({ field: "a", line: null }), finding({ field: "b", line: 0 })];
    expect(renderCheckRun({ ...strip, findings }, aggregate).annotations).toEqual([]);
  });

  test("whatever the text, the fields fit and are well formed", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const run = renderCheckRun(hostileDecision(text), aggregate);
        expect(run.title.length).toBeLessThanOrEqual(255);
        for (const field of [run.title, run.summary, run.text ?? ""]) {
          expect(field.isWellFormed()).toBe(true);
          expect(byteLength(field)).toBeLessThanOrEqual(65_535);
        }
        expect(run.summary).toContain("<summary>For machines</summary>");
        for (const each of run.annotations) {
          expect(each.title.length).toBeLessThanOrEqual(255);
          expect(byteLength(each.message)).toBeLessThanOrEqual(64_000);
        }
      }),
      { numRuns: 200 },
    );
  });
});
