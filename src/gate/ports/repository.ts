import type { GovernedFile } from "../../engine/contract/finding.ts";
import type { ContractFile } from "../../engine/contract/model.ts";

export interface TreeChanges {
  /** Every path that differs, whatever it is. */
  readonly files: readonly GovernedFile[];
  /** Set when the listing is not complete (truncated tree, over a limit): a sentence for people. */
  readonly incomplete: string | null;
}

/** Git objects of one repository, by commit and object id. Implemented by git/ (plumbing) and github/ (trees and blobs API). */
export interface Repository {
  mergeBase(base: string, head: string): Promise<string>;
  /** What differs between two commits; unchanged subtrees are never read. `base` null = every file of `head`. */
  changedFiles(base: string | null, head: string): Promise<TreeChanges>;
  /** One file by blob id. Over `maxBytes`, LFS pointers and non-regular modes come back with `unreadable` set, not as an exception. */
  readFile(file: { path: string; mode: string; blob: string }, maxBytes: number): Promise<ContractFile>;
  /** Mode and blob of a path at a commit without following symlinks; null = it does not exist there. */
  entryAt(commit: string, path: string): Promise<{ mode: string; blob: string } | null>;
}
