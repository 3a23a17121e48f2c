import {
  Composer,
  CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
} from "yaml";
import { isCutQuote } from "../contract/source/quotes.ts";
import type { Problem } from "../problem.ts";

const MAX_DEPTH = 100;
const MAX_ALIASES = 100;

/** One YAML or JSON document as plain data, with the line of everything in it. */
export type DocumentReading =
  | {
      readonly status: "ok";
      readonly value: unknown;
      /** 1-based line of the value at a path, or of the nearest thing around it. `key` = the line of that key in the mapping there. */
      lineOf(path: readonly PropertyKey[], key?: string): number | null;
    }
  | { readonly status: "invalid"; readonly problems: readonly Problem[] };

/**
 * Reads one of our own files: YAML 1.2 (of which JSON is a part), one document, no duplicate keys, bounded depth and aliases.
 * Depth is checked on the tokens, before anything recursive sees the text.
 */
export function readDocument(text: string, file: string): DocumentReading {
  try {
    return read(text, file);
  } catch (error) {
    return failure(file, null, `cannot be read as YAML: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
  }
}

function read(text: string, file: string): DocumentReading {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let content = false;
  for (const lexeme of new Lexer().lex(text.replace(/^\uFEFF/, ""))) {
    if (!content && isCutQuote(lexeme)) return failure(file, lineAt(parser.offset), `missing closing ${lexeme[0]}quote`);
    content = lexeme === CST.SCALAR;
    tokens.push(...parser.next(lexeme));
  }
  tokens.push(...parser.end());
  if (depthOf(tokens) > MAX_DEPTH) return failure(file, null, `nests deeper than ${MAX_DEPTH} levels`);
  const documents = [...new Composer({ uniqueKeys: false }).compose(tokens)];
  const document = documents[0];
  if (document === undefined || document.contents === null) return failure(file, null, "is empty");
  const broken = documents.flatMap((each) => [...each.errors, ...each.warnings])[0];
  if (broken !== undefined) return failure(file, lineAt(broken.pos[0]), broken.message.split("\n")[0] ?? broken.code);
  const second = documents[1];
  if (second !== undefined) return failure(file, lineAt(second.range[0]), "holds more than one YAML document");
  if (isScalar(document.contents) && document.contents.value === null) return failure(file, null, "is empty");
  const twice = duplicateKey(document);
  if (twice !== null) return failure(file, lineAt(twice.offset), `duplicate key \`${twice.key}\``);
  return {
    status: "ok",
    value: document.toJS({ maxAliasCount: MAX_ALIASES }),
    lineOf: (path, key) => {
      const offset = offsetOf(document, path, key);
      return offset === null ? null : lineAt(offset);
    },
  };
}

function failure(file: string, line: number | null, message: string): DocumentReading {
  return { status: "invalid", problems: [{ code: "E001", message, file, line, severity: "error" }] };
}

/** Depth of nested containers, without recursion: the composer would overflow the stack where this cannot. */
function depthOf(tokens: readonly unknown[]): number {
  let deepest = 0;
  const open: { value: unknown; depth: number }[] = tokens.map((value) => ({ value, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (value === null || typeof value !== "object") continue;
    const container = "items" in value && Array.isArray(value.items) ? value.items : null;
    const inner = container === null ? depth : depth + 1;
    deepest = Math.max(deepest, inner);
    if (deepest > MAX_DEPTH) return deepest;
    for (const child of container ?? Object.values(value)) {
      if (Array.isArray(child)) for (const item of child) open.push({ value: item, depth: inner });
      else open.push({ value: child, depth: inner });
    }
  }
  return deepest;
}

function duplicateKey(document: Document): { key: string; offset: number } | null {
  let found: { key: string; offset: number } | null = null;
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : null;
        if (name === null || seen.has(name)) {
          found = { key: name ?? "a key that is no text", offset: isNode(key) ? (key.range?.[0] ?? 0) : 0 };
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

function offsetOf(document: Document, path: readonly PropertyKey[], key: string | undefined): number | null {
  let node = resolve(document, document.contents);
  let best = node?.range?.[0] ?? null;
  for (const step of key === undefined ? path : [...path, key]) {
    let next: Node | null = null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
      if (pair !== undefined && isScalar(pair.key)) best = pair.key.range?.[0] ?? best;
      next = resolve(document, pair?.value);
    } else if (isSeq(node)) {
      next = resolve(document, node.items[Number(step)]);
      best = next?.range?.[0] ?? best;
    }
    if (next === null) break;
    node = next;
  }
  return best;
}

function resolve(document: Document, value: unknown): Node | null {
  if (isAlias(value)) return value.resolve(document) ?? null;
  return isNode(value) ? value : null;
}
