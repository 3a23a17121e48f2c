import type { DataObject, Link, NamedType, TagDefinition } from "../../model.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import type { Definition, Schema } from "./syntax.ts";
import type { TypeUses } from "./type-uses.ts";
import { isMasking, type SchemaTypes } from "./types.ts";

/** One type, interface or input as it stands in one place, and what its fields refer to. */
export interface Part {
  readonly object: DataObject;
  readonly links: readonly Link[];
}

/** What was made of one version of a schema. */
export interface SchemaVersion {
  readonly schema: Schema;
  readonly vocabulary: Vocabulary;
  readonly types: SchemaTypes;
  readonly uses: TypeUses;
  readonly fieldless: readonly DataObject[];
  readonly told: readonly NamedType[];
  readonly parts: Map<Definition, Part>;
  readonly tagDefinitions: Map<Definition, readonly TagDefinition[]>;
}

/** By path: versions that were read before in the same comparison. The other one of a file is made anew only where it differs. */
export type SchemaVersions = Map<string, SchemaVersion>;

/**
 * True when nothing has changed that a field could be read differently by: the definitions of directives, scalars, enums and unions, the
 * names of all types, and what masks on them.
 */
export function isReadAlike(before: readonly Definition[], after: readonly Definition[]): boolean {
  return before.length === after.length && before.every((was, at) => was === after[at] || isOnlyInside(was, after[at]!));
}

function isOnlyInside(was: Definition, is: Definition): boolean {
  if (was.keyword !== is.keyword || was.isExtension !== is.isExtension || was.name !== is.name) return false;
  if (was.keyword !== "type" && was.keyword !== "interface" && was.keyword !== "input") return false;
  return !was.directives.some(isMasking) && !is.directives.some(isMasking);
}
