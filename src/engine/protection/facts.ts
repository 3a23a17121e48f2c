/** What could be read, or why not. `auth`: it was refused; `network`: there was no certain answer. */
export type Reading<T> =
  | { readonly status: "ok"; readonly value: T }
  | { readonly status: "unreadable"; readonly kind: "network" | "auth"; readonly because: string };

export interface RequiredCheck {
  readonly context: string;
  /** App whose run alone counts; null = any source. */
  readonly appId: number | null;
}

/** One active rule that applies to a branch, from whatever ruleset. */
export interface BranchRule {
  readonly type: string;
  readonly rulesetId: number;
  readonly requiredChecks: readonly RequiredCheck[];
  readonly dismissesStaleReviews: boolean;
  readonly asksLastPushApproval: boolean;
}

export interface BypassActor {
  /** `Team 7`, `OrganizationAdmin` */
  readonly who: string;
  readonly mode: "always" | "pull_request" | "exempt";
}

export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly enforcement: "active" | "evaluate" | "disabled";
  readonly requiredChecks: readonly RequiredCheck[];
  /** GitHub tells it only to whoever may change the ruleset. */
  readonly bypass: Reading<readonly BypassActor[]>;
}

/** Branch protection as it was before rulesets. */
export interface ClassicProtection {
  readonly requiredChecks: readonly RequiredCheck[];
  readonly enforceAdmins: boolean;
  readonly allowsForcePushes: boolean;
  readonly allowsDeletions: boolean;
  readonly asksPullRequest: boolean;
  readonly dismissesStaleReviews: boolean;
  readonly asksLastPushApproval: boolean;
}

export interface GovernedBranch {
  readonly name: string;
  readonly pattern: string;
  /** The check that must be required: the aggregate. */
  readonly check: string;
  readonly rules: Reading<readonly BranchRule[]>;
  /** null = none. */
  readonly classic: Reading<ClassicProtection | null>;
}

/** Everything that says whether a repository's governed branches can be changed without our check. */
export interface ProtectionFacts {
  readonly repository: string;
  /** Our app; null = not known here. */
  readonly appId: number | null;
  readonly branches: readonly GovernedBranch[];
  readonly rulesets: Reading<readonly Ruleset[]>;
  /** What was not looked at, as sentences: nothing is enforced by not looking. */
  readonly unseen: readonly { readonly kind: "network" | "auth"; readonly because: string }[];
}
