import type { Position } from "../../model.ts";
import { ReadFailure } from "../../source/node.ts";

export interface Token extends Position {
  readonly kind: "word" | "number" | "text" | "mark" | "end";
  /** Texts without quotes and escapes. */
  readonly text: string;
}

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)(?![A-Za-z0-9_])/y;
const DOUBLE_QUOTED = /"([^"\\\n]*(?:\\[^\n][^"\\\n]*)*)"/y;
const SINGLE_QUOTED = /'([^'\\\n]*(?:\\[^\n][^'\\\n]*)*)'/y;
const MARKS = "{}()[]<>=;:,.-+/";

/**
 * The tokens of a .proto file one after the other, as the language's own compiler cuts them. Nothing is guessed: `/*` followed by `/` opens
 * a comment and does not close it, a comment may touch a word, a text ends on its line, and names are ASCII.
 */
export class Tokens {
  private readonly text: string;
  private offset = 0;
  private line = 1;
  private lineStart = 0;
  private ahead: Token;

  constructor(text: string) {
    this.text = text;
    this.ahead = this.read();
  }

  get isAtEnd(): boolean {
    return this.ahead.kind === "end";
  }

  /** The next token, which stays the next. */
  get peek(): Token {
    return this.ahead;
  }

  next(): Token {
    const token = this.ahead;
    if (token.kind !== "end") this.ahead = this.read();
    return token;
  }

  isWord(...words: readonly string[]): boolean {
    return this.ahead.kind === "word" && words.includes(this.ahead.text);
  }

  isMark(mark: string): boolean {
    return this.ahead.kind === "mark" && this.ahead.text === mark;
  }

  /** Takes the mark if it is the next token. */
  take(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.next();
    return true;
  }

  expect(mark: string): Token {
    return this.isMark(mark) ? this.next() : this.unexpected(`\`${mark}\``);
  }

  word(what: string): Token {
    return this.ahead.kind === "word" ? this.next() : this.unexpected(what);
  }

  unexpected(wanted: string): never {
    const { kind, text, line } = this.ahead;
    throw new ReadFailure(`expected ${wanted}, found ${kind === "end" ? "the end of the file" : `\`${text}\``}`, line);
  }

  /** Adjacent texts are one. */
  texts(): string {
    if (this.ahead.kind !== "text") this.unexpected("a text");
    let joined = "";
    while (this.ahead.kind === "text") joined += this.next().text;
    return joined;
  }

  private read(): Token {
    this.skipBlanks();
    const { text, offset, line } = this;
    const column = offset - this.lineStart + 1;
    if (offset >= text.length) return { kind: "end", text: "", line, column };
    const word = this.match(WORD);
    if (word !== null) return { kind: "word", text: word[0], line, column };
    const number = this.match(NUMBER);
    if (number !== null) return { kind: "number", text: number[0], line, column };
    const letter = text[offset]!;
    if (letter === '"' || letter === "'") {
      const quoted = this.match(letter === '"' ? DOUBLE_QUOTED : SINGLE_QUOTED);
      if (quoted === null) throw new ReadFailure("a text does not end on its line", line);
      return { kind: "text", text: unescaped(quoted[1]!, line), line, column };
    }
    if (!MARKS.includes(letter))
      throw new ReadFailure(`the character \`${String.fromCodePoint(text.codePointAt(offset)!)}\` does not belong here`, line);
    this.offset += 1;
    return { kind: "mark", text: letter, line, column };
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text);
    if (found !== null) this.offset = pattern.lastIndex;
    return found;
  }

  private skipBlanks(): void {
    const { text } = this;
    for (;;) {
      switch (text.charCodeAt(this.offset)) {
        case 0x0a:
          this.newLine(this.offset);
          this.offset += 1;
          break;
        case 0x20:
        case 0x09:
        case 0x0d:
          this.offset += 1;
          break;
        case 0x2f:
          if (!this.skipComment()) return;
          break;
        default:
          return;
      }
    }
  }

  private skipComment(): boolean {
    const { text, offset } = this;
    if (text.startsWith("//", offset)) {
      const end = text.indexOf("\n", offset);
      this.offset = end < 0 ? text.length : end;
      return true;
    }
    if (!text.startsWith("/*", offset)) return false;
    const end = text.indexOf("*/", offset + 2);
    if (end < 0) throw new ReadFailure("a comment does not end", this.line);
    for (let at = text.indexOf("\n", offset); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) this.newLine(at);
    this.offset = end + 2;
    return true;
  }

  private newLine(at: number): void {
    this.line += 1;
    this.lineStart = at + 1;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function unescaped(text: string, line: number): string {
  if (!text.includes("\\")) return text;
  const plain = text.replace(/\\([0-7]{1,3}|[xX][0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)/gs, (_, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    if (code.length > 1) {
      const point = Number.parseInt(code.slice(1), 16);
      if (point > 0x10ffff) throw new ReadFailure(`\`\\${code}\` is no character`, line);
      return String.fromCodePoint(point);
    }
    return ESCAPES[code] ?? code;
  });
  if (!plain.isWellFormed()) throw new ReadFailure("a lone surrogate (half a character) is not allowed", line);
  return plain;
}
