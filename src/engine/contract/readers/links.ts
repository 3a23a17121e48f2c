import type { Link, LinkEnd, Position } from "../model.ts";
import { child, looseMaps, type MapNode, type Node, textAt, textsOf } from "../source/node.ts";

/** Links of one contract are cut here: a graph is an aid, and each of them is compared with every other contract. */
const LINKS_MAX = 20_000;

/** `table.column`, `contract.yaml#table.column`, `contract#/schema/table/properties/column`; null for an empty text. */
export function endOf(text: string): LinkEnd | null {
  const words = text.trim();
  if (words === "") return null;
  const [contract, inside] = words.includes("#")
    ? [words.slice(0, words.indexOf("#")), words.slice(words.indexOf("#") + 1)]
    : [null, words];
  const steps = (
    inside.includes("/") ? inside.split("/").filter((step) => !/^(|schema|properties)$/.test(step)) : inside.split(".")
  ).filter((step) => step !== "");
  const [object, ...field] = steps;
  return {
    contract: contract === "" ? null : contract,
    object: object ?? null,
    field: field.length === 0 ? null : field.join("."),
  };
}

export function endsOf(node: Node | null): readonly LinkEnd[] {
  return textsOf(node).flatMap((text) => endOf(text) ?? []);
}

/** `relationships`, `transformSourceObjects` and what earlier versions called it, on every object and property. */
export function odcsLinks(objects: readonly MapNode[]): readonly Link[] {
  const links = objects.flatMap((object) => {
    const name = textAt(object, "name", "table");
    const own: LinkEnd = { contract: null, object: name, field: null };
    return [...odcsLinksOf(object, own), ...partsOf(object, []).flatMap(({ node, path }) => odcsLinksOf(node, { ...own, field: path }))];
  });
  return links.slice(0, LINKS_MAX);
}

function partsOf(node: MapNode, parents: readonly string[]): readonly { readonly node: MapNode; readonly path: string }[] {
  return [...looseMaps(child(node, "properties")), ...looseMaps(child(node, "columns"))].flatMap((part) => {
    const path = [...parents, textAt(part, "name", "column") ?? "?"];
    return [{ node: part, path: path.join(".") }, ...partsOf(part, path)];
  });
}

function odcsLinksOf(node: MapNode, own: LinkEnd): readonly Link[] {
  const sources = ["transformSourceObjects", "transformSourceTables"].flatMap((carrier) =>
    endsOf(child(node, carrier)).map((upstream): Link => ({ upstream, downstream: own, carrier, pos: node.pos })),
  );
  const relationships = looseMaps(child(node, "relationships")).flatMap((each) => {
    const to = endsOf(child(each, "to"));
    const from = endsOf(child(each, "from"));
    return to.map((upstream, index): Link => ({ upstream, downstream: from[index] ?? own, carrier: "relationships", pos: each.pos }));
  });
  return [...sources, ...relationships];
}

/** `references` and `lineage.inputFields` of the Data Contract Specification and of ChooChoo contracts. */
export function modelLinks(root: MapNode): readonly Link[] {
  const models = namedMaps(child(root, "models"));
  const found = models.flatMap(({ name, node }) => fieldLinks(node, { contract: null, object: name, field: null }, []));
  return found.slice(0, LINKS_MAX);
}

function fieldLinks(node: MapNode, own: LinkEnd, parents: readonly string[]): readonly Link[] {
  return namedMaps(child(node, "fields", "columns")).flatMap(({ name, node: field }) => {
    const path = [...parents, name];
    const downstream: LinkEnd = { ...own, field: path.join(".") };
    const lineage = child(field, "lineage");
    const inputs = lineage?.kind === "map" ? looseMaps(child(lineage, "inputFields")) : [];
    return [
      ...endsOf(child(field, "references")).map((upstream): Link => ({ upstream, downstream, carrier: "references", pos: field.pos })),
      ...inputs.map((input): Link => ({ upstream: inputOf(input), downstream, carrier: "lineage.inputFields", pos: input.pos })),
      ...fieldLinks(field, own, path),
    ];
  });
}

/** OpenLineage's way of naming: `namespace`, then `database.table` or `table`. */
function inputOf(input: MapNode): LinkEnd {
  const table = textAt(input, "name")?.split(".").at(-1) ?? null;
  return { contract: null, object: table, field: textAt(input, "field") };
}

function namedMaps(node: Node | null): readonly { readonly name: string; readonly node: MapNode }[] {
  if (node?.kind === "map")
    return [...node.entries.values()].flatMap(({ key, value }) => (value.kind === "map" ? [{ name: key, node: value }] : []));
  return looseMaps(node).flatMap((item) => {
    const name = textAt(item, "name", "field", "column", "id");
    return name === null ? [] : [{ name, node: item }];
  });
}

/** dbt: relationship tests (the column refers to another model) and exposures (something reads the models). */
export function dbtLinks(root: MapNode): readonly Link[] {
  const models = ["models", "seeds", "snapshots"].flatMap((section) => looseMaps(child(root, section)));
  const tests = models.flatMap((model) => {
    const object = textAt(model, "name");
    return looseMaps(child(model, "columns")).flatMap((column) =>
      [...looseMaps(child(column, "tests")), ...looseMaps(child(column, "data_tests"))].flatMap((test) => {
        const inside = child(test, "relationships");
        if (inside?.kind !== "map") return [];
        const told = child(inside, "arguments");
        const at = told?.kind === "map" ? told : inside;
        const upstream = refsIn(textAt(at, "to") ?? "")[0];
        const field = textAt(at, "field");
        const downstream: LinkEnd = { contract: null, object, field: textAt(column, "name") };
        return upstream === undefined
          ? []
          : [{ upstream: { contract: null, object: upstream, field }, downstream, carrier: "relationships", pos: test.pos }];
      }),
    );
  });
  const exposures = looseMaps(child(root, "exposures")).flatMap((exposure) => {
    const name = textAt(exposure, "name") ?? "exposure";
    return textsOf(child(exposure, "depends_on")).flatMap((text) =>
      refsIn(text).map(
        (object): Link => ({
          upstream: { contract: null, object, field: null },
          downstream: { contract: `exposure ${name}`, object: null, field: null },
          carrier: "exposures",
          pos: exposure.pos,
        }),
      ),
    );
  });
  return [...tests, ...exposures].slice(0, LINKS_MAX);
}

/** Models and sources that dbt's `ref()` and `source()` name, sources as `source.table`. Templates are never evaluated: only literal names count. */
export function refsIn(text: string): readonly string[] {
  const refs = text.matchAll(/\bref\(\s*(['"])([\w.$-]+)\1\s*(?:,\s*(['"])([\w.$-]+)\3\s*)?[,)]/g);
  const sources = text.matchAll(/\bsource\(\s*(['"])([\w.$-]+)\1\s*,\s*(['"])([\w.$-]+)\3\s*\)/g);
  return [
    ...new Set([...refs].map((found) => found[4] ?? found[2]!).concat([...sources].map((found) => `${found[2]}.${found[4]}`))),
  ].sort();
}

/** A link between two named ends, for formats whose types refer to each other. */
export function typeLink(upstream: LinkEnd, downstream: LinkEnd, carrier: string, pos: Position): Link {
  return { upstream, downstream, carrier, pos };
}
