import type { Link } from "../model.ts";
import { HOPS } from "./dependents.ts";
import { beside, type DeclaredLink, namesOfObject } from "./graph.ts";
import type { LineageSummary } from "./model.ts";

/** One contract, or one link that stands in no contract. `at` is its place in the order of reading. */
export type LineageRecord =
  | { readonly kind: "summary"; readonly at: number; readonly summary: LineageSummary }
  | { readonly kind: "link"; readonly at: number; readonly link: DeclaredLink };

/** Where a name occurs: which records answer to it, or lead to it. */
export type FindRecords = (name: string) => readonly LineageRecord[];

/** A contract that names a link is one step, what the link leads to another; one more for links at the far end, one for all that they may mean. */
const STEPS = 2 * HOPS + 2;

/**
 * All that can bear on who depends on `seeds` within the hops that count, and on what stands next to them: in a graph of these records
 * alone that part is the same as in a graph of all. In the order of reading.
 */
export function vicinityOf(find: FindRecords, seeds: readonly LineageSummary[]): readonly LineageRecord[] {
  const found = new Map<number, LineageRecord>();
  const asked = new Set<string>();
  let open: readonly string[] = seeds.flatMap(namesOfSummary);
  for (let step = 0; step < STEPS && open.length > 0; step += 1) {
    const next: string[] = [];
    for (const name of open) {
      if (asked.has(name)) continue;
      asked.add(name);
      for (const record of find(name)) {
        if (found.has(record.at)) continue;
        found.set(record.at, record);
        next.push(...namesOf(record));
      }
    }
    open = next;
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** The same for records in memory. */
export function recordFinder(records: readonly LineageRecord[]): FindRecords {
  const byName = new Map<string, LineageRecord[]>();
  for (const record of records)
    for (const name of new Set(namesOf(record))) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [record]);
      else known.push(record);
    }
  return (name) => byName.get(name) ?? [];
}

/** Every name under which the graph may find the record, or which it looks up because of it. */
export function namesOf(record: LineageRecord): readonly string[] {
  return record.kind === "summary" ? namesOfSummary(record.summary) : namesOfLink(record.link, record.link.file);
}

function namesOfSummary({ file, key, objects, links }: LineageSummary): readonly string[] {
  const names = [file, key];
  for (const { name, physicalName } of objects) names.push(`${file}#${name}`, ...namesOfObject(name, physicalName));
  for (const link of links) names.push(...namesOfLink(link, file));
  return names;
}

/** With the words that stand for an end which nobody answers to. */
function namesOfLink({ upstream, downstream }: Omit<Link, "pos">, file: string): readonly string[] {
  return [upstream, downstream].flatMap(({ contract, object }) => {
    if (contract === null) return object === null ? [] : [object];
    return [contract, beside(file, contract), ...(object === null ? [] : [`${contract}#${object}`])];
  });
}
