import { matchesGlob } from "./glob.ts";
import type { Config, PolicyReading } from "./model.ts";

export type Enrolment = "off" | "observe" | "enforce";

const STRICTNESS: readonly Enrolment[] = ["off", "observe", "enforce"];

/** Check names of repositories that are only observed begin so, and no other name may. */
export const OBSERVE_PREFIX = "countersign (observe)";

/**
 * Whether a repository is under the gate. The organisation's patterns are matched with the repository's name; the most specific one wins
 * (its own name, then the most characters that are no wildcard), and of equals the stricter. Where none speaks, files of its own enrol it.
 * @param repository name without owner.
 */
export function enrolmentOf(enrolment: Config["enrolment"], repository: string, hasOwnFiles: boolean): Enrolment {
  const name = repository.toLowerCase();
  const speaking = Object.entries(enrolment)
    .filter(([pattern]) => matchesGlob(pattern.toLowerCase(), name))
    .sort(([a, one], [b, two]) => specificity(b, name) - specificity(a, name) || STRICTNESS.indexOf(two) - STRICTNESS.indexOf(one));
  return speaking[0]?.[1] ?? (hasOwnFiles ? "enforce" : "off");
}

function specificity(pattern: string, name: string): number {
  return pattern.toLowerCase() === name ? Number.POSITIVE_INFINITY : pattern.replace(/[*?[\]{},]/g, "").length;
}

/** The reading as it holds for one repository. An invalid one holds for every repository that may be under it. */
export function enrolled(reading: PolicyReading, enrolment: Enrolment): PolicyReading {
  if (reading.status === "invalid") return reading;
  const { enrolment: _before, ...set } = reading.set;
  const mode = enrolment === "observe" ? { enrolment } : {};
  return { ...reading, set: { ...set, enrolled: enrolment !== "off", ...mode } };
}
