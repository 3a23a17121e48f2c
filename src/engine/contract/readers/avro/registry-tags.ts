import type { Problem } from "../../../problem.ts";
import type { Contract, DataObject, Field, Position, Tag, TagScope } from "../../model.ts";
import { type MapNode, type Node, ReadFailure } from "../../source/node.ts";
import { tagsDeclared } from "../declared.ts";
import type { Source } from "../source.ts";
import { fitsPath, hasWildcard, tagPath } from "./tag-path.ts";

/** Tags that a registry's metadata gives by path. */
export interface RegistryTags {
  readonly fields: ReadonlyMap<Field, readonly Tag[]>;
  readonly objects: ReadonlyMap<DataObject, readonly Tag[]>;
  /** Tags without a path. */
  readonly contract: readonly Tag[];
  readonly problems: Contract["problems"];
}

interface Rule {
  readonly path: string;
  readonly carrier: string;
  readonly value: Node;
  readonly pos: Position;
}

/** Letters of paths times letters of names. */
const WORK_MAX = 50_000_000;

/**
 * `metadata: {tags: {"**.ssn": [PII]}}` beside or in the schema, or `tags` as a mapping of paths at its root.
 * As in Confluent's registry a path is matched against `namespace.Record.field`. A path that fits only a shorter name (`User.ssn`, `ssn`)
 * tags the field too, as another, weaker statement: the registry would not see it.
 */
export function registryTags(root: MapNode, schema: MapNode, objects: readonly DataObject[], source: Source): RegistryTags {
  const fields = new Map<Field, Tag[]>();
  const tagged = new Map<DataObject, Tag[]>();
  const problems: Problem[] = [];
  const holders = [...new Set([root, schema])];
  const contract = holders.flatMap((node) => pathlessTags(node, source));
  const rules = holders.flatMap(rulesOf);
  refuseWork(rules, objects);
  for (const rule of rules) {
    const path = tagPath(rule.path);
    let found = 0;
    for (const object of objects) {
      if (fitsPath(path, object.name)) {
        found += 1;
        add(tagged, object, tagsOf(rule, "object", source));
      }
      for (const field of object.fields) {
        const at = field.path.length > 1 ? -1 : namesOf(object, field.name).findIndex((name) => fitsPath(path, name));
        if (at < 0) continue;
        found += 1;
        const tags = tagsOf(rule, "field", source);
        add(fields, field, at === 0 ? tags : tags.map((tag) => ({ ...tag, value: `${tag.value} by its short name` })));
      }
    }
    if (found > 0) continue;
    problems.push(unmatched(rule, source));
    // A plain word that names no field may be a label of the whole.
    if (!hasWildcard(path) && !path.includes(".")) contract.push(...tagsOf(rule, "contract", source));
  }
  return { fields, objects: tagged, contract, problems };
}

/** Metadata beside the paths. `sensitive` lists properties of the metadata itself. */
function pathlessTags(node: MapNode, source: Source): readonly Tag[] {
  const metadata = node.entries.get("metadata")?.value;
  const place = { vocabulary: source.vocabulary, scope: "contract", via: [] } as const;
  const told = (metadata?.kind === "map" ? [...metadata.entries.values()] : []).filter(({ key, value }) =>
    key === "tags" ? value.kind !== "map" : !(key === "sensitive" && value.kind === "seq"),
  );
  const flags = [...(mapIn(node, "tags")?.entries.values() ?? [])].filter(({ value }) => isFlag(value));
  const declared = [...told.map((entry) => ({ ...entry, under: "metadata." })), ...flags.map((entry) => ({ ...entry, under: "tags." }))];
  return declared.flatMap(({ key, value, keyPos, under }) =>
    tagsDeclared({ name: key, carrier: `${under}${key}`, value, pos: keyPos }, place),
  );
}

function rulesOf(node: MapNode): readonly Rule[] {
  const metadata = mapIn(node, "metadata");
  return [...pathsIn(metadata === null ? null : mapIn(metadata, "tags"), "metadata.tags"), ...pathsIn(mapIn(node, "tags"), "tags")];
}

function pathsIn(map: MapNode | null, carrier: string): readonly Rule[] {
  if (map === null) return [];
  const rules = [...map.entries.values()].map(({ key, keyPos, value }) => ({ path: key, carrier, value, pos: keyPos }));
  return carrier === "tags" ? rules.filter(({ value }) => !isFlag(value)) : rules;
}

function isFlag(node: Node): boolean {
  return node.kind === "scalar" && /^(true|false)$/i.test(node.text);
}

function mapIn(node: MapNode, key: string): MapNode | null {
  const inside = node.entries.get(key)?.value;
  return inside?.kind === "map" ? inside : null;
}

/** The full name, then shorter ones. */
function namesOf(object: DataObject, field: string): readonly string[] {
  return [`${object.name}.${field}`, `${object.name.slice(object.name.lastIndexOf(".") + 1)}.${field}`, field];
}

function refuseWork(rules: readonly Rule[], objects: readonly DataObject[]): void {
  if (rules.length === 0) return;
  const letters = rules.reduce((total, { path }) => total + path.length, 0);
  const names = objects.reduce(
    (total, { name, fields }) => total + fields.reduce((sum, field) => sum + 2 * name.length + 3 * field.name.length, name.length),
    0,
  );
  if (letters * names > WORK_MAX) throw new ReadFailure("more tag paths and fields than can be compared", rules[0]!.pos.line);
}

function tagsOf(rule: Rule, scope: TagScope, source: Source): readonly Tag[] {
  const place = { vocabulary: source.vocabulary, scope, via: [rule.path] };
  return tagsDeclared({ name: "tags", carrier: rule.carrier, value: rule.value, pos: rule.pos }, place);
}

function add<K>(map: Map<K, Tag[]>, key: K, tags: readonly Tag[]): void {
  map.set(key, [...(map.get(key) ?? []), ...tags]);
}

function unmatched(rule: Rule, source: Source): Problem {
  return {
    code: "E001",
    message: `the tag path \`${rule.path}\` matches no field of this file`,
    file: source.file,
    line: rule.pos.line,
    severity: "warning",
    hint: "a path is matched against `namespace.Record.field`; `**` spans dots",
  };
}
