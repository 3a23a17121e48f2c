/**
 * Asks in few calls for what a reading of a pull request will want of git. Nothing is known by it: what was not told, or not rightly, is
 * read where it is wanted. Neither method rejects.
 */
export interface ReadAhead {
  /** Files at the tip of the default branch, and which files the change is said to touch. */
  tip(paths: readonly string[]): Promise<void>;
  /** Both sides of the change. `wanted`: of the files that it is said to touch, those whose content will be read. */
  sides(base: string, head: string, wanted: (paths: readonly string[]) => readonly string[]): Promise<void>;
}
