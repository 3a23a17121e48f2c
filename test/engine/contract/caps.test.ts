import { describe, expect, it } from "vitest";
import { CHANGE_FINDINGS_MAX, FINDINGS_MAX } from "../../../src/engine/contract/diff/caps.ts";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import { FIELDS_MAX, TAGS_MAX } from "../../../src/engine/contract/readers/budget.ts";
import { brief, diffOf, inputOf } from "./support.ts";

const ODCS = "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\n";
const odcs = (properties: string, ofContract = "", ofObject = "") =>
  `${ODCS}${ofContract}schema:\n  - name: t\n${ofObject}    properties:\n${properties}`;
const dcs = (body: string) => `dataContractSpecification: 1.1.0\nid: c\n${body}`;
const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join("");
const words = (count: number, word: string) => `[${Array.from({ length: count }, (_, index) => word + index).join(", ")}]`;
const tagged = odcs("      - {name: f, tags: [pii]}\n");
const small = dcs("models:\n  m:\n    fields:\n      f: {pii: true}\n");
const definitions = (body: string, count = 1) =>
  dcs(`definitions:\n${body}models:\n  m:\n    fields:\n${lines(count, (i) => `      f${i}: {$ref: '#/definitions/d0'}\n`)}`);
const references = (count: number, to: string) =>
  Array.from({ length: count }, (_, index) => `k${index}: {$ref: '#/definitions/${to}'}`).join(", ");

/** name, the base, what is put in its place, what the refusal says. */
const REFUSED: readonly (readonly [string, string, string, RegExp])[] = [
  ["tags of a field", tagged, odcs(`      - {name: f, tags: ${words(4000, "pii-")}}\n`), /more than 200 tags in one place \(4000\)/],
  ["tags of an object", tagged, odcs("      - name: f\n", "", `    tags: ${words(TAGS_MAX + 1, "a")}\n`), /more than 200 tags/],
  ["tags of a contract", tagged, odcs("      - name: f\n", `tags: ${words(TAGS_MAX + 1, "a")}\n`), /more than 200 tags/],
  [
    "tags in force together",
    tagged,
    odcs(
      lines(2000, (i) => `      - name: f${i}\n`),
      `tags: ${words(150, "a")}\n`,
    ),
    /tags in force/,
  ],
  ["fields", tagged, odcs(lines(FIELDS_MAX + 1, (i) => `      - name: f${i}\n`)), /more than 20000 fields/],
  ["an alias bomb", tagged, `${ODCS}a0: &a0 [x, x]\n${lines(20, (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`)}`, /aliases expand/],
  [
    "a long text behind aliases",
    tagged,
    odcs(
      lines(2000, (i) => `      - {name: f${i}, description: *p}\n`),
      `p: &p ${"x y ".repeat(12_000)}\n`,
    ),
    /aliases expand/,
  ],
  [
    "a chain of merge keys",
    tagged,
    `${ODCS}m0: &m0 {k: 1}\n${lines(2000, (i) => `m${i + 1}: &m${i + 1} {<<: *m${i}, k${i}: 1}\n`)}`,
    /aliases expand/,
  ],
  [
    "a chain of references",
    small,
    definitions(`${lines(60, (i) => `  d${i}: {$ref: '#/definitions/d${i + 1}'}\n`)}  d60: {pii: true}\n`),
    /chain of more than 50/,
  ],
  ["a definition inside itself", small, definitions(`  d0: {fields: {${references(2, "d0")}}}\n`), /nested more than 100 levels/],
  [
    "definitions that multiply",
    small,
    definitions(`${lines(12, (i) => `  d${i}: {fields: {${references(10, `d${i + 1}`)}}}\n`)}  d12: {pii: true}\n`),
    /more than 20000 fields|unfold into too many/,
  ],
  ["a definition that is large", small, definitions(`  d0: {enum: ${words(5000, "v")}}\n`, 100), /unfold into too many values/],
];

describe("a contract over a cap is refused with the cap, never cut", () => {
  it.each(REFUSED)("%s", (_, base, head, says) => {
    const diff = diffOf({ "a.yaml": base }, { "a.yaml": head });
    expect(diff.findings.map(brief)).toEqual(["block contract.unparseable"]);
    expect(diff.findings[0]!.message).toMatch(says);
    expect(diff.unparseable).toHaveLength(1);
    expect(diff.losses).toEqual([{ contract: "a.yaml", taggedAtBase: 1, lost: 1 }]);
  });

  it("at the cap it is compared", () => {
    const diff = diffOf({ "a.yaml": odcs("      - name: f\n") }, { "a.yaml": odcs(`      - {name: f, tags: ${words(TAGS_MAX, "a")}}\n`) });
    expect(diff.findings).toHaveLength(TAGS_MAX);
    expect(diff.unparseable).toEqual([]);
  });

  it("and an oversized base counts as unreadable", () => {
    const diff = diffOf({ "a.yaml": odcs(`      - {name: f, tags: ${words(TAGS_MAX + 1, "a")}}\n`) }, { "a.yaml": tagged });
    expect(diff.findings.map(brief)).toEqual(["block contract.repaired"]);
  });
});

describe("more changes in one contract than can be told", () => {
  const fields = lines(200, (i) => `      - name: f${i}\n`);
  const classes = (word: string) => `classification: ${words(150, word)}\n`;

  it("are one refusal that keeps every loss, and other contracts are still told", () => {
    const other = tagged.replace("id: c", "id: d");
    const diff = diffOf(
      { "a.yaml": odcs(fields, classes("old")), "b.yaml": other },
      { "a.yaml": odcs(fields), "b.yaml": other.replace("[pii]", "[]") },
    );
    expect(diff.findings.map(brief)).toEqual(["block contract.unparseable", "block tag.removed t.f"]);
    expect(diff.findings[0]!.message).toContain(`30000 changes in one contract, at most ${FINDINGS_MAX}`);
    expect(diff.findings[0]!.tagsBefore).toHaveLength(150);
    expect(diff.unparseable.map(({ file, severity }) => [file, severity])).toEqual([["a.yaml", "error"]]);
    expect(diff.losses.find(({ contract }) => contract === "a.yaml")).toEqual({ contract: "a.yaml", taggedAtBase: 200, lost: 200 });
  });

  it("and so are those of all contracts together: the first are told, the rest refused by name", () => {
    const tree = (values: string) =>
      Object.fromEntries(
        ["a", "b", "c", "d"].map((name) => [`${name}.yaml`, odcs(`      - {name: f, enum: ${values}}\n`).replace("id: c", `id: ${name}`)]),
      );
    const diff = diffOf(tree(words(5_100, "v")), tree("[v0]"));
    const [last] = diff.unparseable;
    expect(diff.unparseable.map(({ file }) => file)).toEqual(["d.yaml"]);
    expect(last?.message).toContain(`more than ${CHANGE_FINDINGS_MAX} changes in all contracts`);
    expect(diff.findings.filter(({ code }) => code === "enum.value_removed")).toHaveLength(3 * 5_099);
    expect(diff.findings.map(brief)).toContain("block contract.unparseable");
  });

  it("also when few changes name very many tags", () => {
    const many = lines(2000, (i) => `      - {name: f${i}, tags: [label${i}]}\n`);
    const servers = `servers:\n${lines(200, (i) => `  - {server: s${i}}\n`)}`;
    const diff = diffOf({ "a.yaml": odcs(many) }, { "a.yaml": odcs(many, servers) });
    expect(diff.findings.map(brief)).toEqual(["block contract.unparseable"]);
    expect(diff.findings[0]!.message).toContain("name its tags 800000 times");
  });
});

it("thousands of contracts with the same objects and no id are each told as gone", () => {
  const files = (folder: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${folder}/${index}.yaml`, tagged.replace("id: c\n", "")]));
  const diff = diffOf(files("a", 300), files("b", 300));
  expect(diff.findings.filter(({ code }) => code === "contract.deleted")).toHaveLength(300);
  expect(diff.losses.every(({ lost, taggedAtBase }) => lost === taggedAtBase)).toBe(true);
});

