import type { ContractFile, Format } from "./model.ts";
import { referencedPath } from "./references.ts";

/** Formats whose fields name types that other files may define. */
export const NAMING = ["graphql", "protobuf", "avro"] as const satisfies readonly Format[];
export type NamingFormat = (typeof NAMING)[number];

/** Formats without imports: any governed file of these extensions may define a name. */
export const NAMED_ANYWHERE: Readonly<Record<Exclude<NamingFormat, "protobuf">, readonly string[]>> = {
  graphql: ["graphql", "graphqls", "gql"],
  avro: ["avsc", "json"],
};

/** What a GraphQL schema is entered by stands under this name, which no type can have: nobody refers to it. */
export const SCHEMA_ROOTS = "(schema)";

/** A type of another file that a changed field names. `from`: the file whose import it is; null for a name of the formats without imports. */
export interface WantedType {
  readonly format: NamingFormat;
  readonly name: string;
  readonly from: string | null;
}

/** What stands for a wanted type in sets and lists. */
export function wantedKey({ format, name, from }: WantedType): string {
  return JSON.stringify([format, name, from]);
}

export function isNaming(format: Format): format is NamingFormat {
  return NAMING.some((each) => each === format);
}

/** Types that come with every compiler are nobody's data. */
export function isBuiltIn(ref: string): boolean {
  return ref.startsWith("google.protobuf.");
}

/** True for a file that may define types of the format, by its name. */
export function mayHoldTypes(path: string, format: Exclude<NamingFormat, "protobuf">): boolean {
  return NAMED_ANYWHERE[format].some((extension) => path.toLowerCase().endsWith(`.${extension}`));
}

/** Where an import may lead: counted from the file's own folder and from each folder around it, the root of the tree last. */
export function importPaths(from: string, path: string): readonly string[] {
  if (path.startsWith("google/protobuf/")) return [];
  const folders = from.split("/").slice(0, -1);
  const found = [...folders.keys(), folders.length].flatMap((at) => referencedPath([...folders.slice(0, at), ""].join("/"), path) ?? []);
  return [...new Set(found)].reverse();
}

/** The last part of a name: what is looked for in texts. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

const KEYWORDS = "type|interface|input|enum|scalar|union";

/**
 * A POSIX extended expression for the lines that may define one of the names. It takes too many lines rather than too few: the name may stand
 * alone on the line after its keyword, and JSON may write any of its letters as an escape.
 */
export function definitionLines(format: Exclude<NamingFormat, "protobuf">, names: readonly string[]): string {
  const any = `(${names.join("|")})`;
  if (format === "graphql")
    return `(^|[^_[:alnum:]])(${KEYWORDS})[^_[:alnum:]]+${any}([^_[:alnum:]]|$)|^[^_[:alnum:]]*${any}([^_[:alnum:]]|$)`;
  return `(^|name)[^_[:alnum:]]*([_[:alnum:].]*[.])?${any}([^_[:alnum:]]|$)|\\\\u[0-9a-fA-F]{4}`;
}

/** True when the text may define the name; always for a file that cannot be read. Too often rather than too rarely. */
export function mayDefine({ bytes }: ContractFile, name: string): boolean {
  if (bytes === null) return true;
  const text = textOf(bytes);
  return text.includes(lastPart(name)) || /\\u[0-9a-f]{4}/i.test(text);
}

/** Memory of mayDefine: each name asks for the same few files. */
const texts = new WeakMap<Uint8Array, string>();

function textOf(bytes: Uint8Array): string {
  const known = texts.get(bytes) ?? new TextDecoder("utf-8").decode(bytes);
  texts.set(bytes, known);
  return known;
}
