import type { Field, Tag } from "../../model.ts";
import type { Part } from "./closure.ts";
import type { SchemaDocument } from "./document.ts";
import { listAsTags } from "./marks.ts";

/**
 * Puts the tags of lists of property names (`x-pii: [email]`) on the fields that they name.
 * A name that no property has is a warning, and its tag stays on the object: a stale list protects nothing, and hides nothing.
 */
export function spreadLists(
  document: SchemaDocument,
  parts: readonly Part[],
  fields: readonly Field[],
  depth = 0,
): { readonly fields: readonly Field[]; readonly tags: readonly Tag[] } {
  const lists = parts.flatMap((part) => document.marksOf(part.map).lists.map((list) => ({ part, list })));
  if (lists.length === 0 || fields.length === 0) return { fields, tags: [] };
  const placed = new Map<string, Tag[]>();
  const stale: Tag[] = [];
  const byName = new Map<string, Field>();
  for (const field of fields) for (const name of namesOf(field, depth)) if (!byName.has(name)) byName.set(name, field);
  for (const { part, list } of lists) {
    const [sample] = listAsTags(part.map, list, document.source.vocabulary);
    if (sample === undefined) continue;
    for (const { text, pos } of list.names) {
      const field = byName.get(text);
      const at = part.at ?? pos;
      const scope = part.via.length === 0 ? "field" : "definition";
      const tag: Tag = { ...sample, value: "true", raw: text, pos: at, via: part.via, scope, opaque: false };
      if (field === undefined) {
        document.warn(`\`${list.key}\` names \`${text}\`, which is no property here`, at);
        stale.push({ ...tag, value: text.toLowerCase() });
      } else {
        const key = field.path.join("\0");
        placed.set(key, [...(placed.get(key) ?? []), tag]);
      }
    }
  }
  return { fields: fields.map((field) => withTags(field, placed.get(field.path.join("\0")))), tags: stale };
}

function withTags(field: Field, tags: readonly Tag[] | undefined): Field {
  return tags === undefined ? field : { ...field, tags: [...field.tags, ...tags] };
}

/** `address.street`, `contacts.[].email` also as `contacts.email`. */
function namesOf(field: Field, depth: number): readonly string[] {
  const path = field.path.slice(depth);
  const plain = path.filter((segment) => segment !== "[]").join(".");
  return plain === path.join(".") ? [plain] : [path.join("."), plain];
}
