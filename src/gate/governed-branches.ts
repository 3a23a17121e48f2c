import { environmentOf } from "../engine/policy/environment.ts";
import type { PolicyReading } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";

/** A branch as far as governing it goes. */
export interface BranchPlace {
  readonly name: string;
  readonly protected: boolean;
}

/** Whether what lands there is governed. An invalid policy governs as its defaults do. */
export function isGoverned(reading: PolicyReading, branch: BranchPlace, defaultBranch: string): boolean {
  if (reading.status === "ok" && !reading.set.enrolled) return false;
  const where = { baseRef: branch.name, defaultBranch, baseProtected: branch.protected, environment: null };
  return environmentOf(where, readableSet(reading).config, []) !== null;
}
