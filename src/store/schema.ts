export * from "./schema/evaluation.ts";
export * from "./schema/governance.ts";
export * from "./schema/inbox.ts";
export * from "./schema/lineage.ts";
export * from "./schema/overrides.ts";
export * from "./schema/records.ts";
export * from "./schema/routine.ts";
export * from "./schema/watched-repositories.ts";
