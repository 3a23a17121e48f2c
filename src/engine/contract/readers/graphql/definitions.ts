import { BLOCK, Doubt, END, NAME, type Scanner, TEXT } from "./scanner.ts";
import type { Constant, Definition, Directive, FieldNode, Keyword, Member } from "./syntax.ts";

const [PAREN, PAREN_END, BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x28, 0x29, 0x7b, 0x7d, 0x5b, 0x5d];
const [BANG, AMPERSAND, COLON, EQUALS, AT, PIPE] = [0x21, 0x26, 0x3a, 0x3d, 0x40, 0x7c];

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>(["schema", "scalar", "type", "interface", "union", "enum", "input", "directive"]);

/** Where the language lets a directive stand. */
const PLACES: ReadonlySet<string> = new Set(
  "QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION FRAGMENT_VARIABLE_DEFINITION SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION DIRECTIVE_DEFINITION".split(
    " ",
  ),
);

const NONE: readonly never[] = [];

type Draft = { -readonly [Part in keyof Definition]: Definition[Part] };

/** The next definition of a schema. Throws Doubt at everything else. */
export function readDefinition(scan: Scanner): Definition {
  const { pos, start, end: firstEnd, tokens } = scan;
  const description = readDescription(scan);
  const isExtension = description === null && scan.takeWord("extend");
  const keyword = readKeyword(scan);
  if (keyword === "directive") scan.expect(AT);
  const namePos = scan.pos;
  const name = keyword === "schema" ? "" : scan.name();
  const draft: Draft = {
    keyword,
    isExtension,
    name,
    namePos,
    pos,
    start,
    firstEnd,
    tokens,
    description,
    directives: NONE,
    fields: NONE,
    values: NONE,
    members: NONE,
    places: NONE,
    repeatable: false,
  };
  const before = scan.tokens;
  readRest(scan, draft);
  // An extension says something.
  if (isExtension && scan.tokens === before) throw new Doubt();
  return draft;
}

function readKeyword(scan: Scanner): Keyword {
  const word = scan.name();
  if (!isKeyword(word)) throw new Doubt();
  return word;
}

function isKeyword(word: string): word is Keyword {
  return KEYWORDS.has(word);
}

function readRest(scan: Scanner, draft: Draft): void {
  const { keyword, isExtension } = draft;
  if (keyword === "directive" && !isExtension) draft.fields = readFields(scan, PAREN, PAREN_END, false);
  if ((keyword === "type" || keyword === "interface") && scan.takeWord("implements")) readNames(scan, AMPERSAND);
  draft.directives = readDirectives(scan);
  switch (keyword) {
    case "schema":
      if (!isExtension || scan.kind === BRACE) draft.fields = readRoots(scan);
      return;
    case "type":
    case "interface":
      draft.fields = readFields(scan, BRACE, BRACE_END, true);
      return;
    case "input":
      draft.fields = readFields(scan, BRACE, BRACE_END, false);
      return;
    case "union":
      if (scan.take(EQUALS)) draft.members = readNames(scan, PIPE);
      return;
    case "enum":
      draft.values = readValues(scan);
      return;
    case "directive":
      if (!isExtension) readPlaces(scan, draft);
      return;
    case "scalar":
      return;
  }
}

function readPlaces(scan: Scanner, draft: Draft): void {
  draft.repeatable = scan.takeWord("repeatable");
  if (!scan.takeWord("on")) throw new Doubt();
  draft.places = readNames(scan, PIPE).map(({ name }) => name);
  if (!draft.places.every((place) => PLACES.has(place))) throw new Doubt();
}

/** `{ query: Query }` */
function readRoots(scan: Scanner): readonly FieldNode[] {
  scan.expect(BRACE);
  const roots: FieldNode[] = [];
  do {
    if (!scan.isWord("query") && !scan.isWord("mutation") && !scan.isWord("subscription")) throw new Doubt();
    const { pos } = scan;
    const name = scan.name();
    scan.expect(COLON);
    roots.push({ name, pos, description: null, args: NONE, type: scan.name(), fallback: null, directives: NONE });
  } while (!scan.take(BRACE_END));
  return roots;
}

/** `& A & B`: the first mark may be left out. */
function readNames(scan: Scanner, between: number): readonly Member[] {
  scan.take(between);
  const names: Member[] = [];
  do {
    const { pos } = scan;
    names.push({ name: scan.name(), pos });
  } while (scan.take(between));
  return names;
}

function readValues(scan: Scanner): readonly string[] {
  if (!scan.take(BRACE)) return NONE;
  const values: string[] = [];
  do {
    readDescription(scan);
    const value = scan.name();
    if (value === "true" || value === "false" || value === "null") throw new Doubt();
    values.push(value);
    readDirectives(scan);
  } while (!scan.take(BRACE_END));
  return values;
}

/** Fields of a type have arguments, and no default; those of an input and arguments the other way round. */
function readFields(scan: Scanner, open: number, close: number, isOutput: boolean): readonly FieldNode[] {
  if (!scan.take(open)) return NONE;
  const fields: FieldNode[] = [];
  do {
    const description = readDescription(scan);
    const { pos } = scan;
    const name = scan.name();
    const args = isOutput ? readFields(scan, PAREN, PAREN_END, false) : NONE;
    scan.expect(COLON);
    const type = readType(scan);
    const fallback = !isOutput && scan.take(EQUALS) ? readConstant(scan) : null;
    fields.push({ name, pos, description, args, type, fallback, directives: readDirectives(scan) });
  } while (!scan.take(close));
  return fields;
}

function readType(scan: Scanner): string {
  const { start } = scan;
  skipType(scan);
  return scan.text.slice(start, scan.lastEnd);
}

function skipType(scan: Scanner): void {
  if (scan.take(BRACKET)) {
    skipType(scan);
    scan.expect(BRACKET_END);
  } else scan.expect(NAME);
  scan.take(BANG);
}

function readDescription(scan: Scanner): string | null {
  if (scan.kind !== TEXT && scan.kind !== BLOCK) return null;
  const description = scan.text.slice(scan.start, scan.end);
  scan.next();
  return description;
}

function readDirectives(scan: Scanner): readonly Directive[] {
  if (scan.kind !== AT) return NONE;
  const directives: Directive[] = [];
  do {
    const { start, pos } = scan;
    scan.next();
    const name = scan.name();
    if (scan.take(PAREN)) skipEntries(scan, PAREN_END);
    directives.push({ name, text: scan.text.slice(start, scan.lastEnd), pos });
  } while (scan.kind === AT);
  return directives;
}

function readConstant(scan: Scanner): Constant {
  const { start, pos } = scan;
  skipValue(scan);
  return { text: scan.text.slice(start, scan.lastEnd), pos };
}

/** `name: value`, at least one. */
function skipEntries(scan: Scanner, close: number): void {
  do {
    scan.expect(NAME);
    scan.expect(COLON);
    skipValue(scan);
  } while (!scan.take(close));
}

function skipValue(scan: Scanner): void {
  const { kind } = scan;
  // A mark that begins no value; words, numbers and texts are below all marks.
  if (kind === END || (kind > BLOCK && kind !== BRACE && kind !== BRACKET)) throw new Doubt();
  scan.next();
  if (kind === BRACKET) while (!scan.take(BRACKET_END)) skipValue(scan);
  if (kind === BRACE && !scan.take(BRACE_END)) skipEntries(scan, BRACE_END);
}
