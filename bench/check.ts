/**
 * `check` with ten changed contracts in repositories of 10, 1,000 and 10,000 contracts that feed each other, beside `git diff --stat` on the
 * same range: wall time and peak memory. The first run of each repository reads all contracts for the lineage; it is told apart.
 * Run: npm run bench:check. Linux only (peak memory is VmHWM of /proc). The commands take turns, so that a slow moment hits all.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CHANGED, FIELDS, makeRepository } from "./contracts-repository.ts";
import { measure, median, type Run } from "./measure.ts";

const SIZES = (process.env["CONTRACTS"] ?? "10,1000,10000").split(",").map(Number);
const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const MAIN = resolve(import.meta.dirname, "../dist/app/main.js");

interface Measured {
  readonly size: number;
  readonly command: string;
  readonly runs: Run[];
}

async function main(): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), "countersign-bench-cache-"));
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const repositories = SIZES.map((size) => ({ size, path: makeRepository(size) }));
  const commands: Record<string, readonly string[]> = {
    "git diff --stat": ["git", "diff", "--stat", "main...work"],
    "countersign check": [process.execPath, MAIN, "check", "--base", "main", "--head", "work", "--format", "json"],
  };
  const first = new Map<number, Run>();
  for (const { size, path } of repositories) first.set(size, await measure(path, commands["countersign check"]!, env));
  const measured: Measured[] = repositories.flatMap(({ size }) => Object.keys(commands).map((command) => ({ size, command, runs: [] })));
  const empty: Run[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { size, path } of repositories)
      for (const each of measured.filter((one) => one.size === size)) each.runs.push(await measure(path, commands[each.command]!, env));
    empty.push(await measure(cache, [process.execPath, "-e", "0"]));
  }
  for (const { path } of repositories) rmSync(path, { recursive: true, force: true });
  rmSync(cache, { recursive: true, force: true });

  const head = `${CHANGED} changed contracts of ${FIELDS} fields, each contract fed by another, ${ROUNDS} rounds in turn; Node ${process.version}`;
  process.stdout.write(`${head}\n\n| contracts | command | wall ms median (min–max) | peak MiB median | exit |\n|---|---|---|---|---|\n`);
  for (const { size, command, runs } of measured) process.stdout.write(row(size, command, runs));
  for (const [size, run] of first) process.stdout.write(row(size, "countersign check, first run", [run]));
  process.stdout.write(row("", "node (empty program)", empty));
  for (const size of SIZES.slice(1)) {
    const ratio = pairwise(runsOf(measured, size), runsOf(measured, SIZES[0]!));
    process.stdout.write(`\ncheck with ${size} contracts / with ${SIZES[0]}, round by round: median ${ratio.toFixed(2)}`);
  }
  process.stdout.write("\n");
}

function runsOf(measured: readonly Measured[], size: number): readonly Run[] {
  return measured.find((each) => each.size === size && each.command === "countersign check")!.runs;
}

function pairwise(runs: readonly Run[], beside: readonly Run[]): number {
  return median(runs.map((run, index) => run.wallMs / beside[index]!.wallMs).sort((a, b) => a - b));
}

function row(size: number | string, command: string, runs: readonly Run[]): string {
  const wall = runs.map((run) => run.wallMs).sort((a, b) => a - b);
  const peak = runs.map((run) => run.peakMiB).sort((a, b) => a - b);
  return `| ${size} | \`${command}\` | ${median(wall).toFixed(0)} (${wall[0]?.toFixed(0)}–${wall.at(-1)?.toFixed(0)}) | ${median(peak).toFixed(0)} | ${runs[0]?.exitCode} |\n`;
}

await main();
