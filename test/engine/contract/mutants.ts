/** Damage to real contracts, repeatable from a seed. */

export type Random = () => number;

/** mulberry32: numbers in [0, 1) from a 32-bit seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const VALUES = [
  "",
  "~",
  "true",
  "no",
  "pii",
  "[pii, gdpr]",
  "{pii: true}",
  "[[[[pii]]]]",
  "{{ var('pii') }}",
  "\"{{ var('pii') }}\"",
  "'pii'",
  '"pi\\u0456"',
  "*a",
  "&a pii",
  "!!str x",
  "|\n  pii\n  x",
  ">-\n pii",
  "unknown class",
  "0x1F",
  "-",
  "?",
  "# pii",
  "1e999",
  "\u200bpii",
  '"\\ud800"',
  "%",
  "@x",
  "`x`",
] as const;

const LINES = [
  "tags: [pii]",
  "- pii",
  "classification: confidential",
  "pii: true",
  "- name: x",
  "<<: *a",
  "x: &a {pii: true}",
  "$ref: '#/definitions/x'",
  "---",
  "...",
  "%YAML 1.1",
  "customProperties: [{property: pii, value: true}]",
  "? x",
  ": y",
  '"x": 1',
  "\tx: 1",
  "}",
  "]",
  ",",
  '"',
  "'",
  "#",
] as const;

type Mutation = (lines: string[], random: Random, other: string) => string;

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
const at = (lines: readonly string[], random: Random): number => Math.floor(random() * lines.length);

/** One row per kind of damage. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  deleteLines: (lines, random) => lines.toSpliced(at(lines, random), 1 + Math.floor(random() * 3)).join("\n"),
  duplicateLine: (lines, random) => {
    const place = at(lines, random);
    return lines.toSpliced(place, 0, lines[place]!).join("\n");
  },
  swapLines: (lines, random) => {
    const [a, b] = [at(lines, random), at(lines, random)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return lines.join("\n");
  },
  flipCharacter: (lines, random) => {
    const text = lines.join("\n");
    const place = Math.floor(random() * text.length);
    return `${text.slice(0, place)}${String.fromCharCode(text.charCodeAt(place) ^ (1 << Math.floor(random() * 7)))}${text.slice(place + 1)}`;
  },
  truncate: (lines, random) => lines.join("\n").slice(0, Math.floor(random() * lines.join("\n").length)),
  indent: (lines, random) => {
    const [from, by] = [at(lines, random), pick(random, [-2, -1, 1, 2, 8])];
    const to = random() < 0.5 ? from + 1 : lines.length;
    return lines.map((line, n) => (n < from || n >= to ? line : by > 0 ? " ".repeat(by) + line : line.replace(/^ {1,2}/, ""))).join("\n");
  },
  replaceValue: (lines, random) => {
    const place = at(lines, random);
    const value = pick(random, VALUES);
    lines[place] = lines[place]!.replace(/^(\s*(?:- )?[^:]*:).*$/, (_, key: string) => `${key} ${value}`);
    return lines.join("\n");
  },
  insertLine: (lines, random) => {
    const place = at(lines, random);
    const indent = /^\s*/.exec(lines[place]!)![0];
    return lines.toSpliced(place, 0, indent + pick(random, LINES)).join("\n");
  },
  spliceOther: (lines, random, other) => {
    const theirs = other.split("\n");
    const from = at(theirs, random);
    return lines.toSpliced(at(lines, random), 0, ...theirs.slice(from, from + 1 + Math.floor(random() * 12))).join("\n");
  },
  nest: (lines, random) => {
    const place = at(lines, random);
    const depth = pick(random, [10, 90, 101, 3000]);
    const value = pick(random, ["[".repeat(depth) + "]".repeat(depth), "{a: ".repeat(depth) + "}".repeat(depth), "- ".repeat(depth)]);
    lines[place] = lines[place]!.replace(/^(\s*(?:- )?[^:]*:).*$/, (_, key: string) => `${key} ${value}`);
    return lines.join("\n");
  },
  hugeScalar: (lines, random) => {
    const place = at(lines, random);
    const unit = pick(random, ["x", "pii ", "pii,", "a.b-", "\\", "((", '\\"', "unknown | ", "{{ pii ", "ا", "_/:-"]);
    const text = unit.repeat(Math.floor(60_000 / unit.length));
    const value = pick(random, [text, `"${text}"`, `'${text}'`, `|\n        ${text}`, `[${text}]`]);
    lines[place] = lines[place]!.replace(/^(\s*(?:- )?[^:]*:).*$/, (_, key: string) => `${key} ${value}`);
    return lines.join("\n");
  },
  repeatBlock: (lines, random) => {
    const from = at(lines, random);
    const block = lines.slice(from, from + 1 + Math.floor(random() * 6));
    const times = pick(random, [2, 50, 1000]);
    return lines.toSpliced(from, 0, ...Array.from({ length: times }, () => block).flat()).join("\n");
  },
};

/** One to three mutations of a text; `other` gives foreign lines. */
export function mutantOf(text: string, other: string, random: Random): { readonly text: string; readonly kinds: readonly string[] } {
  const names = Object.keys(MUTATIONS);
  const kinds = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, names));
  const mutated = kinds.reduce((now, kind) => MUTATIONS[kind]!(now.split("\n"), random, other), text);
  return { text: mutated.slice(0, 400_000), kinds };
}
