import type { Contract } from "../model.ts";
import { child, type MapNode, mapAt, ReadFailure, textAt, textsOf } from "../source/node.ts";
import { tagsIn } from "../tags.ts";
import { blankContract, examplesOf, prose, qualityOf, refuseDuplicates } from "./build.ts";
import { type ReaderLookup, readEmbedded } from "./embedded.ts";
import { modelLinks } from "./links.ts";
import { readModels, readShared } from "./models.ts";
import { purposeOf } from "./odcs.ts";
import { consumersOf, ownersOf, rolesOf, serverOf, serviceLevelsOf, slasOf } from "./parts.ts";
import type { Source } from "./source.ts";

export function recogniseDcs(root: MapNode): boolean {
  return root.entries.has("dataContractSpecification");
}

/** Data Contract Specification 0.9 to 1.2.1. */
export function readDcs(source: Source, readerOf: ReaderLookup): Contract {
  const read: Contract = {
    ...readModelContract(source),
    format: "dcs",
    specVersion: textAt(source.root, "dataContractSpecification") ?? "",
  };
  const schema = child(source.root, "schema");
  if (schema === null) return read;
  if (schema.kind !== "map") throw new ReadFailure("fields inside an embedded `schema` cannot be read: declare `models`", schema.pos.line);
  const inside = readEmbedded(schema, source, readerOf);
  const objects = [...read.objects, ...inside.objects];
  refuseDuplicates(
    objects.map(({ name, pos }) => ({ name, line: pos.line })),
    "model",
  );
  return {
    ...read,
    objects,
    tags: [...read.tags, ...inside.tags],
    examples: [...read.examples, ...inside.examples],
    definitions: [...read.definitions, ...inside.definitions],
    links: [...read.links, ...inside.links],
    problems: [...read.problems, ...inside.problems],
  };
}

/** ChooChoo contracts: `models[].fields[]` as lists or mappings, told by their content or by the name `*.contract.yaml`. */
export function recogniseChooChoo(root: MapNode, file: string): boolean {
  const models = child(root, "models");
  const inside =
    models?.kind === "seq" ? models.items : models?.kind === "map" ? [...models.entries.values()].map((entry) => entry.value) : [];
  if (inside.some((model) => model.kind === "map" && model.entries.has("fields"))) return true;
  return /\.contract\.(ya?ml|json)$/i.test(file) && (root.entries.has("models") || root.entries.has("fields"));
}

export function readChooChoo(source: Source): Contract {
  const metadata = mapAt(source.root, "metadata");
  const read = readModelContract(source);
  const key = metadata === null ? null : textAt(metadata, "id");
  const tags = metadata === null ? [] : tagsIn(metadata, { vocabulary: source.vocabulary, scope: "contract", via: [] });
  return {
    ...read,
    key: read.key === source.file && key !== null ? key : read.key,
    format: "choochoo",
    specVersion: textAt(source.root, "contractVersion", "specVersion", "apiVersion") ?? "",
    version: read.version ?? (metadata === null ? null : textAt(metadata, "version")),
    tags: [...read.tags, ...tags],
  };
}

function readModelContract(source: Source): Contract {
  const { root, file } = source;
  const place = { vocabulary: source.vocabulary, scope: "contract", via: [] } as const;
  const info = mapAt(root, "info");
  const terms = mapAt(root, "terms");
  const about = info ?? root;
  const servers = serversOf(root);
  const owner = textsOf(child(about, "owner"));
  const levels = child(root, "servicelevels", "serviceLevels");
  const models = readModels(source);
  return {
    ...blankContract("dcs", file, root.pos),
    key: textAt(root, "id") ?? file,
    name: textAt(about, "title", "name"),
    version: textAt(about, "version"),
    status: textAt(about, "status"),
    purpose:
      child(root, "description")?.kind === "map" && info === null
        ? purposeOf(mapAt(root, "description")!, "purpose")
        : purposeOf(about, "description", terms === null ? null : child(terms, "usage")),
    owners: owner.length > 0 ? owner : ownersOf(root),
    ...(levels?.kind === "map" ? serviceLevelsOf(levels) : slasOf(root)),
    quality: qualityOf(root, "quality"),
    servers: servers.map(([name, node]) => serverOf(node, name)),
    roles: [...rolesOf(root), ...servers.flatMap(([, node]) => rolesOf(node))],
    consumers: consumersOf(root),
    objects: [...models, ...readShared(source, models)],
    links: modelLinks(root),
    examples: examplesOf(child(root, "examples"), child(root, "example")),
    tags: [...tagsIn(root, place), ...(info === null ? [] : tagsIn(info, place))],
  };
}

/** `servers` by name, or a list of servers that name themselves. */
function serversOf(root: MapNode): readonly (readonly [string, MapNode])[] {
  const node = child(root, "servers");
  if (node?.kind === "map")
    return [...node.entries.values()].flatMap(({ key, value }) => (value.kind === "map" ? [[key, value] as const] : []));
  if (node?.kind !== "seq") return [];
  return node.items.flatMap((item) => (item.kind === "map" ? [[textAt(item, "server", "name") ?? prose(item) ?? "", item] as const] : []));
}
