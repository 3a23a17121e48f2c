import type { Finding, GovernedFile, TagLoss } from "./contract/finding.ts";
import type { Problem } from "./problem.ts";

/** A change that lands together with the one between base and head and is not all in it. Its findings count like any other. */
export interface SideChange {
  /**
   * `commit`: what stands at a commit on the way, and neither before nor after. `layer`: what this layer of a stack does to the one below.
   * `rebase`: what lands where merge commits are left out.
   */
  readonly kind: "commit" | "layer" | "rebase";
  /** The commit that it leads to; of a rebase the merge commit that is left out. */
  readonly sha: string;
  readonly files: readonly GovernedFile[];
  readonly governanceFiles: readonly GovernedFile[];
  readonly findings: readonly Finding[];
  readonly losses: readonly TagLoss[];
  /** Contracts that cannot be read at that commit; at a commit on the way they cannot be fixed any more, only approved. */
  readonly unparseable: readonly Problem[];
}

/** The base of this pull request is the head of another one: what it is governed as is where that one leads. */
export interface StackFacts {
  /** The branch that the pull request names, and its tip. */
  readonly baseRef: string;
  readonly baseSha: string;
  /** The pull requests below, the nearest first. */
  readonly layers: readonly StackLayer[];
}

export interface StackLayer {
  readonly number: number;
  readonly baseRef: string;
  readonly headSha: string;
  /** Login; null = unknown. */
  readonly author: string | null;
}
