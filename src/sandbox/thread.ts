import { type DiffInput, diffContracts } from "../engine/contract/diff.ts";
import type { Comparison } from "../engine/contract/finding.ts";

/** What the thread is asked. */
export interface Task {
  readonly input: DiffInput;
  /** Every path of the input. */
  readonly paths: readonly string[];
  /** One Int32 that both sides see: QUEUED, then the index in `paths` of the file that is being read, then `paths.length`. */
  readonly progress: SharedArrayBuffer;
}

export const QUEUED = -2;
const STARTED = -1;

/** Runs in the thread: the comparison, with a mark for each file before it is read. */
export function compareInThread({ input, paths, progress }: Task): Comparison {
  const mark = new Int32Array(progress);
  Atomics.store(mark, 0, STARTED);
  Atomics.notify(mark, 0);
  const indexOf = new Map(paths.map((path, index) => [path, index]));
  return diffContracts(input, (path) => Atomics.store(mark, 0, path === null ? paths.length : (indexOf.get(path) ?? STARTED)));
}
