import { Worker } from "node:worker_threads";
import { BROKEN_MAX, type Share, type Told } from "./told.ts";

/** Many schedules of one seed, by their numbers, on `threads` processors; the same seed and number give the same schedule everywhere. */
export async function simulateMany({ seed, from, to }: Share, threads: number, onTold: (told: Told) => void = () => {}): Promise<Told> {
  const share = Math.ceil((to - from) / threads);
  const all: { done: number; calls: number; faults: number; broken: Told["broken"][number][] } = {
    done: 0,
    calls: 0,
    faults: 0,
    broken: [],
  };
  await Promise.all(
    Array.from({ length: threads }, (_, part) => {
      const workerData: Share = { seed, from: from + part * share, to: Math.min(to, from + (part + 1) * share) };
      const worker = new Worker(new URL("worker.ts", import.meta.url), {
        workerData,
        // What a schedule leaves behind is short-lived, and more than the small default keeps from being copied.
        resourceLimits: { maxYoungGenerationSizeMb: 64 },
      });
      let left = workerData.to - workerData.from;
      let broken = 0;
      worker.on("message", (told: Told) => {
        left -= told.done;
        broken += told.broken.length;
        all.done += told.done;
        all.calls += told.calls;
        all.faults += told.faults;
        all.broken.push(...told.broken);
        onTold(told);
      });
      return new Promise<void>((resolve, reject) => {
        worker.once("error", reject);
        // A thread that ends early leaves nothing that could be taken for a clean range.
        worker.once("exit", (code) => {
          if (left === 0 || broken >= BROKEN_MAX) resolve();
          else
            reject(
              new Error(`the thread of ${workerData.from} to ${workerData.to - 1} ended with ${code}, ${left} schedules before its end`),
            );
        });
      });
    }),
  );
  return all;
}
