/** How the records are kept apart from the process that writes them. */
export interface StorageStanding {
  /** `one`: the login that runs could also rewrite the records. */
  readonly logins: "embedded" | "one" | "two";
  /** What that login could do and should not, each the end of a sentence; empty = nothing. */
  readonly excess: readonly string[];
}
