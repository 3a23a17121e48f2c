import type { Problem } from "../problem.ts";
import { compileContract } from "./compile.ts";
import { readSide, type Watch } from "./diff/sides.ts";
import type { DiffInput } from "./diff.ts";
import type { CompiledContract } from "./finding.ts";
import type { LineageSummary } from "./lineage/model.ts";
import { summarise } from "./lineage/summary.ts";
import { References } from "./references.ts";

/** What stands in a set of files, without anything to compare it with. */
export interface Inventory {
  readonly contracts: readonly CompiledContract[];
  readonly lineage: readonly LineageSummary[];
  readonly unparseable: readonly Problem[];
}

/** Reads the head side of the input. Total; in path order. */
export function takeInventory({ head, referenced, rules }: DiffInput, watch: Watch = () => {}): Inventory {
  const references = new References([...referenced.head, ...head]);
  const read = head
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) => {
      watch(file.path);
      return readSide(file, rules, references);
    });
  watch(null);
  const contracts = read.flatMap((side) => (side.status === "contract" ? [side.contract] : []));
  return {
    contracts: contracts.map(compileContract),
    lineage: contracts.map(summarise),
    unparseable: read.flatMap((side) => (side.status === "unparseable" ? [side.problem] : [])),
  };
}
