import { readDefinition } from "./definitions.ts";
import { KeptAtEnd, keptAtStart } from "./kept.ts";
import { refuse } from "./refuse.ts";
import { Doubt, END, Scanner } from "./scanner.ts";
import type { Definition, Schema } from "./syntax.ts";

/**
 * The definitions of a schema; null for a document of queries alone. Throws ReadFailure with a line.
 * @param earlier another version, read as a whole: definitions with the same tokens at the same place are taken from there.
 */
export function parseSchema(text: string, earlier: Schema | null = null): Schema | null {
  let line = 1;
  try {
    if (!text.isWellFormed()) throw new Doubt();
    const scan = new Scanner(text);
    const definitions: Definition[] = earlier === null ? [] : keptAtStart(earlier, scan);
    const kept = earlier === null ? null : new KeptAtEnd(earlier, text);
    do {
      const rest = kept?.rest(scan) ?? null;
      if (rest !== null) return { text, definitions: [...definitions, ...rest.definitions], tokens: rest.tokens };
      line = scan.line;
      definitions.push(readDefinition(scan));
    } while (scan.kind !== END);
    return { text, definitions, tokens: scan.tokens };
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
    return refuse(text, line);
  }
}
