import type { Contract, DataObject, Field, Tag } from "../model.ts";
import { booleanAt, canonical, child, listAt, looseMaps, type MapNode, mapAt, mapsAt, type Node, textAt, textsOf } from "../source/node.ts";
import { type TagPlace, tagsDeepIn, tagsIn } from "../tags.ts";
import { blankContract, blankField, examplesOf, maskingOf, pairsOf, prose, refuseDuplicates, requiredText } from "./build.ts";
import { isRule, numberOf, versioned } from "./dbt/versions.ts";
import { dbtLinks } from "./links.ts";
import type { Source } from "./source.ts";
import { physicalType } from "./type-names.ts";
import { watchedSections } from "./unrecognised.ts";

const SECTIONS = ["models", "seeds", "snapshots", "analyses"] as const;
/** Sections without data of their own; what is tagged in any other is watched. */
const NO_DATA = new Set<string>([...SECTIONS, "sources", "version", "unit_tests", "data_tests", "macros", "groups"]);

export function recogniseDbt(root: MapNode): boolean {
  return [...SECTIONS, "sources"].some((section) => root.entries.get(section)?.value.kind === "seq");
}

/** dbt properties: models, seeds, snapshots and the tables of sources. The file is the contract; it has no id of its own. */
export function readDbt(source: Source): Contract {
  const { root, file, vocabulary } = source;
  const objects = [
    ...watchedSections(source, NO_DATA),
    ...SECTIONS.flatMap((section) =>
      root.entries.get(section)?.value.kind === "seq" ? mapsAt(root, section).flatMap((node) => readModel(node, section, vocabulary)) : [],
    ),
    ...(root.entries.get("sources")?.value.kind === "seq" ? mapsAt(root, "sources").flatMap((node) => readSource(node, vocabulary)) : []),
  ];
  refuseDuplicates(
    objects.map(({ name, pos }) => ({ name, line: pos.line })),
    "model",
  );
  const rows = unitTestRows(root);
  const shown = objects.map((object) => ({ ...object, examples: [...object.examples, ...(rows.get(object.name) ?? [])].sort() }));
  const names = new Set(objects.map(({ name }) => name));
  const examples = [...rows].flatMap(([model, own]) => (names.has(model) ? [] : own)).sort();
  return {
    ...blankContract("dbt", file, root.pos),
    specVersion: textAt(root, "version") ?? "",
    objects: shown,
    examples,
    links: dbtLinks(root),
  };
}

/** The model, and each of its versions. */
function readModel(node: MapNode, section: (typeof SECTIONS)[number], vocabulary: Source["vocabulary"]): readonly DataObject[] {
  const own = requiredText(node, "a model", "name");
  // Nothing refers to an analysis: it may be called like a model.
  if (section === "analyses") return [readObject(node, `analyses.${own}`, null, [], vocabulary)];
  const model = readObject(node, own, modelStore(node, own), [], vocabulary);
  const versions = mapsAt(node, "versions").map((version) => {
    const v = numberOf({ node: version });
    return { node: version, own: readObject(version, `${own}.v${v}`, modelStore(version, `${own}_v${v}`, node), [], vocabulary) };
  });
  return versions.length === 0 ? [model] : versioned(model, node, versions);
}

/** Tags of a source reach its tables. */
function readSource(node: MapNode, vocabulary: Source["vocabulary"]): readonly DataObject[] {
  const name = requiredText(node, "a source", "name");
  const place: TagPlace = { vocabulary, scope: "object", via: [] };
  return mapsAt(node, "tables").map((table) => {
    const own = requiredText(table, "a source table", "name");
    const store = [textAt(node, ...DATABASES), textAt(node, ...SCHEMAS) ?? name, textAt(table, "identifier") ?? own];
    return readObject(table, `${name}.${own}`, storedIn(store, [table, node]), dbtTags(node, place), vocabulary);
  });
}

const DATABASES = ["database", "catalog", "project"] as const;
const SCHEMAS = ["schema", "dataset"] as const;

/** Where the model is built, as far as the file says: tags hold for what stands there. `around`: the model that a version is of. */
function modelStore(node: MapNode, name: string, around: MapNode | null = null): string {
  const configs = [node, around].flatMap((each) => (each === null ? [] : [mapAt(each, "config") ?? each, each]));
  const told = (keys: readonly string[]) => configs.map((config) => textAt(config, ...keys)).find((text) => text !== null) ?? null;
  const alias = [mapAt(node, "config"), node].map((config) => (config === null ? null : textAt(config, "alias", "identifier")));
  const parts = [told([...DATABASES, "target_database"]), told([...SCHEMAS, "target_schema"]), alias.find((text) => text !== null) ?? name];
  return storedIn(parts, around === null ? [node] : [node, around]);
}

/**
 * @param around where it may be switched off: what is, dbt neither builds nor documents, and its tags reach nobody. The nearest counts; what
 * it will be when dbt has rendered it nobody can tell. dbt reads YAML 1.1, where `no` and `off` are false.
 */
