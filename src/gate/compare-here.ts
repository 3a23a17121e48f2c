import { diffContracts } from "../engine/contract/diff.ts";
import { takeInventory } from "../engine/contract/inventory.ts";
import type { OfficialSchemas } from "../engine/contract/official/schemas.ts";
import type { ContractComparer } from "./ports.ts";

/** Compares in the calling thread: for the command line, where whoever starts it can also end it. */
export const compareHere: ContractComparer = {
  compare: async (input) => diffContracts(input),
  inventory: async (input) => takeInventory(input),
};

/** The same, and contracts that changed are compared with the schemas of their standards. */
export function compareHereWith(schemas: OfficialSchemas): ContractComparer {
  return { ...compareHere, compare: async (input) => diffContracts(input, undefined, schemas) };
}
