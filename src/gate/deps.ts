import type { Checks, Clock, ContractComparer, Issues, Ledger, Protection, PullRequests } from "./ports.ts";

/** What reading the facts of a pull request takes. */
export interface GatherDeps {
  readonly pulls: PullRequests;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly comparer: ContractComparer;
}

/** What the whole gate takes. */
export interface GateDeps extends GatherDeps {
  readonly checks: Checks;
  readonly issues: Issues;
  readonly protection: Protection;
}
