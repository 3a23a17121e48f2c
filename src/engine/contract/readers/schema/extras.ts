import type { Tag, TagScope } from "../../model.ts";
import type { MapNode, Node } from "../../source/node.ts";
import type { SchemaDocument } from "./document.ts";
import { classifying } from "./marks.ts";

/** What extensions (and labels that classify) say about an operation, a message, or the whole document. */
export function extensionTags(document: SchemaDocument, scope: TagScope, ...nodes: readonly (Node | null | undefined)[]): readonly Tag[] {
  return nodes.flatMap((node) =>
    node?.kind === "map" ? classifying(document.marksOf(node).tags).map((tag): Tag => ({ ...tag, scope })) : [],
  );
}

/** As extensionTags; the document's own `tags` only describe labels and put them on nothing. */
export function documentTags(document: SchemaDocument, root: MapNode, info: MapNode | null): readonly Tag[] {
  const entries = new Map([...root.entries].filter(([key]) => key !== "tags"));
  return extensionTags(document, "contract", { ...root, entries }, info);
}
