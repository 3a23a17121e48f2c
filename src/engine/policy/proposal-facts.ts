import type { Problem } from "../problem.ts";
import type { PolicyReading } from "./model.ts";
import type { PolicyPin } from "./pins.ts";

/** What a change of policy files proposes. Data to compare with and to check: nothing is ever decided under it. */
export interface ProposalFacts {
  /** Policy files that the change adds, edits or deletes. */
  readonly files: readonly string[];
  /** The set that would be in force, with the organisation's part as it is. */
  readonly reading: PolicyReading;
  /** Open pull requests whose verdict would be another one; null = not looked at. */
  readonly preview: PolicyPreview | null;
}

export interface PolicyPreview {
  /** `from` and `to` are states of a decision. */
  readonly pulls: readonly { readonly pull: string; readonly from: string; readonly to: string }[];
  /** Open pull requests that were decided again. */
  readonly looked: number;
}

/** Which version of the policy decides, and how it came. */
export interface InForceFacts {
  readonly repository: VersionFacts | null;
  readonly organisation: VersionFacts | null;
  /** Warnings: what stands on the default branch is not what is in force, and the like. */
  readonly notices: readonly Problem[];
  /** What names stood for when they came into force; absent = not kept. */
  readonly pins?: readonly PolicyPin[];
}

export interface VersionFacts {
  readonly seq: number;
  readonly how: "bootstrap" | "installed" | "approved" | "overridden";
  readonly commit: string;
}

/** The proposal as a decision tells it. */
export interface ProposalReport {
  readonly files: readonly string[];
  /** What is not provably at least as strict as before; empty = the change only tightens. */
  readonly loosens: readonly string[];
  readonly problems: readonly Problem[];
  readonly preview: PolicyPreview | null;
}
