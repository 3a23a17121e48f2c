/** A user's problem as a value: what is wrong, where, what was allowed. Never thrown. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly file: string | null;
  /** 1-based; null when the problem has no place in a file. */
  readonly line: number | null;
  readonly severity: "error" | "warning";
  readonly hint?: string;
}

/** Error codes of the command line and of every JSON output. */
export type ProblemCode =
  | "E001" // invalid schema
  | "E002" // missing required field
  | "E003" // invalid file name or extension
  | "E004" // contract not found
  | "E005" // circular dependency
  | "E006" // quality rule failed
  | "E007" // agent boundary violation
  | "E008" // approval required
  | "E009" // invalid state transition
  | "E010"; // version conflict

/** For the end of a switch over a union: a new member is a compile error, and at run time a bug. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
