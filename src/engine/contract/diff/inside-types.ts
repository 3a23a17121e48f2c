import type { Contract, Field, FieldType, Format, InnerTag } from "../model.ts";
import { type Definition, INSIDE_MAX, innerTags, insideOf } from "../readers/schema/inside.ts";
import { protects } from "./change.ts";

/** Formats whose fields name the types of other objects, also of other files. */
const NAMING: ReadonlySet<Format> = new Set(["graphql", "protobuf", "avro"]);

/** Tells the fields of all contracts of one side which tags stand inside the types that they name, so that a type turned to an untagged twin is a loss. Null in place of a contract whose fields lead to more tags than can be compared. */
export function withTypesInside(contracts: readonly Contract[]): ReadonlyMap<Contract, Contract | null> {
  const told = new Map<Contract, Contract | null>();
  let count = 0;
  for (const [format, some] of Map.groupBy(contracts, (contract) => contract.format)) {
    if (!NAMING.has(format) || !some.some(protectsInside)) continue;
    const names = new Set(some.flatMap(({ objects }) => objects.map(({ name }) => name)));
    const refsOf = new Map(some.flatMap((contract) => [...fieldRefs(contract, names)]));
    const tags = innerTags(definitionsOf(some, refsOf));
    if (tags.size === 0) continue;
    const withTags = (field: Field): Field => {
      const inner = insideOf(refsOf.get(field) ?? [], tags);
      count += inner.length;
      if (count > INSIDE_MAX) return field;
      // What stands on a scalar or enum is a tag of the field already.
      const isDoubled = ({ at, tag }: InnerTag) => at === "" && field.tags.some(({ key }) => key === tag.key);
      const inside = inner.some(isDoubled) ? inner.filter((each) => !isDoubled(each)) : inner;
      return inside.length === 0 ? field : { ...field, inside };
    };
    for (const contract of some) {
      const objects = contract.objects.map((object) => ({ ...object, fields: object.fields.map(withTags) }));
      told.set(contract, count > INSIDE_MAX ? null : { ...contract, objects });
    }
  }
  return told;
}

function protectsInside({ objects }: Contract): boolean {
  return objects.some(({ tags, fields }) => tags.some(protects) || fields.some((field) => field.tags.some(protects)));
}

/** The objects that the type of each field names. */
function fieldRefs(contract: Contract, names: ReadonlySet<string>): ReadonlyMap<Field, readonly string[]> {
  const linked = Map.groupBy(
    contract.links.filter(({ carrier, upstream }) => carrier === "type" && upstream.object !== null),
    ({ downstream }) => JSON.stringify([downstream.object, downstream.field]),
  );
  return new Map(
    contract.objects.flatMap(({ name, fields }) =>
      fields.flatMap((field): readonly (readonly [Field, readonly string[]])[] => {
        const links = linked.get(JSON.stringify([name, field.path.join(".")])) ?? [];
        const refs = [...typeRefs(field.type), ...links.map(({ upstream }) => upstream.object!)].flatMap((ref) =>
          resolved(ref, name, names),
        );
        return refs.length === 0 ? [] : [[field, [...new Set(refs)]]];
      }),
    ),
  );
}

function typeRefs(type: FieldType): readonly string[] {
  return [...(type.ref === null ? [] : [type.ref]), ...(type.item === null ? [] : typeRefs(type.item))];
}

/** A name of another file is looked for from the inside out: `Other` in `p.M` may be `p.Other`. */
function resolved(ref: string, scope: string, names: ReadonlySet<string>): readonly string[] {
  for (let around = scope; around !== ""; around = around.slice(0, Math.max(0, around.lastIndexOf(".")))) {
    if (names.has(`${around}.${ref}`)) return [`${around}.${ref}`];
  }
  return names.has(ref) ? [ref] : [];
}

/** Objects of one name in several files (extensions) are one definition. */
function definitionsOf(contracts: readonly Contract[], refsOf: ReadonlyMap<Field, readonly string[]>): ReadonlyMap<string, Definition> {
  const objects = Map.groupBy(
    contracts.flatMap((contract) => contract.objects),
    ({ name }) => name,
  );
  return new Map(
    [...objects].map(([name, forms]) => {
      const fields = forms.flatMap((form) => form.fields);
      const own = [
        ...forms.flatMap(({ tags }) => tags.filter(protects).map((tag): InnerTag => ({ at: "", tag }))),
        ...fields.flatMap((field) => field.tags.filter(protects).map((tag): InnerTag => ({ at: field.path.join("."), tag }))),
      ];
      const edges = fields.flatMap((field) => (refsOf.get(field) ?? []).map((ref) => ({ at: field.path.join("."), ref })));
      return [name, { own, edges }];
    }),
  );
}
