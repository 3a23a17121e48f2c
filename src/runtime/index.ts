/** The client of a pipeline or an agent that attaches to a governance plan. Needs nothing else of Countersign (docs/plan.md). */
export { attachGovernance, type Governance } from "./attach.ts";
export { type Access, type AccessProblem, type AccessVerdict, evaluateAccess, fieldsOf } from "./evaluate.ts";
export type { CachedPlan } from "./judge.ts";
export type { AttachOptions, GovernanceCache, Mode } from "./options.ts";
export type { Environment, GovernanceSession, GovernedContract, GovernedField } from "./session.ts";
