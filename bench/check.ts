/**
 * `check` on a repository of 1,000 contracts with 10 changed, beside `git diff --stat` on the same range: wall time and peak memory.
 * Run: npm run bench:check. Linux only (peak memory is VmHWM of /proc). The two commands take turns, so that a slow moment hits both.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CONFIG, POLICIES } from "../test/demo/sample.ts";

const CONTRACTS = Number(process.env["CONTRACTS"] ?? 1000);
const CHANGED = 10;
const FIELDS = 20;
const ROUNDS = 9;
const MAIN = resolve(import.meta.dirname, "../dist/main.js");

interface Run {
  readonly wallMs: number;
  readonly peakMiB: number;
  readonly exitCode: number;
}

async function main(): Promise<void> {
  const repository = makeRepository();
  const commands: Record<string, readonly string[]> = {
    "git diff --stat": ["git", "diff", "--stat", "main...work"],
    "countersign check": [process.execPath, MAIN, "check", "--base", "main", "--head", "work", "--format", "json"],
    "node (empty program)": [process.execPath, "-e", "0"],
  };
  const runs: Record<string, Run[]> = {};
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, command] of Object.entries(commands)) {
      const run = await measure(repository, command);
      if (round > 0) runs[name] = [...(runs[name] ?? []), run];
    }
  }
  rmSync(repository, { recursive: true, force: true });
  process.stdout.write(
    `${CONTRACTS} contracts of ${FIELDS} fields, ${CHANGED} changed, ${ROUNDS} rounds in turn after one warm-up; Node ${process.version}\n\n`,
  );
  process.stdout.write("| command | wall ms median (min–max) | peak MiB median | exit |\n|---|---|---|---|\n");
  for (const [name, list] of Object.entries(runs)) {
    const wall = list.map((run) => run.wallMs).sort((a, b) => a - b);
    const peak = list.map((run) => run.peakMiB).sort((a, b) => a - b);
    process.stdout.write(
      `| \`${name}\` | ${median(wall).toFixed(0)} (${wall[0]?.toFixed(0)}–${wall.at(-1)?.toFixed(0)}) | ${median(peak).toFixed(0)} | ${list[0]?.exitCode} |\n`,
    );
  }
  const ratio = (runs["countersign check"] ?? [])
    .map((run, index) => run.wallMs / (runs["git diff --stat"]?.[index]?.wallMs ?? Number.NaN))
    .sort((a, b) => a - b);
  process.stdout.write(`\ncheck / git diff --stat, pair by pair: median ${median(ratio).toFixed(1)}\n`);
}

function makeRepository(): string {
  const path = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: path, stdio: "ignore" });
  const write = (index: number, tag: string) => writeFileSync(join(path, "contracts", `c${index}.odcs.yaml`), contract(index, tag));
  git("init", "-q", "--initial-branch=main");
  git("config", "user.name", "bench");
  git("config", "user.email", "bench@example.com");
  mkdirSync(join(path, "contracts"));
  mkdirSync(join(path, ".choochoo"));
  writeFileSync(join(path, ".choochoorc"), CONFIG);
  writeFileSync(join(path, ".choochoo/approval-policies.yaml"), POLICIES);
  for (let index = 0; index < CONTRACTS; index += 1) write(index, "\n        tags: [pii]");
  git("add", "-A");
  git("commit", "-qm", "base");
  git("checkout", "-qb", "work");
  for (let index = 0; index < CHANGED; index += 1) write(index * Math.floor(CONTRACTS / CHANGED), "");
  git("commit", "-qam", "strip");
  return path;
}

function contract(index: number, tag: string): string {
  const fields = Array.from(
    { length: FIELDS },
    (_, field) =>
      `      - name: field_${field}\n        logicalType: string\n        description: Field ${field} of table ${index}${field === 3 ? tag : ""}`,
  );
  return `apiVersion: v3.1.0\nkind: DataContract\nid: c${index}\nversion: 1.0.0\nstatus: active\nschema:\n  - name: table_${index}\n    properties:\n${fields.join("\n")}\n`;
}

async function measure(cwd: string, command: readonly string[]): Promise<Run> {
  const [file, ...args] = command as [string, ...string[]];
  const started = performance.now();
  const child = spawn(file, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
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

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

await main();
