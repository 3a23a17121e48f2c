export interface Clock {
  now(): Date;
}

/** A read of truth failed. `kind` picks the exit code and whether a retry can help. */
export class TruthError extends Error {
  readonly what: string;
  readonly kind: "network" | "auth" | "bug";
  constructor(what: string, kind: "network" | "auth" | "bug", message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TruthError";
    this.what = what;
    this.kind = kind;
  }
}
