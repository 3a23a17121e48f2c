export * from "./schema/evaluation.ts";
export * from "./schema/governance.ts";
export * from "./schema/inbox.ts";
export * from "./schema/lineage.ts";
export * from "./schema/policy.ts";
export * from "./schema/records.ts";
