interface When {
  /** How many calls all workers had made. */
  readonly step: number;
  /** Milliseconds by the virtual clock. */
  readonly at: number;
}

/** What happened, in order; the checker reads nothing else but the past worlds. */
export type Happening = When &
  (
    | { readonly kind: "act"; readonly act: string }
    | { readonly kind: "fault"; readonly worker: string; readonly what: string; readonly fault: string }
    /** A delivery was stored, and GitHub was told so. `keys`: what it made dirty. */
    | { readonly kind: "ack"; readonly guid: string; readonly keys: readonly string[] }
    | { readonly kind: "start"; readonly worker: string; readonly key: string }
    /** The ledger did what a worker asked of it. */
    | { readonly kind: "took" | "wrote"; readonly worker: string; readonly key: string }
    /** The ledger let a worker not write this check, since another write of it is in flight; the worker's subject stays owed. */
    | { readonly kind: "waits"; readonly worker: string; readonly sha: string; readonly name: string }
    /** The ledger heard how a worker's write of this check had ended, or that nobody knows. */
    | { readonly kind: "told"; readonly worker: string; readonly sha: string; readonly name: string }
    /** A worker was told how the pull request stands; `stale`: by a replica that lags. */
    | { readonly kind: "looked"; readonly worker: string; readonly number: number; readonly stale: boolean }
    /** GitHub has this check now; `late`: long after it was sent. */
    | {
        readonly kind: "check";
        readonly worker: string;
        readonly sha: string;
        readonly name: string;
        readonly conclusion: string | null;
        readonly run: number;
        readonly late: boolean;
      }
    /** A routine that came round could not be done. */
    | { readonly kind: "failed"; readonly worker: string; readonly name: string; readonly error: string }
    | { readonly kind: "alarm"; readonly worker: string; readonly says: string }
    | { readonly kind: "end"; readonly worker: string; readonly key: string; readonly status: string; readonly error?: string }
  );

export type History = Happening[];
