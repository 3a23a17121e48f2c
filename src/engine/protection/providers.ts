import type { BypassActor, GovernedBranch, ProtectionFacts, Reading, RequiredCheck } from "./facts.ts";

/** One setting that requires a check on a branch, and who is not bound by it. */
export interface Provider extends RequiredCheck {
  /** "ruleset `main`", "branch protection" */
  readonly by: string;
  readonly bypass: Reading<readonly BypassActor[]>;
  /** True: administrators are not bound. */
  readonly sparesAdmins: boolean;
}

/** Everything that requires a check on the branch now. What cannot be read requires nothing here: the rows say that it is unknown. */
export function providersOf(branch: GovernedBranch, { rulesets }: ProtectionFacts): readonly Provider[] {
  const byRules = (branch.rules.status === "ok" ? branch.rules.value : []).flatMap((rule) => {
    const ruleset = rulesets.status === "ok" ? rulesets.value.find(({ id }) => id === rule.rulesetId) : undefined;
    const by = ruleset === undefined ? `ruleset ${rule.rulesetId}` : `ruleset \`${ruleset.name}\``;
    const bypass: Provider["bypass"] =
      ruleset?.bypass ??
      (rulesets.status === "unreadable"
        ? rulesets
        : { status: "unreadable", kind: "auth", because: `${by} cannot be read, so who may bypass it is not known` });
    return rule.requiredChecks.map((check) => ({ ...check, by, bypass, sparesAdmins: false }));
  });
  const classic = branch.classic.status === "ok" ? branch.classic.value : null;
  const byClassic = (classic?.requiredChecks ?? []).map((check) => ({
    ...check,
    by: "branch protection",
    bypass: { status: "ok", value: [] } as const,
    sparesAdmins: !classic!.enforceAdmins,
  }));
  return [...byRules, ...byClassic];
}

/** The two reads that say what holds on a branch; the first that failed. */
export function unreadOf(branch: GovernedBranch): { readonly kind: "network" | "auth"; readonly because: string } | null {
  for (const reading of [branch.rules, branch.classic]) if (reading.status === "unreadable") return reading;
  return null;
}
