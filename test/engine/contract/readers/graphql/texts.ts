import fc from "fast-check";
import { readCorpus } from "../../corpus.ts";

/** Real schemas. */
export const REAL: readonly (readonly [string, string])[] = readCorpus()
  .filter(({ path }) => /\.graphqls?$/.test(path))
  .map(({ path, text }) => [path, text]);

const BLOCK = '"""';

/** Every form of the language that a schema can have. */
export const FORMS: readonly string[] = [
  'schema { query: Q }\n"a" schema @d(a: 1) { query: Q, mutation: M subscription: S }\nextend schema @d\nextend schema { query: Q }',
  'scalar A\n"d" scalar B @d @e(x: "y")\nextend scalar A @specifiedBy(url: "https://example.com")',
  "type A\ntype B implements C\ntype D implements & C & E @d { f: Int }\nextend type A implements C\nextend type A @d\nextend type A { g: [Int!]! }",
  "interface A\ninterface B implements A & C @d { f(a: Int = 1, b: [E!] = [X] @d): Int! @d }\nextend interface A @d",
  "union A\nunion B = C\nunion D @d = | E | F\nextend union A = G | H\nextend union A @d",
  'enum A\nenum B { C "d" E @d }\nextend enum A { F }\nextend enum A @d',
  'input A\ninput B @d { f: Int = -1.5e+3 @d, g: C! = {a: [1, "x", null, true, {b: D}]} }\nextend input A { h: ID }\nextend input A @d',
  "directive @a on FIELD\ndirective @b(x: Int = 0 @d, y: [String]) repeatable on | OBJECT | FIELD_DEFINITION\ndirective @c @d on DIRECTIVE_DEFINITION\nextend directive @a @d",
  `${BLOCK}\n    of \\""" two\n      lines\n\n${BLOCK}\ntype A {\n  ${BLOCK}${BLOCK} f: Int\n  "" g: Int\n  h: String @d(x: ${BLOCK}\r\n   a\r\n\r\n     b\r\n  ${BLOCK})\n}`,
  'type A @d(x: "\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9 \\uD83D\\uDE00 \\u{1F600} \\u{0041} é 😀") { f: Int }',
  "\uFEFFtype type { type: type, input: input enum: enum on: on true: true }\r\nenum on { on query fragment }\r\n\ttype,A,{,f,:,Int,}",
  "type A { f: Int # @pii } \n # } \n g: [ [ Int ! # x\n ] ! ]\n}",
  "input A { a: F = 0, b: F = -0.0, c: F = 1E9, d: F = {}, e: F = [], f: F = [[] {}] }",
];

/** Near misses: what is refused, and what is just not. */
export const NEAR: readonly string[] = [
  "",
  "# nothing",
  "{ a }",
  "query Q { a } fragment F on T { b }",
  'type A { f: Int } "d" query Q { a }',
  "type A { f: Int } { a }",
  "extend type A",
  'extend "d" type A @d',
  '"d" extend type A @d',
  '"d" { a }',
  "extend schema",
  "schema",
  "schema { }",
  "schema { query: [Q] }",
  "schema { other: Q }",
  "type A { }",
  "type A { f }",
  "type A { f: Int = 1 }",
  "input A { f(a: Int): Int }",
  "type A { f(): Int }",
  "type A @d()",
  "type A @d(x: $v)",
  "type A @d(x: [1 2",
  "type A @ d",
  "type A implements",
  "type A implements & ",
  "type A implements B, C { f: Int }",
  "type A implements B & & C",
  "union A = ",
  "union A = | | B",
  "enum A { true }",
  "enum A { null }",
  "enum A { B: 1 }",
  "directive @a",
  "directive @a on",
  "directive @a on NOWHERE",
  "directive @a repeatable repeatable on FIELD",
  "directive a on FIELD",
  "extend directive @a",
  "extend directive @a on FIELD",
  "extend fragment F on T { a }",
  "types A",
  "type 1A",
  "type A { f: Int! ! }",
  "type A { f: [Int }",
  "type A { f: Int] }",
  "input A { f: F = 01 }",
  "input A { f: F = 1. }",
  "input A { f: F = .5 }",
  "input A { f: F = 1a }",
  "input A { f: F = 1e }",
  "input A { f: F = - 1 }",
  "input A { f: F = +1 }",
  "input A { f: F = 0x1 }",
  "input A { f: F = ... }",
  'type A @d(x: "',
  'type A @d(x: "a\nb")',
  'type A @d(x: "\\x")',
  'type A @d(x: "\\u12")',
  'type A @d(x: "\\uD83D")',
  'type A @d(x: "\\uD83D\\u0041")',
  'type A @d(x: "\\uDE00")',
  'type A @d(x: "\\u{}")',
  'type A @d(x: "\\u{110000}")',
  'type A @d(x: "\\u{D800}")',
  'type A @d(x: "\\u{000000041}")',
  'type A @d(x: "\\u{00000041}")',
  'type A @d(x: "\\u{10FFFF} \\u{0010FFFF}")',
  `type A @d(x: ${BLOCK}a)`,
  `type A @d(x: ${BLOCK}a\\${BLOCK})`,
  `type A @d(x: ${BLOCK}a"${BLOCK}")`,
  `type A @d(x: ${BLOCK}a\\\\${BLOCK} ${BLOCK})`,
  `type A @d(x: 'a')`,
  "type A @d(x: `a`)",
  "type A; type B",
  "type A \u00a0 { f: Int }",
  "type A { f: Int }\u0000",
  "type \u0410 { f: Int }",
  "type A @d(x: 1, x: 2) { f: Int @d(x: {a: 1, a: 2}) }",
  "type A { f: Int } .. type B",
  "type A % B",
  `type A { f: ${"[".repeat(50)}Int${"]".repeat(50)} }`,
];

const TOKENS =
  'type input interface union enum scalar schema directive extend implements repeatable on query fragment true null A b @d @pii { } ( ) [ ] ! & : = | $ ... . " """ \\ # , -1 0 1.5 "text" """block""" "\\u0041" FIELD OBJECT'.split(
    " ",
  );

/** A text with a few small damages, and sometimes with none that matters. */
export function damaged(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: text.length });
  const edit = fc.oneof(
    fc.record({ at: place, cut: fc.integer({ min: 1, max: 12 }), put: fc.constant("") }),
    fc.record({ at: place, cut: fc.constant(0), put: fc.constantFrom(" ", "\n", "\n# @pii {\n", "x", " @pii", ", b: Int ") }),
    fc.record({ at: place, cut: fc.constant(0), put: fc.constantFrom(...TOKENS, "\n", "\r\n", " ", "é", "\u{1F600}", "\uFEFF") }),
    fc.record({ at: place, cut: fc.constant(1), put: fc.constantFrom(...TOKENS) }),
    fc.record({ at: place, cut: fc.nat({ max: 3 }), put: place.map((from) => text.slice(from, from + 30)) }),
  );
  return fc
    .array(edit, { minLength: 1, maxLength: 2 })
    .map((edits) => edits.reduce((now, { at, cut, put }) => `${now.slice(0, at)}${put}${now.slice(at + cut)}`, text).toWellFormed());
}

/** Tokens in a row: short, so that many are a schema. */
export const scattered: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...TOKENS), { minLength: 1, maxLength: 12 })
  .map((tokens) => tokens.join(" "));
