/**
 * Shapes that once were slow, each a change of about 100 KB or more: milliseconds of the whole diff for each 100 KB of both sides together.
 * A smaller change counts as 100 KB. Run: npm run bench:hostile. Target: at most 200. Processor time of the thread, so that nobody else's work counts; the best of five runs.
 */
import { type DiffInput, diffContracts } from "../src/engine/contract/diff.ts";
import type { ContractFile } from "../src/engine/contract/model.ts";
import { compileVocabulary } from "../src/engine/contract/vocabulary.ts";

const TARGET_MS = 200;
const rules = { vocabulary: compileVocabulary({ synonyms: {}, keywords: [] }), mappings: [] };
type Tree = Readonly<Record<string, string>>;

const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join("");
const words = (count: number, word: string) => Array.from({ length: count }, (_, index) => word + index).join(", ");
const odcs = (properties: string, ofContract = "") =>
  `kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\n${ofContract}schema:\n  - name: t\n    properties:\n${properties}`;
const dcs = (body: string) => `dataContractSpecification: 1.1.0\nid: c\n${body}`;
const one = (base: string, head: string): readonly [Tree, Tree] => [{ "a.yaml": base }, { "a.yaml": head }];
const fields = (count: number, more = "") => lines(count, (i) => `      - {name: f${i}${more}}\n`);
const models = (count: number, body: string) => `models:\n  m:\n    fields:\n${lines(count, (i) => `      f${i}: ${body}\n`)}`;

const SHAPES: Readonly<Record<string, readonly [Tree, Tree]>> = {
  "199 unknown classes of a contract lost over 200 fields": one(
    odcs(fields(200), `classification: [${words(199, "u")}]\n`),
    odcs(fields(200)),
  ),
  "199 unknown classes of a contract lost over 1,000 fields": one(
    odcs(fields(1000), `classification: [${words(199, "u")}]\n`),
    odcs(fields(1000)),
  ),
  "199 unknown classes replaced by 199 others": one(
    odcs(fields(200), `classification: [${words(199, "old")}]\n`),
    odcs(fields(200), `classification: [${words(199, "new")}]\n`),
  ),
  "a definition of 50 tags flipped over 1,500 fields": one(
    dcs(`definitions:\n  d: {tags: [${words(50, "pii-")}]}\n${models(1500, "{$ref: '#/definitions/d'}")}`),
    dcs(`definitions:\n  d: {tags: [${words(50, "phi-")}]}\n${models(1500, "{$ref: '#/definitions/d'}")}`),
  ),
  "a chain of 45 $ref under 2,000 fields": one(
    dcs(
      `definitions:\n${lines(45, (i) => `  d${i}: {$ref: '#/definitions/d${i + 1}'}\n`)}  d45: {pii: true}\n${models(2000, "{$ref: '#/definitions/d0'}")}`,
    ),
    dcs(
      `definitions:\n${lines(45, (i) => `  d${i}: {$ref: '#/definitions/d${i + 1}'}\n`)}  d45: {type: string}\n${models(2000, "{$ref: '#/definitions/d0'}")}`,
    ),
  ),
  "an enum of 9,000 values replaced": one(
    dcs(models(1, `{pii: true, enum: [${words(9000, "a")}]}`)),
    dcs(models(1, `{pii: true, enum: [${words(9000, "b")}]}`)),
  ),
  "3,000 tags and 4,000 roles": one(
    odcs(lines(3000, (i) => `      - {name: f${i}, tags: [l${i}]}\n`)),
    odcs(
      lines(3000, (i) => `      - {name: f${i}, tags: [l${i}]}\n`),
      `roles:\n${lines(4000, (i) => `  - {role: r${i}}\n`)}`,
    ),
  ),
  "150 tags and 2,600 consumers": one(
    odcs(fields(1, `, tags: [${words(150, "pii-")}]`)),
    odcs(fields(1, `, tags: [${words(150, "pii-")}]`), `consumers:\n${lines(2600, (i) => `  - c${i}\n`)}`),
  ),
  "5,000 small files stripped": [
    Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`c/${i}.yaml`, odcs(fields(1, ", tags: [pii]")).replace("id: c", `id: c${i}`)]),
    ),
    Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`c/${i}.yaml`, odcs(fields(1)).replace("id: c", `id: c${i}`)])),
  ],
  "20,000 fields removed": one(odcs(fields(20_000, ", tags: [pii]")), odcs(fields(1))),
  "6,000 fields renamed": one(odcs(fields(6000, ", tags: [pii]")), odcs(lines(6000, (i) => `      - {name: g${i}}\n`))),
  "a long plain text": one(odcs(fields(1)), odcs(fields(1, `, description: ${"x ".repeat(60_000)}`))),
  "a tag of 100,000 characters": one(odcs(fields(1)), odcs(fields(1, `, tags: ["${"pii-".repeat(25_000)}"]`))),
  "a tag of 30,000 words": one(odcs(fields(1)), odcs(fields(1, `, tags: ["${"x ".repeat(30_000)}"]`))),
  "a template of 30,000 names": one(odcs(fields(1)), odcs(fields(1, `, tags: ["{{ ${"pi_i ".repeat(20_000)} }}"]`))),
  "100,000 backslashes": one(odcs(fields(1)), odcs(fields(1, `, description: "${"\\\\".repeat(50_000)}"`))),
  "100,000 open brackets": one(odcs(fields(1)), odcs(fields(1, `, description: ${"[".repeat(100_000)}`))),
  "50,000 blank comments": one(odcs(fields(1)), `${odcs(fields(1))}${"#\n".repeat(50_000)}`),
  "50,000 empty keys": one(odcs(fields(1)), `${odcs(fields(1))}${lines(12_000, (i) => `k${i}:\n`)}`),
  "3,000 quoted texts as PyYAML writes them": one(
    odcs(lines(3000, (i) => `      - name: f${i}\n        description: "a\\\n        \\ b"\n`)),
    odcs(lines(3000, (i) => `      - name: f${i}\n        description: "a\\\n        \\ c"\n`)),
  ),
  "a JSON list that does not end": one(odcs(fields(1)), `{"kind": [${'"x", '.repeat(20_000)}`),
};

