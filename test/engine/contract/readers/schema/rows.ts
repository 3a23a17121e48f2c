import type { Contract, Field, Tag } from "../../../../../src/engine/contract/model.ts";
import { readContract } from "../../../../../src/engine/contract/read.ts";
import { fileOf, rules } from "../../support.ts";

export type Written = Readonly<Record<string, unknown>>;

export function contractOf(written: Written | string, path = "c.json"): Contract {
  const reading = readContract(fileOf(path, typeof written === "string" ? written : JSON.stringify(written)), rules);
  if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
  return reading.contract;
}

/** `object.field type key …` for every field, then `object * key …` and `* key …` for what carries tags of its own. */
export function rowsOf(written: Written | string, more: (field: Field) => string = () => ""): readonly string[] {
  const contract = contractOf(written);
  return [
    ...contract.objects.flatMap(({ fields }) =>
      fields.map((field) =>
        [`${field.object}.${field.path.join(".")}`, field.type.logical, ...keys(field.tags), more(field)].filter(Boolean).join(" "),
      ),
    ),
    ...contract.objects.filter(({ tags }) => tags.length > 0).map(({ name, tags }) => [name, "*", ...keys(tags)].join(" ")),
    ...(contract.tags.length > 0 ? [["*", ...keys(contract.tags)].join(" ")] : []),
  ];
}

function keys(tags: readonly Tag[]): readonly string[] {
  return tags.map(({ key, value, opaque }) => (value === "true" || opaque ? key : `${key}=${value}`));
}
