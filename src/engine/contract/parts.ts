import { canonicalJson, digest } from "../canonical.ts";
import type { Contract, DataObject, Field } from "./model.ts";

/** What a contract says beside its compiled form: a digest for each part, so that two can be held against each other by name. */
export interface ContractParts {
  readonly file: string;
  readonly parts: Readonly<Record<Part, string>>;
}
export type Part = keyof typeof PARTS;

/** Words for people (names, descriptions) are no part, nor is who owns it, since digests are kept for ever, nor where something stands. */
const PARTS = {
  status: ({ status }: Contract) => status,
  terms: ({ purpose, slas, consumers }: Contract) => ({ purpose, slas, consumers }),
  quality: (contract: Contract) => [
    contract.quality,
    eachObject(
      contract,
      ({ quality }) => quality,
      ({ quality }) => quality,
    ),
  ],
  servers: ({ servers }: Contract) => servers,
  access: ({ roles }: Contract) => roles,
  fields: (contract: Contract) => eachObject(contract, objectSays, fieldSays),
  types: ({ types, definitions }: Contract) => ({ types, definitions }),
  lineage: ({ links }: Contract) => links,
} as const satisfies Record<string, (contract: Contract) => unknown>;

export function contractParts(contract: Contract): ContractParts {
  const parts = Object.entries(PARTS).map(([part, of]) => [part, digest("countersign/contract-part/v1", plain(of(contract)))]);
  return { file: contract.file, parts: Object.fromEntries(parts) as ContractParts["parts"] };
}

/** Parts that the two do not say alike; a part that one of them was not asked for is not compared. */
export function differingParts(approved: ContractParts, base: ContractParts): readonly string[] {
  const [was, is]: readonly Readonly<Record<string, string | undefined>>[] = [approved.parts, base.parts];
  return Object.keys(is!).filter((part) => was![part] !== undefined && was![part] !== is![part]);
}

function eachObject(contract: Contract, ofObject: (object: DataObject) => unknown, ofField: (field: Field) => unknown): unknown {
  return contract.objects.map((object) => ({
    name: object.name,
    says: ofObject(object),
    fields: object.fields.map((field) => ({ path: field.path.join("."), says: ofField(field) })),
  }));
}

function objectSays({ physicalName, stableId, aliases, input, extension }: DataObject): unknown {
  return { physicalName, stableId, aliases, input, extension };
}

function fieldSays(field: Field): unknown {
  const { physicalName, aliases, stableId, number, type, nullable, required, unique, primaryKey, constraints, default: fallback } = field;
  const { enum: values, format, deprecated, definitionRefs, origins } = field;
  return {
    ...{ physicalName, aliases, stableId, number, type, nullable, required, unique, primaryKey, constraints, fallback },
    ...{ values, format, deprecated, definitionRefs, origins },
  };
}

/** Without positions, and every list in one order: what is only written elsewhere or in another order says the same. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item)).map((item) => [canonicalJson(item), item] as const);
    return items.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
  }
  if (typeof value !== "object" || value === null) return value ?? null;
  const kept = Object.entries(value).filter(([key, each]) => key !== "pos" && each !== undefined);
  return Object.fromEntries(kept.map(([key, each]) => [key, plain(each)]));
}
