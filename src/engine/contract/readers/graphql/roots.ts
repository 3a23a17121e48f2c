import type { DataObject, Field } from "../../model.ts";
import { SCHEMA_ROOTS } from "../../type-places.ts";
import { blankField, refuseDuplicates } from "../build.ts";
import type { Definition, FieldNode } from "./syntax.ts";
import type { TypeUses } from "./type-uses.ts";

const IMPLIED: Readonly<Record<string, string>> = { query: "Query", mutation: "Mutation", subscription: "Subscription" };

/**
 * The types that a schema is entered by, as an object of their own: `schema { query: Query }`, or, where no schema is written, the types
 * that the language takes by their names. Whoever asks finds nothing else.
 */
export function rootsOf(definitions: readonly Definition[], uses: TypeUses): readonly DataObject[] {
  const schemas = definitions.filter(({ keyword }) => keyword === "schema");
  const written = schemas.flatMap(({ fields }) => fields);
  refuseDuplicates(
    written.map(({ name, pos }) => ({ name, line: pos.line })),
    "operation",
  );
  const roots = new Map(written.map((node): [string, Root] => [node.name, node]));
  if (schemas.every(({ isExtension }) => isExtension)) {
    const types = new Map(definitions.flatMap((node) => (node.keyword === "type" && !node.isExtension ? [[node.name, node]] : [])));
    for (const [name, type] of Object.entries(IMPLIED)) {
      const node = types.get(type);
      if (node !== undefined && !roots.has(name)) roots.set(name, { name, type, pos: node.namePos });
    }
  }
  if (roots.size === 0) return [];
  const fields = [...roots.values()].map((root) => rootOf(root, uses));
  const pos = schemas[0]?.pos ?? fields[0]!.pos;
  const object = { stableId: null, physicalName: null, description: null, tags: [], quality: [], examples: [] };
  return [{ ...object, name: SCHEMA_ROOTS, fields, pos }];
}

type Root = Pick<FieldNode, "name" | "type" | "pos">;

function rootOf({ name, type, pos }: Root, uses: TypeUses): Field {
  return { ...blankField(SCHEMA_ROOTS, [name], pos), type: uses.of(type).type };
}
