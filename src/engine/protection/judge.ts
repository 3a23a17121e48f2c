import type { ProtectionFacts } from "./facts.ts";
import { type ReadyRuleset, readyRulesets } from "./ruleset.ts";
import { SETTINGS, type SettingFinding, type SettingId } from "./settings.ts";

export type ProtectionStatus = "enforced" | "not_enforced" | "unknown";

export interface ProtectionFinding extends SettingFinding {
  readonly setting: SettingId | "governed_branches";
}

export interface BranchVerdict {
  readonly name: string;
  readonly pattern: string;
  readonly check: string;
  readonly status: ProtectionStatus;
  readonly findings: readonly ProtectionFinding[];
}

/** Whether our check really gates the repository. `enforced` only when everything that says so could be read. */
export interface ProtectionVerdict {
  readonly schemaVersion: 1;
  readonly repository: string;
  readonly appId: number | null;
  readonly status: ProtectionStatus;
  readonly branches: readonly BranchVerdict[];
  /** Of the repository as a whole. */
  readonly findings: readonly ProtectionFinding[];
  /** Bodies for `POST /repos/{owner}/{repo}/rulesets`; empty while our app is not known. */
  readonly rulesets: readonly ReadyRuleset[];
}

export function judgeProtection(facts: ProtectionFacts): ProtectionVerdict {
  const branches = facts.branches.map((branch): BranchVerdict => {
    const findings = (Object.keys(SETTINGS) as SettingId[]).flatMap((setting) => {
      const found = SETTINGS[setting](branch, facts);
      return found === null ? [] : [{ setting, ...found }];
    });
    return { name: branch.name, pattern: branch.pattern, check: branch.check, status: statusOf(findings), findings };
  });
  const findings = wholeFindings(facts);
  const { repository, appId } = facts;
  const status = statusOf([...findings, ...branches.flatMap((branch) => branch.findings)]);
  return { schemaVersion: 1, repository, appId, status, branches, findings, rulesets: readyRulesets(facts) };
}

function wholeFindings({ branches, unseen }: ProtectionFacts): readonly ProtectionFinding[] {
  const setting = "governed_branches";
  const more = unseen.map(
    ({ kind, because }): ProtectionFinding => ({
      setting,
      severity: "unknown",
      kind,
      says: because,
      fix: "look at these branches by hand",
    }),
  );
  if (branches.length > 0 || unseen.length > 0) return more;
  return [
    {
      setting,
      severity: "open",
      says: "no branch is governed: nothing here is gated",
      fix: "name the branch in `environments` of .choochoorc",
    },
  ];
}

function statusOf(findings: readonly SettingFinding[]): ProtectionStatus {
  if (findings.some(({ severity }) => severity === "open")) return "not_enforced";
  return findings.some(({ severity }) => severity === "unknown") ? "unknown" : "enforced";
}

/** Exit code of `countersign doctor`. */
export function protectionExitCode({ status, branches, findings }: ProtectionVerdict): 0 | 1 | 3 | 4 {
  if (status === "enforced") return 0;
  if (status === "not_enforced") return 1;
  const kinds = [...findings, ...branches.flatMap((branch) => branch.findings)].flatMap(({ kind }) => kind ?? []);
  return kinds.includes("auth") ? 4 : 3;
}
