/**
 * `policy simulate` over a generated history: real contract files, edited at random (seeded) among commits that touch nothing governed.
 * Run: npm run bench:replay. COMMITS, SEED and TOUCHING (share of commits that edit a contract) change it. Linux only (VmHWM of /proc).
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CONFIG, POLICIES } from "../test/demo/sample.ts";
import { readCorpus } from "../test/engine/contract/corpus.ts";
import { fastImport, type ImportedCommit } from "../test/support/fast-import.ts";

const COMMITS = Number(process.env["COMMITS"] ?? 5_000);
const SEED = Number(process.env["SEED"] ?? 1);
const TOUCHING = Number(process.env["TOUCHING"] ?? 0.1);
const MAIN = resolve(import.meta.dirname, "../dist/app/main.js");

async function main(): Promise<void> {
  process.stdout.write(`${COMMITS} commits, seed ${SEED}; Node ${process.version}\n\n`);
  process.stdout.write(
    "| replay | s | commits/s | peak MiB | with findings | tag losses | moves + renames | unreadable |\n|---|---|---|---|---|---|---|---|\n",
  );
  const share = `${TOUCHING * 100} % of the commits edit a contract`;
  await withHistory(TOUCHING, async (repository) => {
    await report(share, repository, []);
    await report(`${share}, \`--no-lineage\``, repository, ["--no-lineage"]);
  });
  await withHistory(0, (repository) => report("no commit edits a contract", repository, []));
}

async function withHistory(touching: number, use: (repository: string) => Promise<void>): Promise<void> {
  const repository = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  try {
    execFileSync("git", ["init", "-q", "--initial-branch=main", repository]);
    fastImport(repository, generated(touching));
    await use(repository);
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}

async function report(name: string, repository: string, args: readonly string[]): Promise<void> {
  const { stdout, wallMs, peakMiB } = await run(repository, args);
  const { totals } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as { totals: Record<string, number> };
  const perSecond = (totals["commits"] ?? 0) / (wallMs / 1000);
  process.stdout.write(
    `| ${name} | ${(wallMs / 1000).toFixed(1)} | ${perSecond.toFixed(0)} | ${peakMiB.toFixed(0)} | ${totals["withFindings"]} | ${totals["tagLosses"]} | ${(totals["moves"] ?? 0) + (totals["renames"] ?? 0)} | ${totals["unreadableFiles"]} |\n`,
  );
}

/** The corpus, then one random edit after the other, each of the file as it was first: an edit puts the one before it right. */
function* generated(touching: number): Generator<ImportedCommit> {
  const random = randomOf(SEED);
  const texts = new Map(readCorpus().map(({ path, text }) => [`contracts/${path}`, text]));
  const paths = [...texts.keys()];
  yield { message: "corpus", files: { ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES, ...Object.fromEntries(texts) } };
  for (let index = 1; index < COMMITS; index += 1) {
    if (random() >= touching) {
      yield { message: `source ${index}`, files: { [`src/file${Math.floor(random() * 200)}.txt`]: `${index}\n` } };
      continue;
    }
    const path = paths[Math.floor(random() * paths.length)]!;
    yield { message: `edit ${path}`, files: { [path]: edited(texts.get(path)!, random) } };
  }
}

/** One line goes, is said twice, or changes a word: most still parse, and some do not, as in life. */
function edited(text: string, random: () => number): string {
  const lines = text.split("\n");
  const at = Math.floor(random() * lines.length);
  const kind = random();
  if (kind < 0.3) return lines.toSpliced(at, 1).join("\n");
  if (kind < 0.4) return lines.toSpliced(at, 0, lines[at]!).join("\n");
  return lines.with(at, lines[at]!.replace(/(\w)(\w*)\s*$/, "$1x$2")).join("\n");
}

/** mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function run(cwd: string, args: readonly string[]): Promise<{ stdout: string; wallMs: number; peakMiB: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, "policy", "simulate", "--format", "json", ...args], {
    cwd,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  let peakKiB = 0;
  const look = setInterval(() => {
    try {
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0));
    } catch {
      // it has just ended
    }
  }, 20);
  const code = await new Promise<number>((done) => child.on("close", (exit) => done(exit ?? -1)));
  clearInterval(look);
  if (code !== 0) throw new Error(`policy simulate ended with ${code}`);
  return { stdout: Buffer.concat(parts).toString("utf8"), wallMs: performance.now() - started, peakMiB: peakKiB / 1024 };
}

await main();
