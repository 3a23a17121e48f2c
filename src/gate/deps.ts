import type { PolicyRepositories } from "./organisation.ts";
import type {
  ApiBudget,
  Checks,
  Clock,
  ContractComparer,
  Conversation,
  Issues,
  Ledger,
  Notary,
  Protection,
  PullRequests,
} from "./ports.ts";
import type { Shares } from "./shares.ts";

/** What reading the facts of a pull request takes. */
export interface GatherDeps {
  readonly pulls: PullRequests;
  /** What was recorded of this pull request and of its repository. */
  readonly ledger: Pick<
    Ledger,
    | "receipts"
    | "contentHistory"
    | "lineageOf"
    | "policyVersion"
    | "appendPolicyVersion"
    | "policyPins"
    | "keepPolicyPins"
    | "recordPolicyIncident"
    | "openEvaluations"
    | "landingOf"
    | "recentOverrides"
    | "overrideGrants"
    | "recordGrant"
    | "overdueReviews"
    | "reviewRequests"
    | "foreignChecks"
  >;
  readonly clock: Clock;
  readonly comparer: ContractComparer;
  /** Where organisations keep their policy; absent = none does. */
  readonly policyRepositories?: PolicyRepositories;
}

/** What the whole gate takes. */
export interface GateDeps extends GatherDeps {
  readonly ledger: Ledger;
  readonly checks: Checks;
  readonly issues: Issues;
  readonly protection: Protection;
  readonly conversation: Conversation;
  /** What is left of an installation's API calls; absent = nobody knows. */
  readonly budget?: Pick<ApiBudget, "remaining">;
  /** Who evaluates how much at once; absent = whoever comes. */
  readonly shares?: Shares;
  /** Seals the audit trail; absent = nothing does. */
  readonly notary?: Notary;
  /** Told when something beside the verdict could not be said to people; nothing else comes of it. */
  readonly onUnsaid?: (error: unknown) => void;
}
