import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../../src/engine/contract/diff.ts";
import { sortChangedFiles } from "../../../../src/engine/contract/governed.ts";
import { readContract } from "../../../../src/engine/contract/read.ts";
import type { PlainMapping } from "../../../../src/engine/contract/rules.ts";
import { brief, fileOf, inputOf, rules } from "../support.ts";

const CORPUS = new URL("../../../fixtures/contract/corpus/plain/", import.meta.url);
const BOOK: PlainMapping = { paths: ["Packt*"], fields: "fields", name: "name", tags: ["personal_data"] };
const HOUSE: PlainMapping = {
  paths: ["monmaya*"],
  fields: "contracts.*.properties",
  name: "name",
  tags: ["x-compliance", "info.classification"],
};
const mappings = [BOOK, HOUSE];

function read(path: string, text: string, own: readonly PlainMapping[] = mappings) {
  return readContract(fileOf(path, text), { ...rules, mappings: own });
}

function tagsOf(path: string, text: string, own?: readonly PlainMapping[]) {
  const reading = read(path, text, own);
  if (reading.status !== "contract") throw new Error(reading.status === "ignored" ? reading.because : reading.problems[0]!.message);
  const { contract } = reading;
  return [
    ...contract.tags.map((tag) => `* ${tag.key}`),
    ...contract.objects.flatMap((object) => [
      ...object.tags.map((tag) => `${object.name} ${tag.key}`),
      ...object.fields.map((field) => [`${object.name}.${field.path.join(".")}`, ...field.tags.map((tag) => tag.key)].join(" ")),
    ]),
  ];
}

describe("real files under a mapping", () => {
  const files = readdirSync(CORPUS);
  it.each(files)("%s reads, and differs from itself in nothing", (name) => {
    const text = readFileSync(new URL(name, CORPUS), "utf8");
    const input = inputOf({ [name]: text }, { [name]: `${text.replaceAll("\r", "").replaceAll("\n", "\r\n")}\r\n# the end\r\n` });
    const diff = diffContracts({ ...input, rules: { ...rules, mappings } });
    expect(diff.findings).toEqual([]);
    expect(diff.contracts.map(({ format }) => format)).toEqual(["plain"]);
  });

  it("the fields and tags of both houses", () => {
    const text = (part: string) => readFileSync(new URL(files.find((name) => name.includes(part))!, CORPUS), "utf8");
    expect(tagsOf("Packt.yaml", text("Chapter06"))).toEqual([
      "Customer.id",
      "Customer.name pii",
      "Customer.email pii",
      "Customer.language",
    ]);
    expect(tagsOf("monmaya.yaml", text("profile.yaml"))).toEqual([
      "* gdpr-article-9",
      "CustomerProfile.profile_id unknown:pseudonymized",
      "CustomerProfile.email pii",
      "CustomerProfile.email_status",
      "CustomerProfile.address pii",
      "CustomerProfile.address.street",
      "CustomerProfile.address.city",
      "CustomerProfile.address.country",
      "CustomerProfile.address.geo",
      "CustomerProfile.address.geo.lat",
      "CustomerProfile.address.geo.lon",
      "CustomerProfile.preferences gdpr",
      "CustomerProfile.preferences.communication",
      "CustomerProfile.preferences.communication.[]",
    ]);
  });
});

