import type { Checks, Clock, ContractComparer, Conversation, Ledger, PullRequests } from "./ports.ts";

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
  readonly conversation: Conversation;
  /** Told when something beside the verdict could not be said to people; nothing else comes of it. */
  readonly onUnsaid?: (error: unknown) => void;
}
