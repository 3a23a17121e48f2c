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

/** A write that was not even sent: GitHub, or our own pace, wants this installation to wait. It comes back with its job. */
export class Resting extends TruthError {
  readonly waitMs: number;
  constructor(waitMs: number) {
    const what = "writing to GitHub";
    super(what, "network", `${what}: this installation rests for ${Math.ceil(waitMs / 1000)} s more; nothing was sent`);
    this.name = "Resting";
    this.waitMs = waitMs;
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
