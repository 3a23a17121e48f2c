import type { PolicyRepositories } from "./organisation.ts";
import type { Checks, Clock, ContractComparer, Ledger, PullRequests } from "./ports.ts";

/** What reading the facts of a pull request takes. */
export interface GatherDeps {
  readonly pulls: PullRequests;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly comparer: ContractComparer;
  /** Where organisations keep their policy; absent = none does. */
  readonly policyRepositories?: PolicyRepositories;
}

/** What the whole gate takes. */
export interface GateDeps extends GatherDeps {
  readonly checks: Checks;
}
