import { CST, type Parser } from "yaml";

/** What one step of `Parser` of yaml 2.9.1 reads and writes; the package is pinned, and a test compares the tokens with its own `parse`. */
interface Steps {
  atScalar: boolean;
  atNewLine: boolean;
  indent: number;
  offset: number;
  source: string;
  type: CST.TokenType | null;
  readonly onNewLine?: (offset: number) => void;
  step(): Generator<CST.Token, void>;
}

/**
 * `parser.next(lexeme)`, token for token, given to `take`. The library's own asks the process environment once for each lexeme, which is a
 * third of all parsing time, and wraps every step in one more generator.
 */
export function advance(parser: Parser, lexeme: string, take: (token: CST.Token) => void): void {
  const steps = parser as unknown as Steps;
  const type = steps.atScalar ? "scalar" : CST.tokenType(lexeme);
  if (type === null) {
    for (const token of parser.next(lexeme)) take(token);
    return;
  }
  steps.source = lexeme;
  if (steps.atScalar) {
    steps.atScalar = false;
    for (const token of steps.step()) take(token);
    steps.offset += lexeme.length;
    return;
  }
  steps.type = type;
  if (type === "scalar") {
    // The mark before a plain scalar: the scalar itself is the next lexeme.
    steps.atNewLine = false;
    steps.atScalar = true;
    return;
  }
  for (const token of steps.step()) take(token);
  if (moveOver(steps, type, lexeme)) steps.offset += lexeme.length;
}

/** False where the parser stands still: after `---` and after a broken flow collection. */
function moveOver(steps: Steps, type: CST.TokenType, lexeme: string): boolean {
  switch (type) {
    case "newline":
      steps.atNewLine = true;
      steps.indent = 0;
      steps.onNewLine?.(steps.offset + lexeme.length);
      return true;
    case "space":
      if (steps.atNewLine && lexeme[0] === " ") steps.indent += lexeme.length;
      return true;
    case "explicit-key-ind":
    case "map-value-ind":
    case "seq-item-ind":
      if (steps.atNewLine) steps.indent += lexeme.length;
      return true;
    case "doc-mode":
    case "flow-error-end":
      return false;
    default:
      steps.atNewLine = false;
      return true;
  }
}
