import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { Inventory } from "../engine/contract/inventory.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import { readingRules } from "../engine/policy/words.ts";
import type { ContractComparer, Repository } from "./ports.ts";
import { readSide } from "./read-change.ts";
import { readReferenced } from "./read-references.ts";

/**
 * What stands in the changed files on each side, and before in those that were read along, compiled as a landed tree is: by each file and what it refers to, whatever the other
 * side holds. So the same files are the same contracts, whichever change brings them, and can be held against what was approved before.
 */
export async function submittedContracts(
  { repository, comparer }: { readonly repository: Repository; readonly comparer: ContractComparer },
  sides: { readonly base: string; readonly head: string },
  set: PolicySet,
  changed: readonly GovernedFile[],
  beside: readonly GovernedFile[],
): Promise<{ readonly base: Inventory; readonly head: Inventory }> {
  const { contracts } = set.config;
  const { governed } = sortChangedFiles(changed, contracts);
  const along = sortChangedFiles(beside, contracts).governed;
  const rules = readingRules(set);
  const inventory = async (side: "base" | "head", of: readonly GovernedFile[]) => {
    const files = await readSide(repository, side, of, contracts.maxFileBytes);
    const referenced = { base: [], head: await readReferenced(repository, sides[side], files, contracts) };
    return comparer.inventory({ base: [], head: files, files: of, outside: [], referenced, rules, withParts: true });
  };
  return { base: await inventory("base", [...governed, ...along]), head: await inventory("head", governed) };
}
