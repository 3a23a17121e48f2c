import type { DeclaredLineage } from "../../engine/contract/lineage/declared.ts";
import type { LineageSummary } from "../../engine/contract/lineage/model.ts";

/** What is known about the contracts that a change does not touch. */
export interface Surroundings {
  readonly summaries: readonly LineageSummary[];
  readonly declared: DeclaredLineage;
}

/** What was read of a repository in earlier runs. It costs time only: `put` and `keep` never reject, and nothing depends on what is found. */
export interface SummaryMemory {
  /** By a key that stands for path, content and reading rules. null = that file is no contract. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, LineageSummary | null>>;
  put(entries: ReadonlyMap<string, LineageSummary | null>): Promise<void>;
  /** By a key that stands for a commit, the configuration and the reading rules. null = not remembered. */
  recall(key: string): Promise<Surroundings | null>;
  keep(key: string, surroundings: Surroundings): Promise<void>;
}

/** The contracts of a repository as the last recorded merge into its default branch left them. */
export interface RecordedLineage {
  lineageOf(repositoryId: number): Promise<readonly LineageSummary[] | null>;
  saveLineage(repositoryId: number, commit: string, summaries: readonly LineageSummary[]): Promise<void>;
}
