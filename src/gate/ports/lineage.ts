import type { LineageSummary } from "../../engine/contract/lineage/model.ts";

/** Summaries of contracts that were read before, by a key that stands for path, content and reading rules. null = that file is no contract. */
export interface SummaryMemory {
  get(keys: readonly string[]): Promise<ReadonlyMap<string, LineageSummary | null>>;
  /** Never rejects: a memory that cannot be written costs time only. */
  put(entries: ReadonlyMap<string, LineageSummary | null>): Promise<void>;
}

/** The contracts of a repository as the last recorded merge into its default branch left them. */
export interface RecordedLineage {
  lineageOf(repositoryId: number): Promise<readonly LineageSummary[] | null>;
  saveLineage(repositoryId: number, commit: string, summaries: readonly LineageSummary[]): Promise<void>;
}
