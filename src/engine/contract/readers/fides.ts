import type { Contract, DataObject, Field, Link, LinkEnd, Server, Tag, TagDefinition, TagScope } from "../model.ts";
import {
  booleanAt,
  canonical,
  child,
  listAt,
  looseMaps,
  type MapNode,
  mapsAt,
  type Node,
  ReadFailure,
  textAt,
  textsOf,
} from "../source/node.ts";
import { categoryKey, readWord, type Vocabulary } from "../vocabulary.ts";
import { blankContract, blankField, maskingOf, pairsOf, prose, refuseDuplicates, requiredText } from "./build.ts";
import { retentionOf } from "./parts.ts";
import type { Source } from "./source.ts";
import { physicalType } from "./type-names.ts";
import { watchedSections } from "./unrecognised.ts";

/** Datasets and taxonomies of Fides: lists whose items name themselves by `fides_key`. Connector configurations (`saas_config`) declare no data. */
export function recogniseFides(root: MapNode): boolean {
  return ["dataset", "data_category"].some((key) => {
    const node = root.entries.get(key)?.value;
    return node?.kind === "seq" && node.items.some((item) => item.kind === "map" && item.entries.has("fides_key"));
  });
}

const OWN_SECTIONS: ReadonlySet<string> = new Set(["dataset", "data_category"]);

/** One dataset is the contract and its categories hold for all of it; of several in one file, each collection says whose it is. */
export function readFides(source: Source): Contract {
  const { root, file, vocabulary } = source;
  const datasets = mapsAt(root, "dataset").map((node) => ({ node, key: requiredText(node, "a dataset", "fides_key") }));
  refuseDuplicates(
    datasets.map(({ node, key }) => ({ name: key, line: node.pos.line })),
    "dataset",
  );
  const only = datasets.length === 1 ? datasets[0]! : null;
  const parts = datasets.map(({ node, key }) => readDataset({ node, key, alone: only !== null, source }));
  const purposes = parts.flatMap((part) => part.purposes);
  const retention = datasets.map(({ node }) => textAt(node, "retention")).filter((words) => words !== null);
  return {
    ...blankContract("fides", file, root.pos),
    key: only?.key ?? file,
    name: only === null ? null : textAt(only.node, "name"),
    description: only === null ? null : prose(child(only.node, "description")),
    purpose: purposes.length === 0 ? null : [...new Set(purposes)].sort().join(", "),
    retention: retention.length === 0 ? null : retentionOf(retention.join(", "), root.pos),
    servers: datasets.flatMap(({ node, key }) => serversOf(node, key)),
    objects: [...parts.flatMap((part) => part.objects), ...watchedSections(source, OWN_SECTIONS)],
    tags: only === null ? [] : categoriesOf(only.node, vocabulary, "contract"),
    definitions: mapsAt(root, "data_category").map(definitionOf),
    links: parts.flatMap((part) => part.links),
  };
}

interface Dataset {
  readonly node: MapNode;
  readonly key: string;
  /** The only one of its file. */
  readonly alone: boolean;
  readonly source: Source;
}

/** What a collection or field takes over when it says nothing of its own. */
interface Around {
  readonly dataset: Dataset;
  readonly object: string;
  readonly qualifier: string | null;
}

function readDataset(dataset: Dataset): { objects: readonly DataObject[]; links: readonly Link[]; purposes: readonly string[] } {
  const { node, key, alone, source } = dataset;
  const collections = mapsAt(node, "collections").map((collection) => ({
    collection,
    name: requiredText(collection, "a collection", "name"),
  }));
  refuseDuplicates(
    collections.map(({ collection, name }) => ({ name, line: collection.pos.line })),
    `collection of \`${key}\``,
  );
  const outer = alone ? [] : categoriesOf(node, source.vocabulary, "contract");
  const links: Link[] = [];
  const objects = collections.map(({ collection, name }): DataObject => {
    const object = alone ? name : `${key}.${name}`;
    const qualifier = textAt(collection, "data_qualifier") ?? textAt(node, "data_qualifier");
    return {
      name: object,
      stableId: `${key}.${name}`,
      physicalName: null,
      description: prose(child(collection, "description")),
      fields: fieldsOf(collection, [], { dataset, object, qualifier }, links),
      tags: [...outer, ...categoriesOf(collection, source.vocabulary, "object")],
      quality: [],
      examples: [],
      pos: collection.pos,
    };
  });
  const purposes = [node, ...collections.map(({ collection }) => collection)].flatMap((each) => textsOf(child(each, "data_purposes")));
  return { objects, links, purposes };
}

/** Fields nest by `fields`; arrays do not add a step. */
function fieldsOf(parent: MapNode, parents: readonly string[], around: Around, links: Link[]): readonly Field[] {
  const fields = listAt(parent, "fields").map((node) => {
    if (node.kind !== "map") throw new ReadFailure("every item of `fields` must be a mapping", node.pos.line);
    return { node, name: requiredText(node, "a field", "name") };
  });
  refuseDuplicates(
    fields.map(({ node, name }) => ({ name, line: node.pos.line })),
    "field",
  );
  return fields.flatMap(({ node, name }) => {
    const path = [...parents, name];
    around.dataset.source.budget.field(path, node.pos);
    links.push(...linksOf(node, path, around));
    return [readField(node, path, around), ...fieldsOf(node, path, around, links)];
  });
}

