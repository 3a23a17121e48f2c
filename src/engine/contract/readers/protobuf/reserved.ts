import { ReadFailure } from "../../source/node.ts";
import type { ProtoField } from "./syntax.ts";
import type { Tokens } from "./tokens.ts";

const MAX = Number.MAX_SAFE_INTEGER;

/** Numbers and names that a message may not give out again. */
export class Reserved {
  private readonly ranges: (readonly [number, number])[] = [];
  private readonly names = new Set<string>();

  /** From the word `reserved` on, with the semicolon. */
  read(tokens: Tokens): void {
    tokens.next();
    this.readRest(tokens);
  }

  readRest(tokens: Tokens): void {
    if (tokens.peek.kind === "number" || tokens.isMark("-")) this.readRanges(tokens);
    else
      do this.names.add(tokens.peek.kind === "text" ? tokens.texts() : tokens.word("a number or a name").text);
      while (tokens.take(","));
    tokens.expect(";");
  }

  /** `2, 9 to 11, 100 to max` */
  readRanges(tokens: Tokens): void {
    do {
      const from = bound(tokens);
      if (!tokens.isWord("to")) {
        this.ranges.push([from, from]);
        continue;
      }
      tokens.next();
      this.ranges.push([from, bound(tokens)]);
    } while (tokens.take(","));
  }

  /** Two fields with one name or number, or one that is reserved: nobody can say what holds. */
  check(fields: readonly ProtoField[]): void {
    const seen = new Set<string>();
    const ranges = merged(this.ranges);
    for (const { name, number, pos } of fields) {
      for (const id of [name, number]) {
        if (seen.has(id)) throw new ReadFailure(`duplicate field ${id === name ? "" : "number "}\`${id}\``, pos.line);
        seen.add(id);
      }
      if (this.names.has(name)) throw new ReadFailure(`the field name \`${name}\` is reserved`, pos.line);
      const taken = Number(number);
      if (isInside(ranges, taken)) throw new ReadFailure(`the field number \`${number}\` is reserved`, pos.line);
    }
  }
}

type Ranges = readonly (readonly [number, number])[];

/** In order and apart, so that a number is found in few steps: a file may reserve and use very many. */
function merged(ranges: Ranges): Ranges {
  const apart: (readonly [number, number])[] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last[1]) apart[apart.length - 1] = [last[0], Math.max(last[1], to)];
    else apart.push([from, to]);
  }
  return apart;
}

function isInside(ranges: Ranges, number: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]![1] < number) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low];
  return found !== undefined && found[0] <= number;
}

function bound(tokens: Tokens): number {
  if (tokens.isWord("max")) {
    tokens.next();
    return MAX;
  }
  const sign = tokens.take("-") ? -1 : 1;
  const number = tokens.peek.kind === "number" ? rangeOf(tokens.peek.text) : null;
  if (number === null) tokens.unexpected("a number");
  tokens.next();
  return sign * number;
}

/** A whole number in decimal, hexadecimal or octal; null = it is none. */
export function rangeOf(text: string): number | null {
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^(0[xX][0-9A-Fa-f]+|[1-9]\d*)$/.test(text) ? Number(text) : null;
}