function main(): void {
  process.stdout.write(
    `Node ${process.version}; target ${TARGET_MS} ms for each 100 KB\n\n| shape | KB | ms | ms per 100 KB | findings |\n|---|---|---|---|---|\n`,
  );
  const only = process.argv[2];
  for (const [name, trees] of Object.entries(SHAPES)) {
    if (only !== undefined && !name.includes(only)) continue;
    const input = inputOf(...trees);
    let best = Number.POSITIVE_INFINITY;
    let findings = 0;
    for (let run = 0; run < 5; run += 1) {
      const before = process.threadCpuUsage();
      findings = diffContracts(input).findings.length;
      const spent = process.threadCpuUsage(before);
      best = Math.min(best, (spent.user + spent.system) / 1000);
    }
    const kb = trees.flatMap((tree) => Object.values(tree)).reduce((total, text) => total + text.length, 0) / 1000;
    const each = (best / Math.max(kb, 100)) * 100;
    process.stdout.write(
      `| ${name} | ${kb.toFixed(0)} | ${best.toFixed(0)} | ${each.toFixed(0)}${each > TARGET_MS ? " **over**" : ""} | ${findings} |\n`,
    );
  }
}

function inputOf(base: Tree, head: Tree): DiffInput {
  const files = (tree: Tree) =>
    Object.entries(tree).map(
      ([path, text]): ContractFile => ({ path, mode: "100644", blob: path, bytes: new TextEncoder().encode(text), unreadable: null }),
    );
  return { base: files(base), head: files(head), files: [], outside: [], referenced: { base: [], head: [] }, rules };
}

main();
