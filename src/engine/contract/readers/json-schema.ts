import type { Contract, DataObject } from "../model.ts";
import { child, type MapNode, type Node, textAt } from "../source/node.ts";
import { blankContract, prose } from "./build.ts";
import { readPathItem } from "./openapi/operations.ts";
import { type Dialect, SchemaDocument } from "./schema/document.ts";
import { readObject } from "./schema/fields.ts";
import { withInside } from "./schema/inside.ts";
import { linksOf } from "./schema/links.ts";
import { holdsParts, isPart, readLooseParts } from "./schema/loose-parts.ts";
import { type Definition, definitionsIn, isRootSchema, isSchemaFile, pathItemsIn } from "./schema/recognise.ts";
import type { Source } from "./source.ts";

/** JSON Schema of any draft, and shared files of definitions: a mapping of names to schemas, at the root or below. */
export function recogniseJsonSchema(root: MapNode): boolean {
  return isSchemaFile(root) || holdsParts(root);
}

/** Drafts 4 to 2020-12. The root is an object of its own, each definition another. */
export function readJsonSchema(source: Source): Contract {
  const { root, file } = source;
  const draft = textAt(root, "$schema") ?? "";
  const document = new SchemaDocument(source, dialectOf(draft));
  const stem = fileStem(file);
  const title = textAt(root, "title");
  const whole = isRootSchema(root);
  const definitions = isPart(root) ? [] : definitionsIn(root);
  const rootObject = { name: title ?? stem, stableId: "#", pos: root.pos, node: root, pointer: "#" };
  const named = [...(whole ? [rootObject] : []), ...unambiguous(definitions, whole ? rootObject.name : null)];
  const told = new Map<string, DataObject>();
  const objects = named.map((each) => {
    const object = readObject(document, each);
    told.set(each.pointer, object);
    return object;
  });
  for (const { name, node, pos } of pathItemsIn(root)) objects.push(...readPathItem(document, name, node, pos));
  if (!whole) objects.push(...readLooseParts(document, root, stem));
  const read = withInside(document, objects, told);
  return {
    ...blankContract("jsonschema", file, root.pos),
    key: textAt(root, "$id") ?? (/^https?:/.test(textAt(root, "id") ?? "") ? textAt(root, "id")! : file),
    specVersion: draft,
    name: title ?? stem,
    version: textAt(root, "version", "x-version"),
    description: whole ? null : prose(child(root, "description")),
    objects: read,
    tags: whole ? [] : document.marksOf(extrasOf(root)).tags.map((tag) => ({ ...tag, scope: "contract" })),
    links: linksOf(read),
    problems: document.problems,
  };
}

function fileStem(file: string): string {
  return file
    .split("/")
    .at(-1)!
    .replace(/(\.schema)?\.[^.]*$/, "");
}

export function dialectOf(draft: string): Dialect {
  return { refSiblings: !/draft-0?[3-7]\b/.test(draft), identifiers: true };
}

/** Names that stand in two containers are told apart by their place. */
export function unambiguous(
  definitions: readonly Definition[],
  taken: string | null,
): readonly (Definition & { readonly stableId: string | null })[] {
  const times = Map.groupBy(definitions, ({ name }) => name);
  return definitions.map((each) => ({
    ...each,
    name: times.get(each.name)!.length > 1 || each.name === taken ? each.pointer : each.name,
    stableId: null,
  }));
}

/** At the root of a file of definitions a key is a name: only extensions can tag the file. */
function extrasOf(root: MapNode): MapNode {
  const extensions = [...root.entries].filter(
    ([key, { value }]: readonly [string, { readonly value: Node }]) => key.startsWith("x-") || value.kind !== "map",
  );
  return { ...root, entries: new Map(extensions) };
}