describe("files of one change that together hold too much", () => {
  const file = (index: number) => odcs("      - {name: f, tags: [pii]}\n      - name: g\n").replace("id: c", `id: c${index}`);
  const tree = (count: number, text = file) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`c/${index}.yaml`, text(index)]));
  const size = new TextEncoder().encode(file(0)).length;

  it.each([
    ["bytes", { bytes: 3 * size, fields: 100, tagsInForce: 100 }],
    ["fields", { bytes: 1e6, fields: 6, tagsInForce: 100 }],
    ["tags in force", { bytes: 1e6, fields: 100, tagsInForce: 3 }],
  ])("are refused from the file on that passes the cap of %s, each by its name", (what, changeMax) => {
    const stripped = (index: number) => file(index).replace(", tags: [pii]", "");
    const diff = diffContracts({ ...inputOf(tree(5), tree(5, what === "bytes" ? stripped : file)), changeMax });
    const refused = diff.findings.filter(({ code }) => code === "contract.unparseable").map((finding) => finding.file);
    expect(refused).toEqual(["c/3.yaml", "c/4.yaml"]);
    expect(diff.unparseable.map((problem) => problem.file)).toEqual(refused);
    expect(diff.unparseable[0]!.message).toContain(what);
    expect(diff.unparseable[0]!.message).toContain("up to this file");
  });

  it("never hide a loss: what the base holds above the cap counts as unreadable", () => {
    const diff = diffContracts({ ...inputOf(tree(5), tree(0)), changeMax: { bytes: 1e6, fields: 4, tagsInForce: 100 } });
    expect(diff.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(Array(5).fill("block contract.deleted"));
  });

  it("leave other files alone", () => {
    const head = { ...tree(2), "c/logo.png": "x".repeat(10_000), "c/notes.md": "y".repeat(10_000) };
    const diff = diffContracts({ ...inputOf(tree(2), head), changeMax: { bytes: 2 * size, fields: 100, tagsInForce: 100 } });
    expect(diff.findings).toEqual([]);
  });
});
