import { type Entry, type MapNode, type Node, ReadFailure } from "../../source/node.ts";
import { BLOCK, Scanner, TEXT } from "./scanner.ts";
import type { Constant, Directive, FieldNode } from "./syntax.ts";

const [PAREN, PAREN_END, BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x28, 0x29, 0x7b, 0x7d, 0x5b, 0x5d];

/** By name, with the defaults of those that are not given; a directive without any is true. */
export function argumentsOf({ text, pos }: Directive, defaults: readonly FieldNode[] = []): Node {
  const scan = new Scanner(text, pos);
  // Over the `@` and the name.
  scan.next();
  scan.next();
  const entries = new Map<string, Entry>();
  if (scan.take(PAREN)) takeEntries(scan, PAREN_END, entries);
  const given = new Set(entries.keys());
  for (const { name, fallback } of defaults) {
    if (!given.has(name)) addEntry(entries, { key: name, keyPos: pos, value: nodeOf(fallback!) });
  }
  return entries.size === 0 ? { kind: "scalar", text: "true", plain: true, pos } : { kind: "map", entries, pos };
}

/** A constant as the nodes that every format is read from. */
export function nodeOf({ text, pos }: Constant): Node {
  return takeValue(new Scanner(text, pos));
}

function takeValue(scan: Scanner): Node {
  const { kind, pos } = scan;
  const token = scan.text.slice(scan.start, scan.end);
  scan.next();
  switch (kind) {
    case BRACKET: {
      const items: Node[] = [];
      while (!scan.take(BRACKET_END)) items.push(takeValue(scan));
      return { kind: "seq", items, pos };
    }
    case BRACE: {
      const entries = new Map<string, Entry>();
      if (!scan.take(BRACE_END)) takeEntries(scan, BRACE_END, entries);
      return { kind: "map", entries, pos };
    }
    case TEXT:
    case BLOCK:
      return { kind: "scalar", text: textOf(token), plain: false, pos };
    default:
      return { kind: "scalar", text: token, plain: /^(true|false|null)$/.test(token), pos };
  }
}

function takeEntries(scan: Scanner, close: number, entries: Map<string, Entry>): void {
  do {
    const keyPos = scan.pos;
    const key = scan.name();
    // The colon.
    scan.next();
    addEntry(entries, { key, keyPos, value: takeValue(scan) });
  } while (!scan.take(close));
}

function addEntry(entries: MapNode["entries"] & Map<string, Entry>, entry: Entry): void {
  if (entries.has(entry.key)) throw new ReadFailure(`duplicate argument \`${entry.key}\``, entry.keyPos.line);
  entries.set(entry.key, entry);
}

/** What a text or block text says; whitespace does not make another description. */
export function proseOf(token: string | null): string | null {
  if (token === null) return null;
  const prose = textOf(token).replace(/\s+/g, " ").trim();
  return prose === "" ? null : prose;
}

/** A token without its quotes. */
function textOf(token: string): string {
  if (token.startsWith('"""')) return unindented(token.slice(3, -3).replaceAll('\\"""', '"""'));
  const inside = token.slice(1, -1);
  return inside.includes("\\") ? inside.replace(ESCAPED, escaped) : inside;
}

const ESCAPED = /\\(?:u\{([0-9A-Fa-f]+)\}|u([0-9A-Fa-f]{4})|(.))/g;
const LETTERS: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function escaped(_: string, braced: string | undefined, four: string | undefined, letter: string | undefined): string {
  if (braced !== undefined) return String.fromCodePoint(Number.parseInt(braced, 16));
  if (four !== undefined) return String.fromCharCode(Number.parseInt(four, 16));
  return LETTERS[letter!] ?? letter!;
}

/** The lines of a block without the indentation that they share, and without empty lines around them. */
function unindented(text: string): string {
  const lines = text.split(/\r\n|\n|\r/);
  const indents = lines.map((line) => /^[ \t]*/.exec(line)![0].length);
  const isFull = (line: string, at: number) => indents[at]! < line.length;
  const shared = Math.min(...indents.filter((_, at) => at > 0 && isFull(lines[at]!, at)));
  const first = lines.findIndex(isFull);
  const last = lines.findLastIndex(isFull);
  const cut = lines.map((line, at) => (at === 0 || !Number.isFinite(shared) ? line : line.slice(shared)));
  return cut.slice(Math.max(first, 0), last + 1).join("\n");
}