describe("a mapping", () => {
  const mapping = (over: Partial<PlainMapping>): PlainMapping[] => [
    { paths: ["data/**"], fields: "columns", name: "id", tags: ["pii"], ...over },
  ];
  it.each<[string, Partial<PlainMapping>, string, readonly string[]]>([
    ["a list with a name key", {}, "columns: [{id: a, pii: true}, {id: b, pii: false}]", ["contract.a pii", "contract.b"]],
    ["a list of names", {}, "columns: [a, b]", ["contract.a", "contract.b"]],
    ["a mapping of types", {}, "columns: {a: string, b: int}", ["contract.a", "contract.b"]],
    [
      "every item of a list on the way",
      { fields: "tables.*.columns" },
      "tables: [{id: t, pii: true, columns: [{id: a}]}]",
      ["t pii", "t.a"],
    ],
    ["stars together", { fields: "*.*.columns" }, "x: {t: {columns: [a]}}\ny: {t: {columns: [a]}}", ["x.t.a", "y.t.a"]],
    ["dots inside a tag key", { tags: ["meta.sensitivity"] }, "columns: {a: {meta: {sensitivity: restricted}}}", ["contract.a restricted"]],
    [
      "a key with dots of its own",
      { tags: ["meta.sensitivity"] },
      "columns: {a: {meta.sensitivity: restricted}}",
      ["contract.a restricted"],
    ],
    [
      "a key of the house that says yes",
      { tags: ["privat"] },
      "columns: {a: {privat: yes}, b: {privat: no}}",
      ["contract.a unknown:privat", "contract.b"],
    ],
    [
      "a key of the house with a class",
      { tags: ["secrecy"] },
      "columns: {a: {secrecy: restricted}, b: {secrecy: tier 9}}",
      ["contract.a restricted", "contract.b unknown:tier 9"],
    ],
    ["only mapped keys tag", { tags: ["pii"] }, "columns: {a: {classification: restricted}}", ["contract.a"]],
  ])("%s", (_name, over, text, expected) => expect(tagsOf("data/a.yaml", `${text}\n`, mapping(over))).toEqual(expected));

  it("of the same path read together", () => {
    const both = [...mapping({}), ...mapping({ fields: "extra", tags: ["phi"] })];
    expect(tagsOf("data/a.yaml", "columns: {a: {phi: true}}\n", both)).toEqual(["contract.a phi"]);
  });

  it.each([
    ["fields elsewhere", "fields: [a]\n", "no fields where the mapping of this path expects them: a list or mapping at `columns`"],
    ["fields of a wrong kind", "columns: later\n", "no fields where the mapping of this path expects them: a list or mapping at `columns`"],
    ["a list at the root", "- a\n", "a mapped file must hold a mapping"],
    ["an item without a name", "columns: [{name: a}]\n", "an item without `id`"],
    ["a name twice", "columns: [{id: a}, {id: a}]\n", "duplicate field `a`"],
    ["no YAML", "columns: [\n", "Flow sequence in block collection must be sufficiently indented and end with a ]"],
  ])("%s: refused", (_name, text, message) => {
    for (const path of ["data/a.yaml", "data/a.txt"]) {
      const reading = read(path, text, mapping({}));
      expect(reading.status === "unparseable" ? reading.problems[0]!.message : reading).toBe(message);
    }
  });

  it("gives way to a format that names itself", () => {
    const reading = read("data/a.yaml", "kind: DataContract\napiVersion: v3.1.0\nid: c\n", mapping({}));
    expect(reading.status === "contract" ? reading.contract.format : reading).toBe("odcs");
  });

  it("makes its paths governed", () => {
    const file = { path: "data/a.yaml", baseMode: "100644", baseBlob: "b", headMode: "100644", headBlob: "h" };
    const sorted = (own: readonly PlainMapping[]) => sortChangedFiles([file], { include: [], exclude: [], mappings: own }).governed;
    expect(sorted(mapping({}))).toEqual([file]);
    expect(sorted([])).toEqual([]);
  });
});

describe("evasions in a mapped file", () => {
  const own: readonly PlainMapping[] = [{ paths: ["data/**"], fields: "fields", name: "name", tags: ["pii", "info.classification"] }];
  it.each([
    ["a tag dropped", "fields: {a: {pii: true}}", "fields: {a: {}}", ["block tag.removed contract.a"]],
    [
      "a tag under a key that is not mapped",
      "fields: {a: {pii: true}}",
      "fields: {a: {contains_pii: true}}",
      ["block tag.removed contract.a"],
    ],
    [
      "the class of the file dropped",
      "info: {classification: pii}\nfields: {a: {}}",
      "fields: {a: {}}",
      ["block tag.scope_removed contract.a"],
    ],
    ["fields renamed away", "fields: {a: {pii: true}}", "felder: {a: {}}", ["block contract.unparseable"]],
    [
      "another format claimed",
      "fields: {a: {pii: true}}",
      "kind: DataContract\napiVersion: v3.1.0\nid: c\nfields: {a: {pii: true}}",
      ["block field.moved contract (a mapped file).a"],
    ],
  ])("%s", (_name, base, head, expected) => {
    const input = inputOf({ "data/a.yaml": `${base}\n` }, { "data/a.yaml": `${head}\n` });
    expect(diffContracts({ ...input, rules: { ...rules, mappings: own } }).findings.map(brief)).toEqual(expected);
  });
});
