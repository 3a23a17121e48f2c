/**
 * Countersign beside @graphql-inspector/core and `buf breaking` on the same pairs of real GraphQL and Protobuf files: what each one
 * finds, what it misses, and how long it takes. Run: npm run bench:beside (installs the two tools into this folder first).
 * The edits: every compliance tag dropped; the first field dropped; the type of the first string field changed; comments and blank lines added.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { diffContracts } from "../../src/engine/contract/diff.ts";
import type { Finding } from "../../src/engine/contract/finding.ts";
import type { ContractFile } from "../../src/engine/contract/model.ts";
import { compileVocabulary } from "../../src/engine/contract/vocabulary.ts";
import { median } from "../measure.ts";

const CORPUS = resolve(process.env["CORPUS"] ?? join(import.meta.dirname, "../../test/fixtures/contract/corpus"));
/** Complete files of our own: most real ones import what is not here. */
const OWN = join(import.meta.dirname, "own");
const ROUNDS = Number(process.env["ROUNDS"] ?? 7);
const rules = { vocabulary: compileVocabulary({ synonyms: {}, keywords: [] }), mappings: [] };
const load = createRequire(import.meta.url);

type Edit = (text: string) => string;
/** What came of one tool on one pair. `null` = it could not read the files. */
interface Told {
  readonly found: number | null;
  readonly ms: number;
}
interface Language {
  readonly name: string;
  readonly folder: string;
  readonly extension: string;
  readonly beside: string;
  readonly edits: Readonly<Record<string, Edit>>;
  readonly run: (base: string, head: string) => Promise<Told>;
}

/** Only `@pii`-like uses go, never the definitions of the directives. */
const stripGraphql: Edit = (text) =>
  text.replace(/(?<!directive) *@(?:\w+_)?(pii|sensitive|tag|classification|confidential|personal)\b(?:\([^)]*\))?/gi, "");

const stripProto: Edit = (text) => text.replace(/ *\[[^\][]*\b\w*(?:pii|sensitive|secret|personal\w*|debug_redact)\)? *= *[^\][]*\]/g, "");

const LANGUAGES: readonly Language[] = [
  {
    name: "GraphQL",
    folder: "graphql",
    extension: ".graphql",
    beside: "@graphql-inspector/core",
    edits: {
      "tags dropped": stripGraphql,
      "field dropped": (text) => text.replace(/(type \w+[^{]*\{[^}]*?\n)(\s+\w+: [^\n]*\n)/, "$1"),
      "type changed": (text) => text.replace(/(\n\s+\w+): String\b/, "$1: Int"),
      "comments only": (text) => `# a comment\n${text.replaceAll("\n", "\n\n")}`,
    },
    run: runInspector,
  },
  {
    name: "Protobuf",
    folder: "protobuf",
    extension: ".proto",
    beside: "buf breaking (FILE)",
    edits: {
      "tags dropped": stripProto,
      "field dropped": (text) => text.replace(/(message \w+ \{[^}]*?\n)(\s+(?:repeated |optional )?[\w.]+ \w+ = \d+[^;]*;\n)/, "$1"),
      "type changed": (text) => text.replace(/(\n\s+)string (\w+ = \d+)/, "$1int64 $2"),
      "comments only": (text) => `// a comment\n${text.replaceAll("\n", "\n\n")}`,
    },
    run: runBuf,
  },
];

async function runInspector(base: string, head: string): Promise<Told> {
  const { diff } = load("@graphql-inspector/core") as { diff: (a: unknown, b: unknown) => Promise<unknown[]> };
  const { buildSchema } = load("graphql") as { buildSchema: (text: string, options: object) => unknown };
  const started = performance.now();
  try {
    const lenient = { assumeValid: true, assumeValidSDL: true };
    const found = await diff(buildSchema(withScalars(base, buildSchema), lenient), buildSchema(withScalars(head, buildSchema), lenient));
    return { found: found.length, ms: performance.now() - started };
  } catch {
    return { found: null, ms: performance.now() - started };
  }
}

/** Types that a file uses and does not define are declared for it, or the tool would read almost none of them. */
function withScalars(text: string, buildSchema: (text: string, options: object) => unknown): string {
  let whole = text;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      buildSchema(whole, { assumeValid: true, assumeValidSDL: true });
      return whole;
    } catch (error) {
      const name = /Unknown type: "(\w+)"/.exec(String(error))?.[1];
      if (name === undefined) return whole;
      whole += `\nscalar ${name}\n`;
    }
  }
  return whole;
}

