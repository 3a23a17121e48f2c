/** What is left of an installation's requests to GitHub, as the newest answer said it. */
export interface ApiAllowance {
  /** Requests that are left until `resetAt`. */
  readonly remaining: number;
  /** Requests per window. */
  readonly limit: number;
  /** ISO instant by GitHub's clock. Once it has passed, the window has begun anew and `remaining` is out of date. */
  readonly resetAt: string;
}

/** Requests of this process to GitHub since it started. Each hop of a redirect is one. */
export interface ApiCalls {
  /** Every request that was sent, whatever came of it. */
  readonly made: number;
  /** Of those, answered 304: free of the primary limit. */
  readonly notModified: number;
  /** Of those, answered 400 or more, or not at all. */
  readonly failed: number;
}

/** What talking to GitHub has cost, and how much more is allowed. Reads what is known; never asks GitHub. */
export interface ApiBudget {
  /** Of the REST API. null = nothing heard yet, or the server limits nothing. */
  remaining(installationId: number): ApiAllowance | null;
  calls(): ApiCalls;
}
