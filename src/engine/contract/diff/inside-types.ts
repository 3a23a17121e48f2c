import type { Contract, DataObject, Field, FieldType, Format, InnerTag } from "../model.ts";
import { type Definition, INSIDE_MAX, innerTags, insideOf } from "../readers/schema/inside.ts";
import { protects } from "./change.ts";

/** Formats whose fields name the types of other objects, also of other files. */
export const NAMING: ReadonlySet<Format> = new Set(["graphql", "protobuf", "avro"]);

/** Tells the fields of all contracts of one side which tags stand inside the types that they name, so that a type turned to an untagged twin is a loss. Null in place of a contract whose fields lead to more tags than can be compared. */
export function withTypesInside(contracts: readonly Contract[]): ReadonlyMap<Contract, Contract | null> {
  const told = new Map<Contract, Contract | null>();
  let count = 0;
  for (const [format, some] of Map.groupBy(contracts, (contract) => contract.format)) {
    if (!NAMING.has(format) || !some.some(protectsInside)) continue;
    const names = namesOf(some);
    const refsOf = new Map<Field, readonly string[]>();
    for (const contract of some) fieldRefs(contract, names, refsOf);
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
function fieldRefs(contract: Contract, names: Names, refsOf: Map<Field, readonly string[]>): void {
  const linked = linkedTo(contract);
  for (const { name, fields } of contract.objects) {
    const links = linked.get(name);
    for (const field of fields) {
      let refs: readonly string[] = NONE;
      for (let type: FieldType | null = field.type; type !== null; type = type.item) {
        if (type.ref !== null) refs = withRef(refs, resolved(type.ref, name, names));
      }
      for (const ref of links?.get(field.path.join(".")) ?? NONE) refs = withRef(refs, resolved(ref, name, names));
      if (refs.length > 0) refsOf.set(field, refs);
    }
  }
}

const NONE: readonly string[] = [];

function withRef(refs: readonly string[], ref: string | null): readonly string[] {
  return ref === null || refs.includes(ref) ? refs : [...refs, ref];
}

/** By object and field: the objects that links lead to. */
function linkedTo({ links }: Contract): ReadonlyMap<string | null, ReadonlyMap<string | null, ReadonlySet<string>>> {
  const linked = new Map<string | null, Map<string | null, Set<string>>>();
  for (const { carrier, upstream, downstream } of links) {
    if (carrier !== "type" || upstream.object === null) continue;
    const fields = linked.get(downstream.object) ?? new Map<string | null, Set<string>>();
    linked.set(downstream.object, fields);
    const known = fields.get(downstream.field);
    if (known === undefined) fields.set(downstream.field, new Set([upstream.object]));
    else known.add(upstream.object);
  }
  return linked;
}

interface Names {
  readonly all: ReadonlySet<string>;
  /** Some stand inside others: `p.M.Inner`. */
  readonly nested: boolean;
}

function namesOf(contracts: readonly Contract[]): Names {
  const all = new Set<string>();
  let nested = false;
  for (const { objects } of contracts)
    for (const { name } of objects) {
      all.add(name);
      nested ||= name.includes(".");
    }
  return { all, nested };
}

/** A name of another file is looked for from the inside out: `Other` in `p.M` may be `p.Other`. */
function resolved(ref: string, scope: string, { all, nested }: Names): string | null {
  for (let around = nested ? scope : ""; around !== ""; around = around.slice(0, Math.max(0, around.lastIndexOf(".")))) {
    if (all.has(`${around}.${ref}`)) return `${around}.${ref}`;
  }
  return all.has(ref) ? ref : null;
}

/** Objects of one name in several files (extensions) are one definition. */
function definitionsOf(contracts: readonly Contract[], refsOf: ReadonlyMap<Field, readonly string[]>): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  for (const [name, forms] of objectsByName(contracts)) {
    const own = forms.flatMap(({ tags }) => tags.filter(protects).map((tag): InnerTag => ({ at: "", tag })));
    const edges: { at: string; ref: string }[] = [];
    for (const { fields } of forms)
      for (const field of fields) {
        for (const tag of field.tags) if (protects(tag)) own.push({ at: field.path.join("."), tag });
        for (const ref of refsOf.get(field) ?? NONE) edges.push({ at: field.path.join("."), ref });
      }
    found.set(name, { own, edges });
  }
  return found;
}

function objectsByName(contracts: readonly Contract[]): ReadonlyMap<string, readonly DataObject[]> {
  return Map.groupBy(
    contracts.flatMap((contract) => contract.objects),
    ({ name }) => name,
  );
}
