export interface Clock {
  now(): Date;
}

/** A read of truth failed. `kind` picks the exit code and whether a retry can help. */
export class TruthError extends Error {
  readonly what: string;
  readonly kind: "network" | "auth" | "bug";
  /** A write that did not even leave: it has no unknown outcome. */
  readonly unsent: boolean;
  constructor(what: string, kind: "network" | "auth" | "bug", message: string, options?: { cause?: unknown; unsent?: boolean }) {
    super(message, options);
    this.name = "TruthError";
    this.what = what;
    this.kind = kind;
    this.unsent = options?.unsent === true;
  }
}

/** The caller asked for something that cannot be: one line and a hint for people, and which exit code it is. */
export class Refusal extends Error {
  readonly kind: "config" | "not_found" | "usage";
  readonly hint: string | null;
  constructor(kind: "config" | "not_found" | "usage", message: string, hint: string | null = null) {
    super(message);
    this.name = "Refusal";
    this.kind = kind;
    this.hint = hint;
  }
}
