import type { Watch } from "../engine/contract/diff/sides.ts";
import { type DiffInput, diffContracts } from "../engine/contract/diff.ts";
import type { Comparison } from "../engine/contract/finding.ts";
import { type Inventory, takeInventory } from "../engine/contract/inventory.ts";
import { officialSchemas } from "./official-schemas.ts";

/** What the thread is asked. */
export interface Task {
  /** `compare_only`: without the official schemas. */
  readonly kind: "compare" | "compare_only" | "inventory";
  readonly input: DiffInput;
  /** Every path of the input. */
  readonly paths: readonly string[];
  /** One Int32 that both sides see: QUEUED, then the index in `paths` of the file that is being read, then `paths.length`. */
  readonly progress: SharedArrayBuffer;
}

export const QUEUED = -2;
const STARTED = -1;

/** Runs in the thread: the task, with a mark for each file before it is read. */
export function runInThread({ kind, input, paths, progress }: Task): Comparison | Inventory {
  const mark = new Int32Array(progress);
  Atomics.store(mark, 0, STARTED);
  Atomics.notify(mark, 0);
  const indexOf = new Map(paths.map((path, index) => [path, index]));
  const watch: Watch = (path) => void Atomics.store(mark, 0, path === null ? paths.length : (indexOf.get(path) ?? STARTED));
  return kind === "inventory" ? takeInventory(input, watch) : diffContracts(input, watch, kind === "compare" ? officialSchemas : null);
}
