import type { Contract, Format, Tag } from "../model.ts";
import { child, type MapNode, textAt } from "../source/node.ts";
import { readWords } from "../tags.ts";
import { type ReaderLookup, readEmbedded } from "./embedded.ts";
import type { Source } from "./source.ts";

/** What a schema registry calls the languages that it keeps quoted, beside Avro, which has a reader of its own for that. */
const TYPES: Readonly<Record<string, Format>> = { JSON: "jsonschema", PROTOBUF: "protobuf" };

/** A registry's request around a quoted JSON Schema or Protocol Buffers file; null for everything else. */
export function readRegistryRequest(source: Source, readerOf: ReaderLookup): Contract | null {
  const { root } = source;
  const type = textAt(root, "schemaType")?.toUpperCase() ?? "";
  const schema = child(root, "schema");
  if (schema?.kind !== "scalar" || !Object.hasOwn(TYPES, type) || (type === "JSON" && !/^\s*\{/.test(schema.text))) return null;
  const said = { kind: "scalar", text: TYPES[type]!, plain: false, pos: schema.pos } as const;
  const quoted: MapNode = {
    kind: "map",
    pos: schema.pos,
    entries: new Map([
      ["type", { key: "type", keyPos: schema.pos, value: said }],
      ["specification", { key: "specification", keyPos: schema.pos, value: schema }],
    ]),
  };
  const inside = readEmbedded(quoted, source, readerOf);
  return { ...inside, key: inside.key === inside.file ? source.file : inside.key, tags: [...inside.tags, ...pathTags(source)] };
}

/** `metadata: {tags: {"**.ssn": [PII]}}`: held for the whole, each with its path, which the registry matches and we do not. */
function pathTags({ root, vocabulary }: Source): readonly Tag[] {
  const metadata = child(root, "metadata");
  const paths = metadata?.kind === "map" ? child(metadata, "tags") : null;
  if (paths?.kind !== "map") return [];
  return [...paths.entries.values()].flatMap(({ key, keyPos, value }) => {
    const texts = value.kind === "seq" ? value.items.flatMap((item) => (item.kind === "scalar" ? [item.text] : [])) : [];
    return texts.flatMap((text) =>
      readWords(vocabulary, text, false).map(
        ([raw, reading]): Tag => ({
          ...reading,
          value: key,
          raw,
          carrier: "metadata.tags",
          scope: "contract",
          pos: keyPos,
          via: [],
        }),
      ),
    );
  });
}
