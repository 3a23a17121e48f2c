/**
 * The ports: what the use cases need from the world. github/, git/ and store/ implement them; tests run on the real ones.
 * A method that could not read truth rejects with a `TruthError`: the caller decides `error`, never "nothing there".
 */
export * from "./ports/access.ts";
export * from "./ports/api-budget.ts";
export * from "./ports/branches.ts";
export * from "./ports/caller.ts";
export * from "./ports/checks.ts";
export * from "./ports/commit-pulls.ts";
export * from "./ports/comparer.ts";
export * from "./ports/conversation.ts";
export * from "./ports/electorate.ts";
export * from "./ports/history.ts";
export * from "./ports/inbox.ts";
export * from "./ports/issues.ts";
export * from "./ports/ledger.ts";
export * from "./ports/lineage.ts";
export * from "./ports/local.ts";
export * from "./ports/merge-groups.ts";
export * from "./ports/notary.ts";
export * from "./ports/notifications.ts";
export * from "./ports/operations.ts";
export * from "./ports/overrides.ts";
export * from "./ports/plan.ts";
export * from "./ports/policy.ts";
export * from "./ports/policy-pins.ts";
export * from "./ports/protection.ts";
export * from "./ports/pulls.ts";
export * from "./ports/read-ahead.ts";
export * from "./ports/records.ts";
export * from "./ports/recovery.ts";
export * from "./ports/recovery-records.ts";
export * from "./ports/repositories.ts";
export * from "./ports/repository.ts";
export * from "./ports/routines.ts";
export * from "./ports/station.ts";
export * from "./ports/station-policies.ts";
export * from "./ports/storage.ts";
export * from "./ports/studio.ts";
export * from "./ports/submissions.ts";
export * from "./ports/traces.ts";
export * from "./ports/truth.ts";
export * from "./ports/types.ts";
export * from "./ports/waiting.ts";
export * from "./ports/work.ts";
