import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Run {
  readonly wallMs: number;
  readonly peakMiB: number;
  readonly exitCode: number;
}

/** One run of a command: wall time, and the peak of its resident memory looked up every millisecond (Linux). */
export async function measure(cwd: string, command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  const [file, ...args] = command as [string, ...string[]];
  const started = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
  let peakKiB = 0;
  const look = setInterval(() => {
    try {
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0));
    } catch {
      // it has just ended
    }
  }, 1);
  const exitCode = await new Promise<number>((done) => child.on("close", (code) => done(code ?? -1)));
  clearInterval(look);
  return { wallMs: performance.now() - started, peakMiB: peakKiB / 1024, exitCode };
}

/** Of numbers in rising order. */
export function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
