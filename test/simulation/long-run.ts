import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { simulateMany } from "./many.ts";
import type { Broken } from "./told.ts";

/** Schedules of one range: about a minute of two processors. */
const RANGE = 20_000;

/** One range that was run, as a line of the record. */
export interface Range {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** What `git describe` calls the code that ran. */
  readonly commit: string;
  /** Less than `to - from` where too many broke an invariant, and the rest was not run. */
  readonly done: number;
  readonly seconds: number;
  readonly calls: number;
  readonly faults: number;
  readonly broken: readonly Broken[];
}

export interface LongRun {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** JSON lines, appended to. */
  readonly record: string;
  readonly threads: number;
  /** Told of so many more that are done, some seconds apart. */
  readonly onProgress: (done: number) => void;
}

/** Runs range after range and writes each down when it is done; those that stand in the record are not run again. Gives the whole record. */
export async function runLong(run: LongRun, onRange: (range: Range) => void): Promise<readonly Range[]> {
  const { seed, to, record, threads, onProgress } = run;
  const commit = execFileSync("git", ["describe", "--always", "--dirty"], { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  for (let from = run.from; from < to; from += RANGE) {
    const range = { seed, from, to: Math.min(to, from + RANGE) };
    if (readRecord(record).some((each) => each.seed === seed && each.from === from && each.to === range.to)) continue;
    const started = performance.now();
    const told = await simulateMany(range, threads, ({ done }) => onProgress(done));
    const line: Range = { ...range, commit, seconds: Math.round((performance.now() - started) / 1000), ...told };
    appendFileSync(record, `${JSON.stringify(line)}\n`);
    onRange(line);
  }
  return readRecord(record);
}

/** A last line that a killed run left unfinished counts for nothing. */
function readRecord(file: string): readonly Range[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Range);
}
