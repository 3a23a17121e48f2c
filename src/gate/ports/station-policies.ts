import type { LineageSummary } from "../../engine/contract/lineage/model.ts";
import type { PolicyVersion } from "./policy.ts";
import type { StoredEvaluation } from "./work.ts";

/** The newest version in force of one repository, and what is known to be wrong with it. */
export interface PolicyStanding {
  readonly repositoryId: number;
  /** `owner/name` */
  readonly repository: string;
  readonly version: PolicyVersion;
  /** Name of who brought it in; null = unknown, or erased. */
  readonly actorLogin: string | null;
  /** What the last nightly check found; null = it found nothing, or has not been yet. */
  readonly unsatisfiable: { readonly at: string; readonly version: number; readonly problems: readonly string[] } | null;
  /** Files that stood on the default branch without a record while this version was in force. */
  readonly incidents: readonly { readonly at: string; readonly because: string }[];
}

/** A pull request as it was decided last. */
export interface DecidedPull {
  readonly evaluation: StoredEvaluation;
  readonly open: boolean;
}

export interface LineageStanding {
  readonly repositoryId: number;
  readonly repository: string;
  readonly commit: string;
  readonly recordedAt: string;
  readonly summaries: readonly LineageSummary[];
}
