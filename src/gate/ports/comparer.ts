import type { DiffInput } from "../../engine/contract/diff.ts";
import type { Comparison } from "../../engine/contract/finding.ts";
import type { Inventory } from "../../engine/contract/inventory.ts";

/**
 * Compares contract files that nobody vouches for. Never rejects because of their content: what takes too much time or memory
 * comes back as a `contract.unparseable` finding, and the caller goes on.
 */
export interface ContractComparer {
  compare(input: DiffInput): Promise<Comparison>;
  /** What stands on the head side, compared with nothing. */
  inventory(input: DiffInput): Promise<Inventory>;
}
