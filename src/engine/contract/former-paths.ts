import type { Finding } from "./finding.ts";
import { MOVED } from "./finding-codes.ts";

/** Of each contract that stands elsewhere now, where it and what it holds stood. */
export type FormerPaths = ReadonlyMap<string, readonly string[]>;

export function formerPaths(findings: readonly Finding[]): FormerPaths {
  const moves = findings.filter(({ code }) => code === MOVED);
  return new Map(
    [...Map.groupBy(moves, ({ contract }) => contract)].map(([contract, of]) => [contract, of.flatMap(({ before }) => before ?? [])]),
  );
}
