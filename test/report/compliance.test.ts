import { expect, test } from "vitest";
import { type ComplianceReport, complianceReportSchema } from "../../src/engine/compliance.ts";
import { NOTE, reportDocument } from "../../src/report/compliance.ts";
import { COMPLIANCE_FORMATS, renderCompliance } from "../../src/report/compliance-formats.ts";
import { ATTACKS } from "./hostile.ts";

const at = "2026-11-20T10:00:00.000Z";
const bob = { id: 5, login: "bob" };

/** One of everything, every free text as given. */
function report(text: string, more: Partial<ComplianceReport> = {}): ComplianceReport {
  return complianceReportSchema.parse({
    ...{ schemaVersion: 1, organisation: text, generatedAt: at, period: { from: "2026-11-01T00:00:00.000Z", to: at } },
    trail: { first: 1, last: 9, events: { "governance.approved": 1 } },
    approvals: [
      {
        ...{ id: "a-1", event: 1, at, kind: "regular", agent: text, environment: "production", repository: text, pullRequest: 7 },
        ...{ commit: "c".repeat(40), channel: "github", approvedBy: [bob], actor: { id: 6, login: null }, rationale: text },
        ...{ overrideId: null, policies: [text], teams: [text], blockers: 0, artifact: "f".repeat(64) },
      },
    ],
    overrides: [
      {
        ...{ id: "o-1", event: 2, at, isInPeriod: true, repository: text, pullRequest: 8, draftId: null, by: bob, status: "used" },
        ...{ because: text, reason: text, incident: text, became: [{ kind: "label_removed", at }] },
        review: { state: "overdue", dueAt: at, issue: 3, closedAt: null, closedBy: null, finding: null },
      },
    ],
    incidents: [
      {
        ...{ id: "i-1", event: 3, at, kind: "push", repository: text, pullRequest: null, branch: text, commit: "d".repeat(40) },
        ...{ actor: null, because: text },
      },
    ],
    policyChanges: [{ event: 4, at, repository: null, version: 2, how: "pushed", commit: null, digest: "e".repeat(64), by: bob }],
    waits: [{ about: text, asked: text, policies: [text], from: at, until: null, slaHours: 4, dueAt: at, isBreached: true }],
    boundaryViolations: [{ event: 5, at, subject: text }],
    coverage: [
      { repository: text, standing: "not_enforced", because: text, checkedAt: at },
      { repository: "acme/other", standing: "not_enrolled", because: null, checkedAt: null },
    ],
    checkpoints: [{ size: 9, at, keyId: "k", sinks: ["file"] }],
    reconciliation: [{ what: "regular approvals", records: 1, events: 2 }],
    chain: { status: "broken", because: text, events: 9, sealedTo: 9, sealedAt: at, sinks: ["file"] },
    ...more,
  });
}

test("what went past the gate comes first; a broken chain and a record without its event are figures", () => {
  const { sections, figures } = reportDocument(report("acme"));
  expect(sections.map(({ id }) => id)).toEqual([
    ...["overrides", "incidents", "boundary-violations", "waits", "approvals", "policy-changes", "coverage", "trail"],
  ]);
  const bad = figures.filter(({ tone }) => tone === "bad").map(({ name, value }) => `${name}: ${value}`);
  expect(bad).toContain("Audit chain: broken");
  expect(bad).toContain("Records that differ from the trail: 1");
  expect(bad).toContain("Approvals later than their SLA: 1");
  expect(bad).toContain("Repositories enforced: 0 of 1");
});

test.each(COMPLIANCE_FORMATS)(
  "%s tells everything: people by name and number, the erased by number, and what each record is proven by",
  (format) => {
    const text = renderCompliance(format, report("acme/data"));
    for (const said of ["acme/data", "bob", "a-1", "label"]) expect(text).toContain(said);
    if (format === "json") return;
    for (const said of ["account 6", "event 3", "DIFFER", "review overdue", "CC8.1", "A.8.32", "Art. 30"]) expect(text).toContain(said);
    expect(text.replaceAll("&#8203;", "")).toContain(format === "markdown" ? "It does not say" : NOTE);
    expect(text).not.toMatch(/\bcompliant\b|\bcomplies\b/i);
  },
);

test.each(Object.entries(ATTACKS))("%s is text in every format", (_, attack) => {
  const hostile = report(attack);
  const html = renderCompliance("html", hostile);
  expect(html.match(/<script|<img|<svg|<iframe|onerror=(?=[^&]*>)/gi) ?? []).toEqual([]);
  expect(html.match(/<\/(table|td|body|h1)>/g)!.length).toBe(
    renderCompliance("html", report("x")).match(/<\/(table|td|body|h1)>/g)!.length,
  );
  const markdown = renderCompliance("markdown", hostile);
  expect(markdown.split("\n")).toHaveLength(renderCompliance("markdown", report("x")).split("\n").length);
  const csv = renderCompliance("csv", hostile);
  expect(csv.split("\r\n")).toHaveLength(renderCompliance("csv", report("x")).split("\r\n").length);
  expect(JSON.parse(renderCompliance("json", hostile))).toEqual(hostile);
});

test.each(['=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(A1)", "\t=1", "|calc"])("a spreadsheet does not run %j", (formula) => {
  const csv = renderCompliance("csv", report(formula));
  for (const cell of csv.matchAll(/(?:^|,)"((?:[^"]|"")*)"/gm)) expect(cell[1]).not.toMatch(/^[\s]*[=+@|\t]|^-(?!$)/);
});

test("nothing happened: each section says so", () => {
  const none = { approvals: [], overrides: [], incidents: [], policyChanges: [], waits: [], boundaryViolations: [], coverage: [] };
  const html = renderCompliance("html", report("acme", none));
  for (const said of ["Nobody used, or tried, an override", "Nothing landed past the gate", "No governed change landed"])
    expect(html).toContain(said);
});
