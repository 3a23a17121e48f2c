import { CST, Lexer } from "yaml";

/**
 * PyYAML and libyaml take the later lines of a quoted text at any indentation; YAML 1.2 asks for more than that of the key before it:
 *
 *     description: "a long text\
 *     \ goes on"
 *
 * The text with such lines indented, each on the line where it was; null when there is none, or when it is not certain. Blanks at the
 * start of such a line are no part of the value in any YAML, so the value stays what PyYAML reads. A line is moved only when the lexer,
 * reading the result, finds its start within one quoted text: whatever it looks like, it can be no key, no comment and no list item.
 */
export function reindented(text: string): string | null {
  const lines = text.split("\n");
  const moved = new Set<number>();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const opening = OPENING.exec(line);
    if (opening === null) {
      at = endOfBlock(lines, at);
      continue;
    }
    const [before, , quote] = opening as unknown as [string, string, '"' | "'"];
    const end = endOfQuoted(lines, at, before.length, quote);
    if (end === null) return null;
    const needed = / *(- +)*/.exec(line)![0].length + 1;
    for (let inside = at + 1; inside <= end; inside += 1) {
      const continued = lines[inside]!;
      if (/^(---|\.\.\.)(\s|$)/.test(continued)) return null;
      // A blank line after an escaped line break: here the libraries part.
      if (continued.trim() === "" && /\\\r?$/.test(lines[inside - 1]!)) return null;
      const indent = continued.length - continued.replace(/^ +/, "").length;
      if (indent >= needed || continued.trim() === "") continue;
      lines[inside] = " ".repeat(needed - indent) + continued;
      moved.add(inside);
    }
    at = end;
  }
  const result = lines.join("\n");
  return moved.size > 0 && areQuoted(lines, result, moved) ? result : null;
}

/** A list item or the value of a key that begins with a quote. */
const OPENING = /^( *(?:- +)*(?:(?:[^\s"'#&*!|>%@`[\]{},-][^"'#]*?|"[^"\\]*"|'[^']*'): +)?)(?<=[-:] +)(["'])/;
/** A text in block style. */
const BLOCK = /^[^#]*[:-] +[|>][-+\d]*[ \t\r]*(#.*)?$/;

/** The line on which the quoted text that begins at `column` of line `at` ends; null = it does not end, or more than a comment follows it. */
function endOfQuoted(lines: readonly string[], at: number, column: number, quote: '"' | "'"): number | null {
  const closing = quote === '"' ? /\\.|"/g : /''|'/g;
  for (let line = at, from = column; line < lines.length; line += 1, from = 0) {
    closing.lastIndex = from;
    for (let found = closing.exec(lines[line]!); found !== null; found = closing.exec(lines[line]!)) {
      if (found[0] !== quote) continue;
      return line === at || /^\s*(\s#.*)?$/.test(lines[line]!.slice(closing.lastIndex)) ? line : null;
    }
  }
  return null;
}

/** The last line of the block text that begins at this line; the line itself for any other. */
function endOfBlock(lines: readonly string[], at: number): number {
  if (!BLOCK.test(lines[at]!)) return at;
  const indentOf = (line: string) => line.length - line.trimStart().length;
  const own = indentOf(lines[at]!);
  let end = at;
  while (end + 1 < lines.length && (lines[end + 1]!.trim() === "" || indentOf(lines[end + 1]!) > own)) end += 1;
  return end;
}

/** True when every moved line begins inside a quoted text, as the lexer sees it. */
function areQuoted(lines: readonly string[], text: string, moved: ReadonlySet<number>): boolean {
  const starts: number[] = [];
  let start = 0;
  lines.forEach((line, index) => {
    if (moved.has(index)) starts.push(start);
    start += line.length + 1;
  });
  let offset = 0;
  let next = 0;
  let content = false;
  for (const lexeme of new Lexer().lex(text)) {
    const mark = MARKS.has(lexeme);
    const end = mark ? offset : offset + lexeme.length;
    const quoted = !content && /^["']/.test(lexeme);
    while (next < starts.length && starts[next]! < end) {
      if (!quoted || starts[next]! <= offset) return false;
      next += 1;
    }
    content = lexeme === CST.SCALAR;
    offset = end;
  }
  return next === starts.length;
}

/** Lexemes that stand for nothing in the text. */
const MARKS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);
