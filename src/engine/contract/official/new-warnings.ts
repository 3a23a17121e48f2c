import type { Problem } from "../../problem.ts";
import type { Contract, ContractFile } from "../model.ts";
import { decodeText } from "../source/text.ts";
import { parseTree } from "../source/tree.ts";
import { officialSchemaFor } from "./catalogue.ts";
import type { OfficialSchemas } from "./schemas.ts";
import { OFFICIAL_PROBLEMS_MAX, validateOfficially } from "./validate.ts";

/** Changed contracts that are compared with their schemas, in path order; `validate` compares all. */
export const OFFICIAL_FILES_MAX = 20;
/** Bytes of one file, likewise. */
export const OFFICIAL_BYTES_MAX = 128 * 1024;
/** Differences that are counted on each side before the new ones are told. */
const COUNTED_MAX = 1_000;

interface Sides<T> {
  readonly base: readonly T[];
  readonly head: readonly T[];
}

/**
 * What a change makes worse by the official schemas. A contract that never fitted must not weigh on every change to it: what the same
 * contract was already told in the same words at the base is left out, as often as it was told.
 */
export function newOfficialWarnings(files: Sides<ContractFile>, contracts: Sides<Contract>, schemas: OfficialSchemas): readonly Problem[] {
  const base = new Map(files.base.map((file) => [file.path, file]));
  const head = new Map(files.head.map((file) => [file.path, file]));
  return contracts.head
    .filter(({ format, specVersion }) => officialSchemaFor(format, specVersion).status !== "none")
    .slice(0, OFFICIAL_FILES_MAX)
    .flatMap((contract) => {
      const now = warningsOf(contract, head, schemas);
      if (now === null || now.length === 0) return [];
      const was = sameContract(contract, contracts.base);
      const before = was === null ? [] : warningsOf(was, base, schemas);
      return before === null ? [] : added(before, now).slice(0, OFFICIAL_PROBLEMS_MAX);
    });
}

/** Null: too large to be compared here. */
function warningsOf(contract: Contract, files: ReadonlyMap<string, ContractFile>, schemas: OfficialSchemas): readonly Problem[] | null {
  const { file, format, specVersion } = contract;
  const bytes = files.get(file)?.bytes ?? null;
  if (bytes === null || bytes.length > OFFICIAL_BYTES_MAX) return null;
  const root = parseTree(decodeText(bytes));
  return root?.kind === "map" ? validateOfficially({ file, root, format, specVersion }, schemas, COUNTED_MAX) : null;
}

function sameContract(contract: Contract, base: readonly Contract[]): Contract | null {
  return base.find(({ file }) => file === contract.file) ?? base.find(({ key }) => key === contract.key) ?? null;
}

function added(before: readonly Problem[], now: readonly Problem[]): readonly Problem[] {
  const open = new Map<string, number>();
  for (const { message } of before) open.set(message, (open.get(message) ?? 0) + 1);
  return now.filter(({ message }) => {
    const told = open.get(message) ?? 0;
    open.set(message, told - 1);
    return told <= 0;
  });
}
