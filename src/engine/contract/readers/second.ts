import { protects } from "../diff/change.ts";
import type { Contract, DataObject, Field, Tag } from "../model.ts";

/**
 * One file read in two ways: by a mapping of its path, and as the format that it looks like. The first says what stands there; what only the
 * second protects is added, to the same field where there is one: neither way of reading can hide a tag of the other.
 */
export function withTagsOf(first: Contract, second: Contract, title: string): Contract {
  const found = new Set<Field>();
  const alone = first.objects.length === 1 && second.objects.length === 1;
  const objects = first.objects.map((object): DataObject => {
    const other = alone ? second.objects[0]! : second.objects.find(({ name }) => name === object.name);
    if (other === undefined) return object;
    const byPath = new Map(other.fields.map((field) => [field.path.join("\0"), field]));
    const fields = object.fields.map((field) => {
      const same = byPath.get(field.path.join("\0"));
      if (same === undefined) return field;
      found.add(same);
      return { ...field, tags: joined(field.tags, same.tags) };
    });
    return { ...object, fields, tags: joined(object.tags, other.tags) };
  });
  const known = new Set(objects.map(({ name }) => name));
  const rest = second.objects.flatMap((object): readonly DataObject[] => {
    const fields = object.fields.filter((field) => !found.has(field) && field.tags.some(protects));
    const taken = alone || known.has(object.name);
    const tags = taken ? [] : object.tags.filter(protects);
    return fields.length + tags.length === 0 ? [] : [{ ...object, name: `${object.name} (${title})`, stableId: null, fields, tags }];
  });
  return { ...first, objects: [...objects, ...rest], tags: joined(first.tags, second.tags) };
}

function joined(own: readonly Tag[], others: readonly Tag[]): readonly Tag[] {
  const keys = new Set(own.map(({ key }) => key));
  return [...own, ...others.filter((tag) => protects(tag) && !keys.has(tag.key))];
}