/** A process for each pair, as a pipeline runs it. 100 = findings. */
async function runBuf(base: string, head: string): Promise<Told> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-buf-"));
  try {
    for (const [side, text] of [
      ["base", base],
      ["head", head],
    ] as const) {
      mkdirSync(join(folder, side));
      writeFileSync(join(folder, side, "a.proto"), text);
      writeFileSync(join(folder, side, "buf.yaml"), "version: v2\nbreaking:\n  use: [FILE]\n");
    }
    const buf = (...args: string[]) => spawnSync(join(import.meta.dirname, "node_modules/.bin/buf"), args, { encoding: "utf8" });
    if (["base", "head"].some((side) => buf("build", join(folder, side)).status !== 0)) return { found: null, ms: Number.NaN };
    const started = performance.now();
    const run = buf("breaking", join(folder, "head"), "--against", join(folder, "base"), "--error-format", "json");
    const ms = performance.now() - started;
    return { found: run.status === 0 ? 0 : run.stdout.trim().split("\n").length, ms };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOurs(path: string, base: string, head: string): Told & { readonly findings: readonly Finding[] } {
  const file = (text: string, blob: string): ContractFile => ({ path, mode: "100644", blob, bytes: Buffer.from(text), unreadable: null });
  const files = [{ path, baseMode: "100644", baseBlob: "b", headMode: "100644", headBlob: "h" }];
  const input = { base: [file(base, "b")], head: [file(head, "h")], files, outside: [], referenced: { base: [], head: [] }, rules };
  const started = performance.now();
  const { findings, unparseable } = diffContracts(input);
  return { found: unparseable.length > 0 ? null : findings.length, ms: performance.now() - started, findings };
}

for (const language of LANGUAGES) {
  const names = [CORPUS, OWN].flatMap((corpus) =>
    readdirSync(join(corpus, language.folder))
      .filter((name) => name.endsWith(language.extension))
      .map((name) => join(corpus, language.folder, name)),
  );
  process.stdout.write(`\n### ${language.name}: ${names.length} files, ${ROUNDS} rounds in turn, medians\n\n`);
  process.stdout.write(
    `| edit | pairs | Countersign finds | blocks | ${language.beside} finds | it cannot read | ms per pair | its ms per pair |\n|---|---|---|---|---|---|---|---|\n`,
  );
  for (const [edit, apply] of Object.entries(language.edits)) {
    const pairs = names
      .map((name) => ({ name, base: readFileSync(name, "utf8") }))
      .map((pair) => ({ ...pair, head: apply(pair.base) }))
      .filter(({ name, base, head }) => base !== head && runOurs(name, base, base).found !== null);
    let [ours, blocks, theirs, unread] = [0, 0, 0, 0];
    const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (const { name, base, head } of pairs) {
      const mine: number[] = [];
      const other: number[] = [];
      let last: { own: ReturnType<typeof runOurs>; beside: Told } | null = null;
      for (let round = 0; round <= ROUNDS; round += 1) {
        const own = runOurs(name, base, head);
        const beside = await language.run(base, head);
        if (round > 0) {
          mine.push(own.ms);
          other.push(beside.ms);
        }
        last = { own, beside };
      }
      times.ours.push(median(mine.sort((a, b) => a - b)));
      if (last!.beside.found !== null) times.theirs.push(median(other.sort((a, b) => a - b)));
      if ((last!.own.found ?? 1) > 0) ours += 1;
      if (last!.own.findings.some(({ severity }) => severity === "block")) blocks += 1;
      if ((last!.beside.found ?? 0) > 0) theirs += 1;
      if (last!.beside.found === null) unread += 1;
    }
    const mean = (all: readonly number[]) => {
      const list = all.filter((ms) => !Number.isNaN(ms));
      return list.length === 0 ? "–" : (list.reduce((a, b) => a + b, 0) / list.length).toFixed(1);
    };
    process.stdout.write(
      `| ${edit} | ${pairs.length} | ${ours} | ${blocks} | ${theirs} | ${unread} | ${mean(times.ours)} | ${mean(times.theirs)} |\n`,
    );
  }
}