function storedIn(parts: readonly (string | null)[], around: readonly MapNode[]): string {
  const place = parts.filter((part) => part !== null).join(".");
  const said = around.flatMap((node) => textAt(mapAt(node, "config") ?? node, "enabled", "+enabled") ?? []);
  const enabled = said[0]?.trim().toLowerCase() ?? "true";
  if (/^(true|yes|on|y)$/.test(enabled)) return place;
  return /^(false|no|off|n)$/.test(enabled) ? `${place} (disabled)` : `${place} (enabled: ${enabled})`;
}

function readObject(
  node: MapNode,
  name: string,
  physicalName: string | null,
  outer: readonly Tag[],
  vocabulary: Source["vocabulary"],
): DataObject {
  const columns = mapsAt(node, "columns").filter((column) => !isRule(column));
  const fields = columns.map((column) => readColumn(column, name, vocabulary));
  refuseDuplicates(
    fields.map((field) => ({ name: field.name, line: field.pos.line })),
    "column",
  );
  return {
    name,
    stableId: null,
    physicalName,
    description: prose(child(node, "description")),
    fields,
    tags: [...outer, ...dbtTags(node, { vocabulary, scope: "object", via: [] })],
    quality: testsOf(node),
    examples: examplesOf(child(node, "examples")),
    pos: node.pos,
  };
}

function readColumn(node: MapNode, object: string, vocabulary: Source["vocabulary"]): Field {
  const name = requiredText(node, "a column", "name");
  const tests = testsOf(node);
  const constraints = looseMaps(child(node, "constraints")).map((each) => textAt(each, "type") ?? "");
  const has = (test: string) => tests.some((each) => each === test || each.startsWith(`${test} `)) || constraints.includes(test);
  const meta = effectiveMeta(node);
  return {
    ...blankField(object, [name], node.pos),
    type: { ...physicalType(textAt(node, "data_type")), ref: null, item: null },
    required: has("not_null") ? true : null,
    unique: has("unique") ? true : null,
    primaryKey: has("primary_key") ? true : null,
    enum: acceptedValues(node),
    masking: maskingOf([...pairsOf(node), ...(meta === null ? [] : pairsOf(meta))]),
    description: prose(child(node, "description")),
    deprecated: meta !== null && booleanAt(meta, "deprecated") === true,
    tags: dbtTags(node, { vocabulary, scope: "field", via: [] }),
    quality: tests,
  };
}

/** Own keys, `tags` and `config.tags` together, and `meta` with `config.meta` laid over it. */
function dbtTags(node: MapNode, place: TagPlace): readonly Tag[] {
  const config = mapAt(node, "config");
  const meta = effectiveMeta(node);
  return [...tagsIn(node, place), ...(config === null ? [] : tagsIn(config, place)), ...(meta === null ? [] : tagsDeepIn(meta, place))];
}

function effectiveMeta(node: MapNode): MapNode | null {
  const config = mapAt(node, "config");
  const outer = mapAt(node, "meta");
  const inner = config === null ? null : (mapAt(config, "meta") ?? mapAt(config, "+meta"));
  if (outer === null || inner === null) return inner ?? outer;
  return { ...inner, entries: new Map([...outer.entries, ...inner.entries]) };
}

/** Tests by name, then their arguments: `not_null`, `accepted_values {"values":[…]}`. */
function testsOf(node: MapNode): readonly string[] {
  return [...listOf(node, "tests"), ...listOf(node, "data_tests")].map(testName).sort();
}

function listOf(node: MapNode, key: string): readonly Node[] {
  const value = child(node, key);
  return value === null || value.kind !== "seq" ? [] : listAt(node, key);
}

function testName(test: Node): string {
  if (test.kind !== "map") return textsOf(test).join();
  const named = textAt(test, "test_name");
  if (named !== null) return `${named} ${canonical(test)}`;
  return [...test.entries.values()].map((entry) => `${entry.key} ${canonical(entry.value)}`).join(" ");
}

function acceptedValues(node: MapNode): readonly string[] | null {
  for (const test of [...listOf(node, "tests"), ...listOf(node, "data_tests")]) {
    const inside = test.kind === "map" ? child(test, "accepted_values") : null;
    if (inside?.kind !== "map") continue;
    const values = child(inside, "values") ?? (mapAt(inside, "arguments") === null ? null : child(mapAt(inside, "arguments")!, "values"));
    if (values !== null) return [...textsOf(values)].sort();
  }
  return null;
}

/** Rows of unit tests, by the model under test: sample data, given and expected. A model of another file shows them for the whole file. */
function unitTestRows(root: MapNode): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const test of looseMaps(child(root, "unit_tests"))) {
    const expected = child(test, "expect");
    const parts = [...looseMaps(child(test, "given")), ...(expected?.kind === "map" ? [expected] : [])];
    const rows = parts.flatMap((part) => textsOf(child(part, "rows")));
    const model = textAt(test, "model") ?? "";
    if (rows.length > 0) found.set(model, [...(found.get(model) ?? []), ...rows]);
  }
  return found;
}