function readField(node: MapNode, path: readonly string[], around: Around): Field {
  const meta = metaOf(node);
  const type = metaText(meta, "data_type");
  const isArray = type?.endsWith("[]") === true;
  const length = metaText(meta, "length");
  const qualifier = textAt(node, "data_qualifier") ?? around.qualifier;
  const masking = [maskingOf(meta.flatMap(pairsOf)), qualifier === null ? null : `data_qualifier=${JSON.stringify(qualifier)}`].filter(
    (part) => part !== null,
  );
  return {
    ...blankField(around.object, path, node.pos),
    type: { ...physicalType(type), ...(isArray ? { logical: "array" } : {}), ref: null, item: null },
    primaryKey: meta.map((each) => booleanAt(each, "primary_key")).find((each) => each !== null) ?? null,
    constraints: length === null ? {} : { maxLength: length },
    // How far data is pseudonymised is a promise like masking.
    masking: masking.length === 0 ? null : masking.join("; "),
    description: prose(child(node, "description")),
    tags: categoriesOf(node, around.dataset.source.vocabulary, "field"),
  };
}

/** The name of the tool's own section changed twice. */
function metaOf(node: MapNode): readonly MapNode[] {
  return ["fides_meta", "fidesops_meta", "fidesctl_meta"].flatMap((key) => looseMaps(child(node, key)));
}

function metaText(meta: readonly MapNode[], key: string): string | null {
  return meta.map((each) => textAt(each, key)).find((text) => text !== null) ?? null;
}

/** Categories as written beside the name; in the tool's own section they mean nothing to Fides and are told apart by their carrier. */
function categoriesOf(node: MapNode, vocabulary: Vocabulary, scope: TagScope): readonly Tag[] {
  return [{ at: node, carrier: "data_categories" }, ...metaOf(node).map((at) => ({ at, carrier: "fides_meta.data_categories" }))].flatMap(
    ({ at, carrier }) => categoryNodes(child(at, "data_categories")).flatMap((each) => categoryTag(each, carrier, vocabulary, scope)),
  );
}

function categoryNodes(node: Node | null): readonly Node[] {
  if (node === null) return [];
  return node.kind === "seq" ? node.items : [node];
}

/** Any word here is a category. One that no taxonomy declares is known as nothing, and still stands under the ones before its dots. */
function categoryTag(node: Node, carrier: string, vocabulary: Vocabulary, scope: TagScope): readonly Tag[] {
  if (node.kind !== "scalar") throw new ReadFailure("a data category is a text", node.pos.line);
  const raw = node.text.trim();
  if (raw === "") return [];
  const place = { raw, carrier, scope, pos: node.pos, via: [] };
  if (/^[\w.]+$/.test(raw)) {
    const key = categoryKey(raw);
    return [{ key, value: "true", ...place, known: vocabulary.categories.has(key), classifies: true, opaque: false }];
  }
  const reading = readWord(vocabulary, raw, true);
  return reading === null ? [] : [{ ...reading, ...place }];
}

/** `direction: from` says that the data comes from there; so does a reference without a direction. */
function linksOf(node: MapNode, path: readonly string[], { dataset, object }: Around): readonly Link[] {
  const own: LinkEnd = { contract: null, object, field: path.join(".") };
  return metaOf(node).flatMap((meta) =>
    looseMaps(child(meta, "references")).flatMap((reference): readonly Link[] => {
      const target = textAt(reference, "dataset");
      const [collection, ...field] = (textAt(reference, "field") ?? "").split(".");
      if (target === null || collection === undefined || collection === "") return [];
      const inside = target === dataset.key;
      const other: LinkEnd = {
        contract: inside ? null : target,
        object: inside && !dataset.alone ? `${target}.${collection}` : collection,
        field: field.length === 0 ? null : field.join("."),
      };
      const ends = textAt(reference, "direction") === "to" ? { upstream: own, downstream: other } : { upstream: other, downstream: own };
      return [{ ...ends, carrier: "references", pos: reference.pos }];
    }),
  );
}

/** Where the data is: the namespace of the store, and every country outside that it is sent to. */
function serversOf(node: MapNode, key: string): readonly Server[] {
  const namespace = metaOf(node).flatMap((meta) => looseMaps(child(meta, "namespace")));
  const countries = textsOf(child(node, "third_country_transfers"));
  return [
    ...namespace.map((each) => ({
      name: key,
      environment: null,
      region: textAt(each, "region"),
      identity: canonical(each),
      pos: each.pos,
    })),
    ...countries.map((country) => ({
      name: `transfer of ${key} to ${country}`,
      environment: null,
      region: country,
      identity: "",
      pos: node.pos,
    })),
  ];
}

const NOT_MEANING = new Set(["name", "description", "tags", "organization_fides_key", "version_added"]);

function definitionOf(node: MapNode): TagDefinition {
  const name = requiredText(node, "a data category", "fides_key");
  const entries = new Map([...node.entries].filter(([key]) => !NOT_MEANING.has(key)));
  return { name, key: categoryKey(name), says: canonical({ ...node, entries }), pos: node.pos };
}
