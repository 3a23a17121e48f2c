import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../src/engine/contract/source/json.ts";
import { parseTree, parseYaml } from "../../../../src/engine/contract/source/tree.ts";
import { readCorpus } from "../corpus.ts";
import { mutantOf, randomFrom } from "../mutants.ts";

const json = readCorpus().flatMap(({ path, text }) => (/\.(json|avsc)$/.test(path) ? [text] : []));
const sample = JSON.stringify(
  { type: "record", fields: [{ name: "e\u0301", tags: ["pii", 'é "x" \\'], n: -1.5e10, big: 1e21, no: null }] },
  null,
  2,
);
const LAYOUTS: readonly ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2),
  (value) => JSON.stringify(value, null, "\t"),
  (value) => `\n  ${JSON.stringify(value, null, 1).replaceAll("\n", "\r\n")} \n`,
  (value) => JSON.stringify(value, null, 3).replace(/[\u0080-\uFFFF]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`),
];

describe("strict JSON", () => {
  it("is read into the nodes of the YAML parser, positions included", () => {
    for (const text of [sample, ...json]) {
      const node = parseJson(text);
      expect(node).not.toBeNull();
      expect(node).toEqual(parseYaml(text));
    }
    fc.assert(
      fc.property(fc.oneof(fc.object({ withNullPrototype: false }), fc.array(fc.jsonValue())), fc.nat(LAYOUTS.length - 1), (value, how) => {
        const text = LAYOUTS[how]!(value);
        const node = parseJson(text);
        fc.pre(node !== null);
        expect(node).toEqual(parseYaml(text));
      }),
      { numRuns: 300 },
    );
  });

  it("is read whatever JSON.stringify writes, unless half a character stands in it", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        const half = /\\ud[89a-f]/i.test(text);
        if (!half) expect(parseJson(text)).not.toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  it("is never read where JSON.parse or the YAML parser would not", () => {
    const random = randomFrom(3);
    const texts = [sample, ...json].filter((text) => text.length < 5_000);
    let read = 0;
    for (let run = 0; run < 1500; run += 1) {
      const { text } = mutantOf(texts[run % texts.length]!, sample, random);
      const node = parseJson(text);
      if (node === null) continue;
      read += 1;
      expect(() => JSON.parse(text)).not.toThrow();
      expect(node).toEqual(parseYaml(text));
    }
    expect(read).toBeGreaterThan(50);
  });

  it.each([
    ["a duplicate key", '{"a": 1, "a": 2}'],
    ["a duplicate key by escape", '{"a": 1, "\\u0061": 2}'],
    ["a comment", '{"a": 1} # pii'],
    ["a second value", '{"a": 1}{"b": 2}'],
    ["a trailing comma", '{"a": [1,]}'],
    ["an open end", '{"a": [1'],
    ["an open text", '{"a": "x'],
    ["an escape at the end", '{"a": "\\'],
    ["a wrong escape", '{"a": "\\x41"}'],
    ["a line break in a text", '{"a": "x\ny"}'],
    ["a bare key", "{a: 1}"],
    ["a bare value", '{"a": pii}'],
    ["a number that JSON does not know", '{"a": 01}'],
    ["a number that runs on", '{"a": 1x}'],
    ["a half character", '{"a": "\\ud800"}'],
    ["deep nesting", `${"[".repeat(101)}${"]".repeat(101)}`],
    ["a text alone", '"a"'],
    ["nothing", ""],
  ])("%s is left to the YAML parser", (_, text) => expect(parseJson(text)).toBeNull());

  it("keeps a key that is spelt like a merge, and numbers as they are written", () => {
    const text = '{"<<": {"a": 1}, "n": 12345678901234567890.50, "__proto__": {"x": 1}}';
    expect(parseTree(text)).toEqual(parseYaml(text));
    expect(parseTree(text)).toMatchObject({ kind: "map" });
  });
});
