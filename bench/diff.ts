/**
 * The whole diff of two versions of real contracts (read both, compare) beside merely parsing the same two texts with the format's own
 * position-keeping parser: summed over the files of each format, the two in turn, medians of the rounds.
 * Run: npm run bench:diff -- [folder of <format>/<files>] (or CORPUS=folder); ROUNDS sets the number of rounds.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse as parseGraphql } from "graphql";
import protobuf from "protobufjs";
import { LineCounter, parseDocument } from "yaml";
import { type DiffInput, diffContracts } from "../src/engine/contract/diff.ts";
import type { ContractFile } from "../src/engine/contract/model.ts";
import { readContract } from "../src/engine/contract/read.ts";
import { compileVocabulary } from "../src/engine/contract/vocabulary.ts";
import { editedText } from "./edits.ts";

const CORPUS = resolve(process.argv[2] ?? process.env["CORPUS"] ?? join(import.meta.dirname, "../test/fixtures/contract/corpus"));
const ROUNDS = Number(process.env["ROUNDS"] ?? 15);
const rules = { vocabulary: compileVocabulary({ synonyms: {}, keywords: [] }), mappings: [] };

interface Pair {
  readonly path: string;
  readonly base: string;
  readonly head: string;
  readonly parse: (text: string) => unknown;
  readonly input: DiffInput;
}

interface Group {
  readonly name: string;
  readonly pairs: readonly Pair[];
  readonly target: number | null;
}

const BASELINES: readonly { readonly name: RegExp; readonly parse: (text: string) => unknown; readonly language: string }[] = [
  { name: /\.ya?ml$/, language: "yaml", parse: (text) => parseDocument(text, { lineCounter: new LineCounter(), uniqueKeys: false }) },
  { name: /\.(json|avsc)$/, language: "json", parse: (text) => parseDocument(text, { lineCounter: new LineCounter(), uniqueKeys: false }) },
  { name: /\.(graphqls?|gql)$/, language: "graphql", parse: (text) => parseGraphql(text) },
  { name: /\.proto$/, language: "protobuf", parse: (text) => protobuf.parse(text, new protobuf.Root(), { keepCase: true }) },
];
const TARGETS: Readonly<Record<string, number>> = { yaml: 1.25, graphql: 1.6, protobuf: 1.6 };

function main(): void {
  const { groups, left } = corpusGroups();
  const rows = measured(groups);
  const line = (cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(" | ")} |\n`);
  process.stdout.write(`Node ${process.version}, ${ROUNDS} rounds in turn after warm-up, medians; summed over the pairs of a group\n\n`);
  line(["group", "pairs", "KB", "parse ms", "diff ms", "ratio", "target"]);
  line(["---", "---", "---", "---", "---", "---", "---"]);
  for (const row of rows) {
    const kb = row.group.pairs.reduce((total, pair) => total + pair.base.length + pair.head.length, 0) / 1000;
    line([
      row.group.name,
      row.group.pairs.length,
      kb.toFixed(0),
      row.parseMs.toFixed(1),
      row.diffMs.toFixed(1),
      row.ratio.toFixed(2),
      row.group.target === null ? "–" : `${row.group.target} ${row.ratio <= row.group.target ? "met" : "MISSED"}`,
    ]);
  }
  openapi(groups.filter(({ name }) => name.startsWith("openapi ")).flatMap(({ pairs }) => pairs));
  if (left.length > 0) process.stdout.write(`\nnot measured:\n${left.map((each) => `- ${each}\n`).join("")}`);
}

/** All OpenAPI files as one change: against themselves, and with all their tags stripped. */
function openapi(pairs: readonly Pair[]): void {
  if (pairs.length === 0) return;
  const fields = diffContracts(inputOf(pairs))
    .contracts.flatMap(({ objects }) => objects)
    .reduce((total, { fields }) => total + fields.length, 0);
  for (const [what, files] of [
    ["itself", pairs.map(({ path, base }) => ({ path, base, head: base }))],
    ["a strip of all its tags", pairs],
  ] as const) {
    const input = inputOf(files);
    const findings = diffContracts(input).findings.length;
    const ms = median(Array.from({ length: 3 }, () => took(() => diffContracts(input))));
    process.stdout.write(
      `\nOpenAPI, ${pairs.length} files, ${fields} fields, against ${what}: ${ms.toFixed(0)} ms, ${findings} findings\n`,
    );
  }
}

