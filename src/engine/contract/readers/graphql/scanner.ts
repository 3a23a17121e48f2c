import type { Position } from "../../model.ts";

/** Kinds of tokens. A mark (`{`, `@`, `!` …) is its own character code. */
export const END = 0;
export const NAME = 1;
export const NUMBER = 2;
export const TEXT = 3;
export const BLOCK = 4;

export const DEPTH_MAX = 100;
export const TOKENS_MAX = 300_000;

/** What is not plainly a schema: another parser says whether it is refused, and why. */
export class Doubt extends Error {}

/** What a character begins. */
const NOTHING = 0;
const BLANK = 1;
const FEED = 2;
const RETURN = 3;
const COMMENT = 4;
const MARK = 5;
const OPEN = 6;
const CLOSE = 7;
const QUOTE = 8;
const DIGIT = 9;
const LETTER = 10;

const BEGINS = new Uint8Array(128);
for (const [kind, characters] of [
  [BLANK, "\t ,"],
  [FEED, "\n"],
  [RETURN, "\r"],
  [COMMENT, "#"],
  [MARK, "!&:=@|"],
  [OPEN, "([{"],
  [CLOSE, ")]}"],
  [QUOTE, '"'],
  [DIGIT, "-0123456789"],
  [LETTER, "_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"],
] as const)
  for (const character of characters) BEGINS[character.charCodeAt(0)] = kind;

const IN_NAME = new Uint8Array(128);
for (const character of "_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") IN_NAME[character.charCodeAt(0)] = 1;

const BYTE_ORDER_MARK = 0xfeff;
const NUMBERS = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![.0-9A-Z_a-z])/y;
/** What may follow a backslash. Four hexadecimal digits stand for a character, two such escapes for one beyond U+FFFF; never for half a character. */
const ESCAPE =
  /\\(?:["\\/bfnrt]|u(?:(?![dD][89a-fA-F])[0-9A-Fa-f]{4}|[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\{(?=[0-9A-Fa-f]{1,8}\})(?!0*[dD][89a-fA-F][0-9A-Fa-f]{2}\})0*(?:10[0-9A-Fa-f]{4}|[0-9A-Fa-f]{1,5})\}))/y;

/** Walks over the tokens of a schema, one at a time, and keeps nothing of those behind it. */
export class Scanner {
  readonly text: string;
  kind = END;
  /** Of the token. */
  start = 0;
  end = 0;
  line: number;
  column = 1;
  /** Where the token before ends. */
  lastEnd = 0;
  /** Seen so far. */
  tokens = 0;
  private depth = 0;
  private nextLine: number;
  private lineStart: number;

  /** @param origin where the text stands in its file. */
  constructor(text: string, origin: Position = { line: 1, column: 1 }) {
    this.text = text;
    this.line = origin.line;
    this.nextLine = origin.line;
    this.lineStart = 1 - origin.column;
    this.next();
  }

  /** Goes to the first token of a definition. */
  resume({ start, tokens, pos }: { readonly start: number; readonly tokens: number; readonly pos: Position }): void {
    this.end = start;
    this.tokens = tokens - 1;
    this.nextLine = pos.line;
    this.lineStart = start + 1 - pos.column;
    this.next();
  }

  get pos(): Position {
    return { line: this.line, column: this.column };
  }

  next(): void {
    const { text } = this;
    let at = this.end;
    this.lastEnd = at;
    for (; at < text.length; ) {
      const code = text.charCodeAt(at);
      const begins = code < 128 ? BEGINS[code]! : code === BYTE_ORDER_MARK ? BLANK : NOTHING;
      switch (begins) {
        case BLANK:
          at += 1;
          break;
        case FEED:
          at += 1;
          this.feed(at);
          break;
        case RETURN:
          at += text.charCodeAt(at + 1) === 0x0a ? 2 : 1;
          this.feed(at);
          break;
        case COMMENT:
          at = endOfLine(text, at);
          break;
        default:
          this.token(begins, code, at);
          return;
      }
    }
    this.kind = END;
    this.start = at;
    this.end = at;
    this.line = this.nextLine;
    this.column = at - this.lineStart + 1;
  }

  private token(begins: number, code: number, at: number): void {
    this.start = at;
    this.line = this.nextLine;
    this.column = at - this.lineStart + 1;
    this.tokens += 1;
    if (this.tokens > TOKENS_MAX) throw new Doubt();
    switch (begins) {
      case LETTER:
        this.kind = NAME;
        this.end = endOfName(this.text, at);
        return;
      case OPEN:
        this.depth += 1;
        if (this.depth > DEPTH_MAX) throw new Doubt();
        break;
      case CLOSE:
        this.depth -= 1;
        break;
      case MARK:
        break;
      case QUOTE:
        if (this.text.startsWith('"""', at)) {
          this.block(at);
          return;
        }
        this.kind = TEXT;
        this.end = endOfText(this.text, at);
        return;
      case DIGIT:
        this.kind = NUMBER;
        this.end = endOf(NUMBERS, this.text, at);
        return;
      default:
        throw new Doubt();
    }
    this.kind = code;
    this.end = at + 1;
  }

  private block(from: number): void {
    const { text } = this;
    let at = text.indexOf('"""', from + 3);
    while (at > 0 && text.charCodeAt(at - 1) === 0x5c) at = text.indexOf('"""', at + 3);
    if (at < 0) throw new Doubt();
    this.kind = BLOCK;
    this.end = at + 3;
    for (let inside = from + 3; inside < at; ) {
      const code = text.charCodeAt(inside);
      inside += code === 0x0d && text.charCodeAt(inside + 1) === 0x0a ? 2 : 1;
      if (code === 0x0a || code === 0x0d) this.feed(inside);
    }
  }

  private feed(lineStart: number): void {
    this.nextLine += 1;
    this.lineStart = lineStart;
  }

  /** Goes over the mark if it is the token. */
  take(mark: number): boolean {
    if (this.kind !== mark) return false;
    this.next();
    return true;
  }

  /** Goes over a mark that must stand here. */
  expect(mark: number): void {
    if (this.kind !== mark) throw new Doubt();
    this.next();
  }

  isWord(word: string): boolean {
    return this.kind === NAME && this.end - this.start === word.length && this.text.startsWith(word, this.start);
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.next();
    return true;
  }

  /** The name that must stand here. */
  name(): string {
    if (this.kind !== NAME) throw new Doubt();
    const name = this.text.slice(this.start, this.end);
    this.next();
    return name;
  }
}

function endOfName(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127 || IN_NAME[code] === 0) break;
  }
  return at;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) break;
  }
  return at;
}

function endOfText(text: string, from: number): number {
  for (let at = from + 1; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code === 0x0a || code === 0x0d) break;
    at = code === 0x5c ? endOf(ESCAPE, text, at) : at + 1;
  }
  throw new Doubt();
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw new Doubt();
  return pattern.lastIndex;
}
