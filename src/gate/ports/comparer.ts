import type { DiffInput } from "../../engine/contract/diff.ts";
import type { Comparison } from "../../engine/contract/finding.ts";

/**
 * Compares contract files that nobody vouches for. Never rejects because of their content: what takes too much time or memory
 * comes back as a `contract.unparseable` finding, and the caller goes on.
 */
export interface ContractComparer {
  compare(input: DiffInput): Promise<Comparison>;
}
