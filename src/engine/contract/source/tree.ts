import { type Alias, Composer, CST, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Pair, Parser } from "yaml";
import type { Position } from "../model.ts";
import { reindented } from "./continuation.ts";
import { parseJson } from "./json.ts";
import { type Entry, isNull, type MapNode, type Node, ReadFailure, weigh } from "./node.ts";
import { advance } from "./parser.ts";
import { isCutQuote } from "./quotes.ts";

const MAX_DEPTH = 100;
const MAX_ALIASES = 10_000;
/** Nodes after aliases are expanded, above what the file itself holds: a bomb multiplies, a contract repeats. */
const MAX_EXPANSION = 100_000;
/** What may be written as a tag, and the kind of value that every parser then finds there. */
const PLAIN_TAGS: ReadonlyMap<string, Node["kind"]> = new Map(
  (
    [
      ["str", "scalar"],
      ["int", "scalar"],
      ["float", "scalar"],
      ["bool", "scalar"],
      ["null", "scalar"],
      ["map", "map"],
      ["seq", "seq"],
    ] as const
  ).map(([name, kind]) => [`tag:yaml.org,2002:${name}`, kind]),
);
/** Characters that end the name of an anchor in PyYAML and libyaml, and belong to it in YAML 1.2. */
const AMBIGUOUS_NAME = /[?:,[\]{}%@`]/;

/** Parses one YAML or JSON document; null when there is none. Throws ReadFailure, and whatever the library throws. */
export function parseTree(text: string): Node | null {
  return parseJson(text) ?? parseYaml(text);
}

/** The same by the YAML parser alone: what it says holds for JSON too. */
export function parseYaml(text: string): Node | null {
  try {
    return parseStrictly(text);
  } catch (first) {
    const again = reindented(text);
    if (again === null) throw first;
    try {
      return parseStrictly(again);
    } catch {
      throw first;
    }
  }
}

function parseStrictly(text: string): Node | null {
  const lines = new LineCounter();
  const document = composeOne(text, lines);
  if (document === null || document.contents === null) return null;
  return new TreeBuilder(lines).build(document.contents);
}

/** Depth is checked on the parser's own stack while it reads, before the composer recurses over the same tokens. */
function composeOne(text: string, lines: LineCounter): Document.Parsed | null {
  const parser = new Parser(lines.addNewLine);
  // Scalars stay text: the meaning of `yes`, `0x1F` or `~` is decided by our own table, never by a YAML version directive.
  const composer = new Composer({ schema: "failsafe", resolveKnownTags: false, uniqueKeys: false, strict: true });
  const documents: Document.Parsed[] = [];
  const keep = (found: Iterable<Document.Parsed>) => {
    for (const document of found) {
      const error = document.errors[0];
      if (error !== undefined) throw new ReadFailure(firstLine(error.message), lines.linePos(error.pos[0]).line);
      documents.push(document);
      if (documents.length > 1) {
        throw new ReadFailure(
          "a contract file holds one YAML document, and a second one starts here",
          lines.linePos(document.range[0]).line,
        );
      }
    }
  };
  const take = (token: CST.Token) => {
    if (token.type === "error") throw new ReadFailure(firstLine(token.message), lines.linePos(token.offset).line);
    keep(composer.next(token));
  };
  lines.addNewLine(0);
  let content = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (!content && isCutQuote(lexeme)) {
      throw new ReadFailure(`Missing closing ${lexeme[0]}quote`, lines.linePos(parser.offset).line);
    }
    // Left out here, and a letter of the first key for other parsers. The one at the start of the file is gone by now.
    if (lexeme === CST.BOM) throw new ReadFailure("a byte order mark stands inside the file", lines.linePos(parser.offset).line);
    content = lexeme === CST.SCALAR;
    advance(parser, lexeme, take);
    if (parser.stack.length > MAX_DEPTH + 2) {
      throw new ReadFailure(`nested more than ${MAX_DEPTH} levels deep`, lines.linePos(parser.offset).line);
    }
  }
  for (const token of parser.end()) take(token);
  keep(composer.end());
  return documents[0] ?? null;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]!.replace(/ at line \d+, column \d+:?$/, "");
}

class TreeBuilder {
  private readonly lines: LineCounter;
  private readonly anchors = new Map<string, Node | "open">();
  private readonly weights = new WeakMap<Node, number>();
  private aliases = 0;
  private expanded = 0;
  /** Index of the line of the last position: nodes come in the order of the text. */
  private line = 0;

  constructor(lines: LineCounter) {
    this.lines = lines;
  }

  build(node: unknown): Node {
    if (isAlias(node)) return this.follow(node);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) throw new ReadFailure("an empty node stands where a value belongs", null);
    const pos = this.position(node.range?.[0] ?? 0);
    const { tag, anchor } = node;
    if (tag !== undefined && PLAIN_TAGS.get(tag) !== (isScalar(node) ? "scalar" : isMap(node) ? "map" : "seq"))
      throw new ReadFailure(`the tag \`${tag}\` is not allowed here`, pos.line);
    if (anchor !== undefined) this.anchors.set(plainName(anchor, pos), "open");
    const built = isScalar(node) ? this.scalar(node, pos) : isMap(node) ? this.map(node.items, pos) : this.seq(node.items, pos);
    if (anchor !== undefined) this.anchors.set(anchor, built);
    return built;
  }

  private scalar(node: { source?: string; type?: unknown; tag?: string }, pos: Position): Node {
    const text = node.source ?? "";
    if (!text.isWellFormed()) throw new ReadFailure("a lone surrogate (half a character) is not allowed", pos.line);
    const tag = node.tag?.split(":").at(-1);
    const untagged = node.type === undefined || node.type === "PLAIN";
    // A parser that constructs values takes any text under `!!null` for nothing, and a `!!str` for a text even where it looks like a merge key.
    if (tag === "null" && !isNull({ kind: "scalar", text, plain: true, pos }))
      throw new ReadFailure("a text that is tagged `!!null` is nothing to some parsers", pos.line);
    return { kind: "scalar", text, plain: tag === "null" || (untagged && tag !== "str"), pos };
  }

  private seq(items: readonly unknown[], pos: Position): Node {
    return { kind: "seq", items: items.map((item) => this.build(item)), pos };
  }

  private map(pairs: readonly Pair[], pos: Position): Node {
    const own = new Map<string, Entry>();
    const merged: MapNode[] = [];
    let merges = 0;
    for (const pair of pairs) {
      const keyNode = this.build(pair.key);
      if (keyNode.kind !== "scalar") throw new ReadFailure("a key must be plain text", keyNode.pos.line);
      const value = pair.value === null ? emptyAt(keyNode.pos) : this.build(pair.value);
      if (keyNode.plain && keyNode.text === "<<") {
        merges += 1;
        if (merges > 1) throw new ReadFailure("duplicate key `<<`", keyNode.pos.line);
        merged.push(...mergeSources(value));
        continue;
      }
      const key = keyNode.text;
      if (own.has(key)) throw new ReadFailure(`duplicate key \`${key}\``, keyNode.pos.line);
      own.set(key, { key, keyPos: keyNode.pos, value });
    }
    // Local keys win over merged ones, earlier merge sources over later ones.
    for (const source of merged) for (const [key, entry] of source.entries) if (!own.has(key)) own.set(key, entry);
    return { kind: "map", entries: own, pos };
  }

  private follow(alias: Alias): Node {
    const line = this.position(alias.range?.[0] ?? 0).line;
    this.aliases += 1;
    if (this.aliases > MAX_ALIASES) throw new ReadFailure(`more than ${MAX_ALIASES} aliases`, line);
    const target = this.anchors.get(plainName(alias.source, { line, column: 1 }));
    if (target === undefined) throw new ReadFailure(`the alias \`*${alias.source}\` names no anchor before it`, line);
    if (target === "open") throw new ReadFailure(`the alias \`*${alias.source}\` contains itself`, line);
    this.expanded += this.weight(target);
    if (this.expanded > MAX_EXPANSION) throw new ReadFailure("aliases expand to too many values", line);
    return target;
  }

  /** Values in the subtree as a walk would meet them. Remembered, so that nested aliases stay linear. */
  private weight(node: Node): number {
    const known = this.weights.get(node);
    if (known !== undefined) return known;
    const weight = weigh(node, (inner) => this.weight(inner));
    this.weights.set(node, weight);
    return weight;
  }

  private position(offset: number): Position {
    const starts = this.lines.lineStarts;
    let line = this.line;
    while (line > 0 && starts[line]! > offset) line -= 1;
    while (line + 1 < starts.length && starts[line + 1]! <= offset) line += 1;
    this.line = line;
    return { line: line + 1, column: offset - starts[line]! + 1 };
  }
}

function plainName(name: string, { line }: Position): string {
  if (AMBIGUOUS_NAME.test(name)) throw new ReadFailure(`parsers disagree about where the name \`${name}\` ends`, line);
  return name;
}

function mergeSources(value: Node): readonly MapNode[] {
  const sources = value.kind === "seq" ? value.items : [value];
  return sources.map((source) => {
    if (source.kind !== "map") throw new ReadFailure("`<<` merges mappings only", source.pos.line);
    return source;
  });
}

function emptyAt(pos: Position): Node {
  return { kind: "scalar", text: "", plain: true, pos };
}