/** One group for each folder and language, then one for all folders of a language. */
function corpusGroups(): { readonly groups: readonly Group[]; readonly left: readonly string[] } {
  const left: string[] = [];
  const groups: Group[] = [];
  const all = new Map<string, Pair[]>();
  for (const format of readdirSync(CORPUS).filter((name) => statSync(join(CORPUS, name)).isDirectory())) {
    const found = new Map<string, Pair[]>();
    for (const name of readdirSync(join(CORPUS, format))) {
      const baseline = BASELINES.find((each) => each.name.test(name));
      const made = baseline === undefined ? "no parser to compare with" : pairOf(`${format}/${name}`, format, baseline.parse);
      if (typeof made === "string") left.push(`${format}/${name}: ${made}`);
      else found.set(baseline!.language, [...(found.get(baseline!.language) ?? []), made]);
    }
    for (const [language, pairs] of found) {
      groups.push({ name: `${format} (${language})`, pairs, target: null });
      all.set(language, [...(all.get(language) ?? []), ...pairs]);
    }
  }
  for (const [language, pairs] of all) groups.push({ name: `**all ${language}**`, pairs, target: TARGETS[language] ?? null });
  return { groups, left };
}

function pairOf(path: string, format: string, parse: Pair["parse"]): Pair | string {
  const base = readFileSync(join(CORPUS, path), "utf8");
  const head = editedText(format, base, (text) => readContract(fileOf(path, text), rules).status === "contract");
  const reading = readContract(fileOf(path, base), rules);
  if (reading.status !== "contract") return reading.status === "ignored" ? reading.because : reading.problems[0]!.message;
  if (head === null) return "no edit of it reads as a contract";
  return { path, base, head, parse, input: inputOf([{ path, base, head }]) };
}

function fileOf(path: string, text: string): ContractFile {
  return { path, mode: "100644", blob: path, bytes: new TextEncoder().encode(text), unreadable: null };
}

function inputOf(files: readonly { readonly path: string; readonly base: string; readonly head: string }[]): DiffInput {
  return {
    base: files.map(({ path, base }) => fileOf(path, base)),
    head: files.map(({ path, head }) => fileOf(path, head)),
    files: files.map(({ path }) => ({ path, baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" })),
    outside: [],
    referenced: { base: [], head: [] },
    rules,
  };
}

function measured(groups: readonly Group[]) {
  const singles = groups.filter(({ name }) => !name.startsWith("**"));
  const times = new Map(singles.flatMap(({ pairs }) => pairs).map((pair) => [pair, { parse: [] as number[], diff: [] as number[] }]));
  for (let round = -3; round < ROUNDS; round += 1) {
    for (const [pair, { parse, diff }] of times) {
      const first = round % 2 === 0;
      const parseMs = () => took(() => [pair.parse(pair.base), pair.parse(pair.head)]);
      const diffMs = () => took(() => diffContracts(pair.input));
      const [a, b] = first ? [parseMs(), diffMs()] : [diffMs(), parseMs()].reverse();
      if (round < 0) continue;
      parse.push(a!);
      diff.push(b!);
    }
  }
  return groups.map((group) => {
    const sum = (of: "parse" | "diff") => group.pairs.reduce((total, pair) => total + median(times.get(pair)![of]), 0);
    const [parseMs, diffMs] = [sum("parse"), sum("diff")];
    return { group, parseMs, diffMs, ratio: diffMs / parseMs };
  });
}

function took(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

main();
