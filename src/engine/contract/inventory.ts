import type { Problem } from "../problem.ts";
import { compileContract } from "./compile.ts";
import { readSide } from "./diff/side.ts";
import type { Watch } from "./diff/sides.ts";
import type { DiffInput } from "./diff.ts";
import type { CompiledContract } from "./finding.ts";
import type { LineageSummary } from "./lineage/model.ts";
import { summarise } from "./lineage/summary.ts";
import { type ContractParts, contractParts } from "./parts.ts";
import { References } from "./references.ts";

/** What stands in a set of files, without anything to compare it with. */
export interface Inventory {
  readonly contracts: readonly CompiledContract[];
  readonly lineage: readonly LineageSummary[];
  readonly unparseable: readonly Problem[];
  /** What else the contracts say, where the input asks for it. */
  readonly parts: readonly ContractParts[];
}

/** Reads the head side of the input. Total; in path order. */
export function takeInventory({ head, referenced, rules, withParts = false }: DiffInput, watch: Watch = () => {}): Inventory {
  const references = new References([...referenced.head, ...head]);
  const contracts: CompiledContract[] = [];
  const lineage: LineageSummary[] = [];
  const unparseable: Problem[] = [];
  const parts: ContractParts[] = [];
  for (const file of head.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    watch(file.path);
    const side = readSide(file, rules, references);
    if (side.status === "unparseable") unparseable.push(side.problem);
    if (side.status !== "contract") continue;
    // A contract is let go once it is told: one takes ten times the memory of its file.
    contracts.push(compileContract(side.contract));
    lineage.push(summarise(side.contract));
    if (withParts) parts.push(contractParts(side.contract));
  }
  watch(null);
  return { contracts, lineage, unparseable, parts };
}
