import type { Contract, Format } from "../model.ts";
import type { MapNode } from "../source/node.ts";
import { readDbt, recogniseDbt } from "./dbt.ts";
import { readChooChoo, readDcs, recogniseChooChoo, recogniseDcs } from "./dcs.ts";
import { ODCS_REQUIRED, readOdcs, recogniseOdcs } from "./odcs.ts";
import type { Source } from "./source.ts";

/** One row per format. `exclusive` formats name themselves by a marker: two markers in one file are refused. */
export interface ReaderRow {
  readonly title: string;
  readonly exclusive: boolean;
  readonly recognise: (root: MapNode, file: string) => boolean;
  readonly read: (source: Source) => Contract;
  /** Keys that `validate` asks for: each entry is satisfied by any of its alternatives, dots go inside. */
  readonly required: readonly (readonly string[])[];
}

export const READERS = {
  odcs: { title: "Open Data Contract Standard", exclusive: true, recognise: recogniseOdcs, read: readOdcs, required: ODCS_REQUIRED },
  dcs: {
    title: "Data Contract Specification",
    exclusive: true,
    recognise: recogniseDcs,
    read: readDcs,
    required: [["dataContractSpecification"], ["id"], ["info"], ["info.title"], ["info.version"]],
  },
  choochoo: {
    title: "ChooChoo contract",
    exclusive: false,
    recognise: recogniseChooChoo,
    read: readChooChoo,
    required: [["models", "fields"]],
  },
  dbt: { title: "dbt properties", exclusive: false, recognise: recogniseDbt, read: readDbt, required: [] },
} as const satisfies Record<Format, ReaderRow>;

/** The formats a document says it is, strongest marker first. Empty: no contract. */
export function recognise(root: MapNode, file: string): readonly Format[] {
  const formats = (Object.keys(READERS) as Format[]).filter((format) => READERS[format].recognise(root, file));
  const exclusive = formats.filter((format) => READERS[format].exclusive);
  return exclusive.length > 0 ? exclusive : formats.slice(0, 1);
}
