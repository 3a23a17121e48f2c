import type { ComplianceReport } from "../engine/compliance.ts";
import { CONTROLS } from "./compliance-controls.ts";
import type { ReportDocument, ReportFigure } from "./compliance-document.ts";
import { SECTIONS } from "./compliance-sections.ts";
import { instantWithYear } from "./phrase.ts";

export const NOTE =
  "This report lists evidence that supports the controls named here. It does not say that a control is fulfilled: that is the judgement of whoever audits it.";

/** Overrides and incidents first, in full. */
export function reportDocument(report: ComplianceReport): ReportDocument {
  const { organisation, period, generatedAt } = report;
  return {
    title: `Governance report: ${organisation}`,
    subtitle: `${instantWithYear(period.from)} to ${instantWithYear(period.to)}; made ${instantWithYear(generatedAt)}`,
    figures: figuresOf(report),
    sections: SECTIONS.map((section) => section(report)),
    controls: CONTROLS.map(({ evidence, ...control }) => ({ ...control, evidence: evidence(report) })),
    note: NOTE,
  };
}

function figuresOf(report: ComplianceReport): readonly ReportFigure[] {
  const { approvals, overrides, incidents, waits, coverage, policyChanges, chain, reconciliation, boundaryViolations } = report;
  const bad = (name: string, value: number): ReportFigure => ({ name, value, tone: value === 0 ? "good" : "bad" });
  const plain = (name: string, value: number | string): ReportFigure => ({ name, value, tone: "plain" });
  const governed = coverage.filter(({ standing }) => standing !== "not_enrolled");
  const enforced = governed.filter(({ standing }) => standing === "enforced");
  const differing = reconciliation.filter(({ records, events }) => records !== events);
  return [
    plain("Regular approvals", approvals.filter(({ kind }) => kind === "regular").length),
    bad("Forced approvals", approvals.filter(({ kind }) => kind === "forced").length),
    bad("Overrides used", overrides.filter(({ status, isInPeriod }) => status === "used" && isInPeriod).length),
    bad("Post-hoc reviews overdue", overrides.filter(({ review }) => review?.state === "overdue").length),
    bad("Incidents", incidents.length),
    bad("Boundary violations", boundaryViolations.length),
    bad("Approvals later than their SLA", waits.filter(({ isBreached }) => isBreached).length),
    plain("Policy changes", policyChanges.length),
    {
      name: "Repositories enforced",
      value: `${enforced.length} of ${governed.length}`,
      tone: enforced.length < governed.length ? "bad" : "good",
    },
    { name: "Audit chain", value: chain.status, tone: chain.status === "broken" ? "bad" : chain.status === "intact" ? "good" : "plain" },
    bad("Records that differ from the trail", differing.length),
  ];
}
