import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reindented } from "../../../../src/engine/contract/source/continuation.ts";
import { canonical } from "../../../../src/engine/contract/source/node.ts";
import { parseTree } from "../../../../src/engine/contract/source/tree.ts";
import { readCorpus } from "../corpus.ts";
import { documentOf, FORMS, shape } from "../generated.ts";

const value = (text: string) => canonical(parseTree(text)!);

describe("later lines of a quoted text, indented as PyYAML takes them", () => {
  // The expected values are those of PyYAML 6.0.3.
  it.each<[string, string, object]>([
    ["at the key", 'a:\n  d: "x\\\n  \\ y"\n  e: 1\n', { a: { d: "x y", e: "1" } }],
    ["before the key", 'a:\n  d: "x\ny"\n  e: 1\n', { a: { d: "x y", e: "1" } }],
    ["in single quotes", "a:\n  d: 'it''s\n  ''y'''\n", { a: { d: "it's 'y'" } }],
    ["in a list", '- "x\n  y"\n- - "v\n\nw"\n', ["x y", ["v w"]]],
    ["in a mapping in a list", 'l:\n- n: "x\n  y"\n  m: 2\n', { l: [{ n: "x y", m: "2" }] }],
    ["under a quoted key", '"a b":\n  "c": "x\n  y"\n', { "a b": { c: "x y" } }],
    ["that looks like a key", 'a:\n  d: "x\n  pii: true\n  y"\n', { a: { d: "x pii: true y" } }],
    ["that looks like a key at the margin", 'd: "x\npii: true\n"\n', { d: "x pii: true " }],
    ["that looks like a comment", 'a:\n  d: "x\n  # y"\n', { a: { d: "x # y" } }],
    ["that looks like a list item", 'a:\n  d: "x\n  - pii"\n', { a: { d: "x - pii" } }],
    ["that looks like the end of a flow", 'a:\n  d: "x\n  ]}"\n', { a: { d: "x ]}" } }],
    ["that looks like an open quote", `a:\n  d: "x\n  e: 'y"\n  f: 1\n`, { a: { d: "x e: 'y", f: "1" } }],
    ["with an escaped quote", 'a:\n  d: "x \\"\n  y\\\\"\n', { a: { d: 'x " y\\' } }],
    [
      "after an escaped quote, before what looks like a tag",
      'a:\n  d: "x \\"\n  pii: true\n  z: \\" y"\n',
      { a: { d: 'x " pii: true z: " y' } },
    ],
    ["after a doubled quote", "a:\n  d: 'x ''\n  pii: true\n  z: '' y'\n", { a: { d: "x ' pii: true z: ' y" } }],
    ["in CRLF", 'a:\r\n  d: "x\\\r\n  \\ y"\r\n  e: 1\r\n', { a: { d: "x y", e: "1" } }],
    ["after a block text that holds a quote", 'a:\n  t: |\n    k: "x\n  d: "x\n  y"\n', { a: { t: 'k: "x\n', d: "x y" } }],
  ])("%s", (_, text, says) => {
    expect(value(text)).toBe(value(JSON.stringify(says)));
  });

  it.each([
    ["a plain text", "a:\n  d: x\n  y\n  e: 1\n"],
    ["a plain text before a tag", "a:\n  d: x\n  pii\n"],
    ["a quote that never ends", 'a:\n  d: "x\n  pii: true\n'],
    ["a line that PyYAML takes for the end of the document", 'd: "x\n--- y"\n'],
    ["a line that PyYAML takes for the end of the stream", 'd: "x\n...\n"\n'],
    ["a quote within a flow", 'a:\n  d: ["x\n  y"]\n'],
    ["a quote behind an anchor", 'a:\n  d: &b "x\n  y"\n'],
    ["a blank line after an escaped line break", 'a:\n  d: "x\\\n\n  y"\n'],
    ["an escaped quote cut off before a tag", 'a:\n  d: "x \\"\n  pii: true\n  z: 1\n'],
    ["a doubled quote cut off before a tag", "a:\n  d: 'x ''\n  pii: true\n  z: 1\n"],
    ["a text behind the quote", 'a:\n  - d: "x\\"\n    url: "jdbc:y"\n'],
    ["something behind the quote", 'a:\n  d: "x\n  y" z: 1\n'],
    ["a key over two lines", 'a:\n  "x\n  y": 1\n'],
    ["a quote in a comment", 'a: 1 # b: "x\n  y: "z\n  w\n'],
    ["another error beside it", 'a:\n  d: "x\n  y"\n  e: [\n'],
  ])("%s stays refused", (_, text) => {
    expect(() => parseTree(text)).toThrow(/\S/);
  });

  it("is refused with the first error when the second reading fails too", () => {
    const text = 'a:\n  d: "x\n  y"\n  e: [\n';
    expect(reindented(text)).not.toBeNull();
    expect(() => parseTree(text)).toThrow(/closing "quote/);
  });

  it("keeps every node on its line and column", () => {
    const tree = parseTree('a:\n  d: "x\n\n  y" # no\n  pii: true\n');
    const entries = tree?.kind === "map" ? tree.entries.get("a")!.value : null;
    expect(entries?.kind === "map" && entries.entries.get("pii")!.keyPos).toEqual({ line: 5, column: 3 });
  });

  it("moves nothing in a file that is read without it", () => {
    const corpus = readCorpus().filter(({ path }) => /ya?ml$/.test(path));
    expect(corpus.length).toBeGreaterThan(20);
    for (const { text } of corpus) expect(reindented(text)).toBeNull();
    fc.assert(
      fc.property(shape, fc.nat(FORMS.length - 1), (contract, form) => {
        expect(reindented(FORMS[form]!(documentOf(contract)))).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it("reads any words at any indentation as the text on one line", () => {
    const word = fc.constantFrom("x", "pii: true", "- y", "#", "\\\\", '\\"', "'", "[", "}", "|", "&a", "*a", "<<:", "%YAML", "%", "!t");
    const line = fc.tuple(fc.nat(8), fc.array(word, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 5 }), (lines) => {
        const [first, ...more] = lines.map(([indent, words]) => ({ indent, text: words.join(" ") }));
        const quoted = [first!.text, ...more.map(({ indent, text }) => " ".repeat(indent) + text)].join("\n");
        const inOne = [first, ...more].map((each) => each!.text).join(" ");
        expect(value(`a:\n  - d: "${quoted}"\n    pii: true\n`)).toBe(value(`a:\n  - d: "${inOne}"\n    pii: true\n`));
      }),
      { numRuns: 300 },
    );
  });
});
