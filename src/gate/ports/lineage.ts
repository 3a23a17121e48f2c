import type { DeclaredLineage } from "../../engine/contract/lineage/declared.ts";
import type { LineageSummary } from "../../engine/contract/lineage/model.ts";
import type { FindRecords, LineageRecord } from "../../engine/contract/lineage/vicinity.ts";
import type { Problem } from "../../engine/problem.ts";

/** What is known about the contracts that a change does not touch. */
export interface Surroundings {
  /** Whether contracts are linked, if not these. Absent = as far as these say. */
  readonly isLinked?: () => boolean;
  readonly summaries: readonly LineageSummary[];
  readonly declared: DeclaredLineage;
}

/** All contracts of one commit, of which few are looked at. */
export interface StandingLineage {
  readonly problems: readonly Problem[];
  /** Whether any of them are linked. */
  readonly isLinked: () => boolean;
  readonly find: FindRecords;
  readonly all: () => readonly LineageRecord[];
}

/** What was read of a repository in earlier runs. It costs time only: `put` and `keep` never reject, and nothing depends on what is found. */
export interface SummaryMemory {
  /** By a key that stands for path, content and reading rules. null = that file is no contract. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, LineageSummary | null>>;
  put(entries: ReadonlyMap<string, LineageSummary | null>): Promise<void>;
  /** By a key that stands for a commit, the configuration and the reading rules. null = not remembered. */
  recall(key: string): Promise<StandingLineage | null>;
  keep(key: string, lineage: StandingLineage): Promise<void>;
}

/** The contracts of a repository as the last recorded merge into its default branch left them. */
export interface RecordedLineage {
  lineageOf(repositoryId: number): Promise<readonly LineageSummary[] | null>;
  /** Wakes everything open of the repository but the subject `besides` when something else is remembered now. */
  saveLineage(repositoryId: number, commit: string, summaries: readonly LineageSummary[], besides: string): Promise<void>;
}
