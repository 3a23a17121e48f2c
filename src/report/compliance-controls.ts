import type { ComplianceReport } from "../engine/compliance.ts";
import { count } from "./phrase.ts";

interface Control {
  readonly framework: string;
  readonly control: string;
  readonly about: string;
  readonly evidence: (report: ComplianceReport) => string;
}

const approvals = ({ approvals: all }: ComplianceReport) =>
  `${count(all.filter(({ kind }) => kind === "regular").length, "regular approval")} with who approved, policy and artifact`;
const policies = ({ policyChanges }: ComplianceReport) =>
  count(policyChanges.length, "change of policy in force", "changes of policy in force");
const access = ({ overrides, incidents }: ComplianceReport) =>
  `${count(overrides.length, "override")} with the authority that it was judged by, ${count(incidents.length, "incident")}`;
const trail = ({ chain, checkpoints }: ComplianceReport) =>
  `audit chain ${chain.status}, ${count(chain.events, "event")}, ${count(checkpoints.length, "signed checkpoint")}`;
const duties = ({ approvals: all }: ComplianceReport) =>
  `${count(all.filter(({ approvedBy }) => approvedBy.length > 0).length, "approval")} by people who had no hand in the change`;
const tagged = ({ approvals: all }: ComplianceReport) =>
  `${count(new Set(all.map(({ agent, environment }) => `${agent} ${environment}`)).size, "workspace")} whose artifact lists every governed field with its tags`;
const protection = ({ coverage }: ComplianceReport) =>
  `${coverage.filter(({ standing }) => standing === "enforced").length} of ${count(coverage.length, "repository", "repositories")} where GitHub requires the check`;

/** Which evidence of a report supports which control: nothing here says that a control is fulfilled. */
export const CONTROLS = [
  {
    framework: "SOC 2",
    control: "CC8.1",
    about: "changes are authorised, tested, approved and recorded",
    evidence: (report) => `${approvals(report)}; ${policies(report)}`,
  },
  {
    framework: "SOC 2",
    control: "CC6.1",
    about: "logical access is restricted",
    evidence: (report) => `${access(report)}; ${protection(report)}`,
  },
  { framework: "ISO/IEC 27001:2022", control: "A.8.32", about: "change management", evidence: approvals },
  { framework: "ISO/IEC 27001:2022", control: "A.8.4", about: "access to source code", evidence: protection },
  { framework: "ISO/IEC 27001:2022", control: "A.5.3", about: "segregation of duties", evidence: duties },
  { framework: "GDPR", control: "Art. 5(2)", about: "accountability", evidence: trail },
  { framework: "GDPR", control: "Art. 25", about: "data protection by design and by default", evidence: policies },
  { framework: "GDPR", control: "Art. 30", about: "records of processing activities", evidence: tagged },
  { framework: "GDPR", control: "Art. 32", about: "security of processing", evidence: (report) => `${access(report)}; ${trail(report)}` },
] as const satisfies readonly Control[];
