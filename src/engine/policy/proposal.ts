import type { Facts } from "../facts.ts";
import type { Problem } from "../problem.ts";
import type { PolicySet } from "./model.ts";
import type { ProposalReport, VersionFacts } from "./proposal-facts.ts";
import { unmappedAnew } from "./roles.ts";
import { satisfiabilityProblems } from "./satisfiability.ts";
import { loosenings } from "./tightening.ts";

/** How a change of governance files is asked for: nothing, the first policy ever, one that only tightens, or any other. */
export type GovernanceChange = "none" | "bootstrap" | "tightens" | "changed";

/** @param set in force; null = it cannot be read. */
export function governanceChange(facts: Facts, set: PolicySet | null, governed: boolean): GovernanceChange {
  const { governanceFiles } = facts;
  if (!governed || set === null || governanceFiles.length === 0) return "none";
  if (!set.enrolled) return "bootstrap";
  const report = reportProposal(facts);
  if (report === null || report.loosens.length > 0) return "changed";
  return governanceFiles.every(({ path }) => report.files.includes(path)) ? "tightens" : "changed";
}

/** null = no policy file changes. Of a proposal that cannot be read nothing is known to tighten. */
export function reportProposal(facts: Facts): ProposalReport | null {
  const known = reports.get(facts);
  if (known !== undefined) return known;
  const report = reportOf(facts);
  reports.set(facts, report);
  return report;
}

/** Memory of reportProposal: one decision asks several times. */
const reports = new WeakMap<Facts, ProposalReport | null>();

function reportOf({ policy, proposal, people, subject }: Facts): ProposalReport | null {
  if (proposal === undefined) return null;
  const { files, reading, preview } = proposal;
  const proposed = reading.status === "ok" ? reading.set : null;
  const unfillable =
    proposed === null || people === null ? [] : satisfiabilityProblems(proposed, { ...people, ownerType: subject.ownerType });
  const unmapped = proposed === null || policy.status === "invalid" ? [] : unmappedAnew(policy.set, proposed);
  return {
    files,
    loosens:
      policy.status === "invalid" || proposed === null
        ? ["it cannot be compared with the policy in force"]
        : policy.set.enrolled
          ? loosenings(policy.set, proposed)
          : [],
    problems: [...reading.problems, ...unmapped, ...unfillable],
    preview,
  };
}

/** "version 3, approved", for the tree and for machines. */
export function versionWords({ seq, how }: VersionFacts): string {
  const words = {
    bootstrap: "the first one, approved by the owners",
    installed: "as it was when the repository was first looked at; no approval of it is on record",
    approved: "approved",
    overridden: "landed under an override",
  } as const satisfies Record<VersionFacts["how"], string>;
  return `version ${seq}, ${words[how]}`;
}

/** Sentences and warnings about the version in force. */
export function inForceNotices({ inForce }: Facts): readonly Problem[] {
  return inForce?.notices ?? [];
}
