import type { Piscina } from "piscina";
import type { DiffInput } from "../engine/contract/diff.ts";
import { QUEUED, type Task } from "./thread.ts";

export type Outcome<T> =
  | { readonly status: "ok"; readonly value: T }
  /** `path` is the file that was being read when the thread ended; null = none of them alone. */
  | { readonly status: "ended"; readonly path: string | null; readonly because: string };

/** A task that no thread takes for so long will not be taken: the threads are ill, or far too many tasks wait. The caller tries again later. */
const WAIT_MAX_MS = 180_000;

/** One task in a thread. The clock starts when the thread does, which `begun` is told. Rejects when the pool is being closed, and when no thread takes the task. */
export async function runTask<T>(
  pool: Piscina<unknown, T>,
  kind: Task["kind"],
  input: DiffInput,
  limits: { readonly timeoutMs: number; readonly memoryMiB: number },
  begun: () => void,
): Promise<Outcome<T>> {
  const paths = [...new Set([...input.base, ...input.head, ...(input.referenced.types ?? [])].map((file) => file.path))].sort();
  const progress = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const mark = new Int32Array(progress);
  Atomics.store(mark, 0, QUEUED);
  const limit = new AbortController();
  const task: Task = { kind, input, paths, progress };
  const started = Atomics.waitAsync(mark, 0, QUEUED);
  let timer = setTimeout(() => limit.abort(), WAIT_MAX_MS);
  let over = false;
  const startClock = () => {
    if (over) return;
    begun();
    clearTimeout(timer);
    timer = setTimeout(() => limit.abort(), limits.timeoutMs);
  };
  if (started.async) void started.value.then(startClock);
  else startClock();
  try {
    return { status: "ok", value: await pool.run(task, { signal: limit.signal }) };
  } catch (error) {
    if (limit.signal.aborted && Atomics.load(mark, 0) === QUEUED)
      throw new Error("no thread took the comparison in time", { cause: error });
    const because = reasonOf(error, limit.signal.aborted, limits);
    if (because === null) throw error;
    return { status: "ended", path: paths[Atomics.load(mark, 0)] ?? null, because };
  } finally {
    over = true;
    clearTimeout(timer);
    // Nobody waits for a mark that will not come.
    Atomics.notify(mark, 0);
  }
}

/** null = not the content's doing. */
function reasonOf(error: unknown, timedOut: boolean, limits: { readonly timeoutMs: number; readonly memoryMiB: number }): string | null {
  if (timedOut) return `reading and comparing it takes more than ${limits.timeoutMs / 1000} s`;
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return `reading and comparing it takes more than ${limits.memoryMiB} MiB of memory`;
  if (error instanceof Error && (error.name === "AbortError" || /destroyed|closed|terminat/i.test(error.message))) return null;
  return "the parser gave up on this file";
}
