import type { Position } from "../../model.ts";
import { type Entry, type MapNode, type Node, ReadFailure } from "../../source/node.ts";
import { boundedName } from "../budget.ts";
import type { Tokens } from "./tokens.ts";

export const DEPTH_MAX = 100;

/** One `name = value`. */
export interface Option {
  /** `debug_redact`, or the extension's full name without its parentheses. */
  readonly name: string;
  readonly isExtension: boolean;
  /** What follows: `(acme.data).level` has `level`. */
  readonly inside: readonly string[];
  /** As written, without blanks. */
  readonly told: string;
  readonly value: Node;
  readonly pos: Position;
}

/** After the word `option`, up to and with the semicolon. */
export function readOptionStatement(tokens: Tokens): Option {
  const option = readOption(tokens);
  tokens.expect(";");
  return option;
}

/** `[a = 1, (b) = 2]`, if it is there. */
export function readOptionList(tokens: Tokens): readonly Option[] {
  if (!tokens.take("[")) return [];
  const options: Option[] = [];
  do options.push(readOption(tokens));
  while (tokens.take(","));
  tokens.expect("]");
  return options;
}

function readOption(tokens: Tokens): Option {
  const { line, column } = tokens.peek;
  const parts = [readNamePart(tokens)];
  while (tokens.take(".")) {
    if (parts.length >= DEPTH_MAX) throw new ReadFailure(`nested more than ${DEPTH_MAX} levels deep`, line);
    parts.push(readNamePart(tokens));
  }
  tokens.expect("=");
  const value = tokens.isMark("{") ? readMessage(tokens, "}", 0) : readScalar(tokens);
  const [first, ...rest] = parts;
  return {
    name: first!.name,
    isExtension: first!.isExtension,
    inside: rest.map(({ name }) => name),
    told: parts.map(({ name, isExtension }) => (isExtension ? `(${name})` : name)).join("."),
    value,
    pos: { line, column },
  };
}

function readNamePart(tokens: Tokens): { readonly name: string; readonly isExtension: boolean } {
  if (!tokens.take("(")) return { name: tokens.word("the name of an option").text, isExtension: false };
  const name = readFullName(tokens);
  tokens.expect(")");
  return { name: name.replace(/^\./, ""), isExtension: true };
}

/** `a.b.C`, perhaps with a dot before it. */
export function readFullName(tokens: Tokens): string {
  const { line } = tokens.peek;
  const parts: string[] = [tokens.take(".") ? "." : ""];
  parts.push(tokens.word("a name").text);
  while (tokens.take(".")) parts.push(".", tokens.word("a name").text);
  return boundedName(parts.join(""), line);
}

/** Text format between braces. A name written more than once is a list. */
function readMessage(tokens: Tokens, close: "}" | ">", depth: number): MapNode {
  const { line, column } = tokens.next();
  if (depth >= DEPTH_MAX) throw new ReadFailure(`nested more than ${DEPTH_MAX} levels deep`, line);
  const entries = new Map<string, Entry>();
  while (!tokens.take(close)) {
    const { line: keyLine, column: keyColumn } = tokens.peek;
    const key = readKey(tokens);
    const hasColon = tokens.take(":");
    const value = readValue(tokens, hasColon, depth + 1);
    if (!tokens.take(",")) tokens.take(";");
    const before = entries.get(key);
    entries.set(
      key,
      before === undefined ? { key, keyPos: { line: keyLine, column: keyColumn }, value } : { ...before, value: both(before.value, value) },
    );
  }
  return { kind: "map", entries, pos: { line, column } };
}

/** A list that a repetition made grows in place: copying it each time would be quadratic. */
const repeated = new WeakMap<Node, Node[]>();

function both(before: Node, value: Node): Node {
  const more = value.kind === "seq" ? value.items : [value];
  const grown = repeated.get(before);
  if (grown !== undefined) {
    for (const item of more) grown.push(item);
    return before;
  }
  const items: Node[] = [...(before.kind === "seq" ? before.items : [before]), ...more];
  const list: Node = { kind: "seq", items, pos: before.pos };
  repeated.set(list, items);
  return list;
}

function readKey(tokens: Tokens): string {
  if (!tokens.take("[")) return tokens.word("a name").text;
  const parts = [readFullName(tokens)];
  while (tokens.take("/")) parts.push(readFullName(tokens));
  tokens.expect("]");
  return parts.join("/");
}

function readValue(tokens: Tokens, hasColon: boolean, depth: number): Node {
  if (tokens.isMark("{")) return readMessage(tokens, "}", depth);
  if (tokens.isMark("<")) return readMessage(tokens, ">", depth);
  if (tokens.isMark("[")) return readList(tokens, hasColon, depth);
  return hasColon ? readScalar(tokens) : tokens.unexpected("`:`");
}

function readList(tokens: Tokens, hasColon: boolean, depth: number): Node {
  const { line, column } = tokens.next();
  const items: Node[] = [];
  if (!tokens.take("]")) {
    do {
      if (tokens.isMark("[")) tokens.unexpected("a value");
      items.push(readValue(tokens, hasColon, depth));
    } while (tokens.take(","));
    tokens.expect("]");
  }
  return { kind: "seq", items, pos: { line, column } };
}

function readScalar(tokens: Tokens): Node {
  const { kind, line, column } = tokens.peek;
  const pos = { line, column };
  if (kind === "text") return { kind: "scalar", text: tokens.texts(), plain: false, pos };
  const sign = tokens.take("-") ? "-" : "";
  if (sign === "") tokens.take("+");
  const { kind: signed } = tokens.peek;
  if (signed !== "word" && signed !== "number") tokens.unexpected("a value");
  return { kind: "scalar", text: `${sign}${tokens.next().text}`, plain: false, pos };
}
