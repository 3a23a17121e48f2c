import type { DataObject, Link } from "../../model.ts";

/** What fields take from schemas of other files. Definition references are counted from the root of the tree: `schemas/a.yaml#/x`. */
export function linksOf(objects: readonly DataObject[]): readonly Link[] {
  return objects.flatMap(({ name, fields }) =>
    fields.flatMap((field) =>
      field.definitionRefs
        .filter((ref) => !ref.startsWith("#"))
        .map((ref): Link => {
          const [contract, fragment = ""] = ref.split("#", 2);
          const object = fragment.split("/").at(-1)!.replaceAll("~1", "/").replaceAll("~0", "~");
          return {
            upstream: { contract: contract!, object: object === "" ? null : object, field: null },
            downstream: { contract: null, object: name, field: field.path.join(".") },
            carrier: "$ref",
            pos: field.pos,
          };
        }),
    ),
  );
}
