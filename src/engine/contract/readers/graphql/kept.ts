import { type Scanner, TOKENS_MAX } from "./scanner.ts";
import type { Definition, Schema } from "./syntax.ts";

/**
 * Definitions of an earlier version that stand before the first difference; the scanner is at the next one then. Where a definition ends
 * is only seen at the token after it, which must be the same too, with the character behind it: a name goes on for as long as it can.
 */
export function keptAtStart({ text, definitions }: Schema, scan: Scanner): Definition[] {
  const same = sameAtStart(text, scan.text);
  let kept = 0;
  while (kept + 1 < definitions.length && definitions[kept + 1]!.firstEnd < same) kept += 1;
  if (kept > 0) scan.resume(definitions[kept]!);
  return definitions.slice(0, kept);
}

/** Definitions of an earlier version that stand behind the last difference, where that moved no line. */
export class KeptAtEnd {
  private readonly definitions: readonly Definition[];
  /** By how much texts behind the last difference are moved. */
  private readonly shift: number;
  /** Where the last difference ends in the earlier text. */
  private readonly from: number;
  private readonly tokens: number;
  private at = 0;

  constructor({ text, definitions, tokens }: Schema, now: string) {
    this.definitions = definitions;
    this.tokens = tokens;
    this.shift = now.length - text.length;
    this.from = text.length - sameAtEnd(text, now);
  }

  /**
   * All that is left, when a definition begins where one began before and the texts are the same from there on; null otherwise.
   * @returns `tokens` of the whole text.
   */
  rest({ start, line, column, tokens }: Scanner): Pick<Schema, "definitions" | "tokens"> | null {
    const before = start - this.shift;
    if (before < this.from) return null;
    while (this.at < this.definitions.length && this.definitions[this.at]!.start < before) this.at += 1;
    const first = this.definitions[this.at];
    if (first?.start !== before || first.pos.line !== line || first.pos.column !== column) return null;
    const all = tokens + this.tokens - first.tokens;
    return all > TOKENS_MAX ? null : { definitions: this.definitions.slice(this.at), tokens: all };
  }
}

/** Whole pieces are compared at once, and only the one that differs letter by letter. */
const PIECE = 256;

function sameAtStart(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at + PIECE <= length && a.slice(at, at + PIECE) === b.slice(at, at + PIECE)) at += PIECE;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

function sameAtEnd(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let [atA, atB] = [a.length, b.length];
  while (a.length - atA + PIECE <= length && a.slice(atA - PIECE, atA) === b.slice(atB - PIECE, atB)) {
    atA -= PIECE;
    atB -= PIECE;
  }
  while (atA > 0 && atB > 0 && a.charCodeAt(atA - 1) === b.charCodeAt(atB - 1)) {
    atA -= 1;
    atB -= 1;
  }
  return a.length - atA;
}
