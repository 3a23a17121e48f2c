import { diffContracts } from "../engine/contract/diff.ts";
import type { ContractComparer } from "./ports.ts";

/** Compares in the calling thread: for the command line, where whoever starts it can also end it. */
export const compareHere: ContractComparer = { compare: async (input) => diffContracts(input) };
