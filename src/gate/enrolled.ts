import type { Facts } from "../engine/facts.ts";

/** Not under the gate: nothing is posted, except on the pull request that adds the first policy to the default branch. */
export function isOutside({ policy, proposal, subject }: Facts): boolean {
  if (policy.status === "invalid" || policy.set.enrolled) return false;
  return proposal === undefined || subject.baseRef !== subject.defaultBranch;
}

/** Looked at and recorded, and never held against anybody. */
export function isObserved({ policy }: Facts): boolean {
  return policy.status === "ok" && policy.set.enrolment === "observe";
}
