import type { LineageGraph, LineageNode } from "../engine/contract/lineage/graph.ts";
import { escapeTerminal } from "./terminal-escape.ts";
import { terminalJson, visible } from "./visible.ts";

/** The formats of `lineage show`: interchangeable pure renderings of one graph. */
const RENDERERS = { text: renderText, mermaid: renderMermaid, dot: renderDot, json: renderJson } as const satisfies Record<
  string,
  (graph: LineageGraph) => string
>;

export type LineageFormat = keyof typeof RENDERERS;
export const LINEAGE_FORMATS = Object.keys(RENDERERS) as readonly LineageFormat[];

export function renderLineage(format: LineageFormat, graph: LineageGraph): string {
  return RENDERERS[format](graph);
}

/** Each node that feeds something, with what it feeds; protected data is marked. */
function renderText(graph: LineageGraph): string {
  if (graph.edges.length === 0) return "no lineage: nothing known here feeds it or is fed by it (docs/lineage.md says what is read)\n";
  const fed = Map.groupBy(graph.edges, ({ from }) => from);
  const blocks = [...fed].map(([from, edges]) => {
    const rows = edges.map(({ to, fields, carriers }) => {
      const pairs = fields.map((pair) => `      ${pair.from} -> ${pair.to}`);
      return [`  -> ${nameOf(graph, to)}  (${carriers.join(", ")})`, ...pairs].join("\n");
    });
    return [nameOf(graph, from), ...rows].join("\n");
  });
  const counts = `${graph.nodes.size} nodes, ${graph.edges.length} links`;
  return `${[...blocks, counts].map((block) => block.split("\n").map(escapeTerminal).join("\n")).join("\n\n")}\n`;
}

function nameOf(graph: LineageGraph, id: string): string {
  const marks = marksOf(graph.nodes.get(id));
  return marks.length === 0 ? id : `${id} [${marks.join(", ")}]`;
}

function marksOf(node: LineageNode | undefined): readonly string[] {
  if (node === undefined) return [];
  const { summary, object } = node;
  if (summary === null) return node.critical ? ["no contract here", "critical"] : ["no contract here"];
  const tagged = summary.tagged.filter((place) => object === null || place.object === object);
  const keys = [...new Set(tagged.flatMap((place) => place.keys))].sort();
  return [...keys, ...(node.critical ? ["critical"] : []), ...(summary.production ? ["production"] : [])];
}

function renderMermaid(graph: LineageGraph): string {
  const ids = idsOf(graph);
  const label = (id: string) => `"${[...nameOf(graph, id)].map(entity).join("")}"`;
  const nodes = [...graph.nodes.keys()].sort().map((id) => `  ${ids.get(id)}[${label(id)}]`);
  const edges = graph.edges.map(({ from, to }) => `  ${ids.get(from)} --> ${ids.get(to)}`);
  return `${["flowchart LR", ...nodes, ...edges].join("\n")}\n`;
}

/** Mermaid reads quotes, brackets and HTML in labels: everything but plain words goes in as an entity. */
function entity(character: string): string {
  return /[\w .,/#()-]/.test(character) && character !== "#" ? character : `#${character.codePointAt(0)};`;
}

function renderDot(graph: LineageGraph): string {
  const quote = (text: string) => `"${visible(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const nodes = [...graph.nodes.keys()].sort().map((id) => `  ${quote(id)} [label=${quote(nameOf(graph, id))}];`);
  const edges = graph.edges.map(({ from, to, carriers }) => `  ${quote(from)} -> ${quote(to)} [label=${quote(carriers.join(", "))}];`);
  return `${["digraph lineage {", "  rankdir=LR;", "  node [shape=box];", ...nodes, ...edges, "}"].join("\n")}\n`;
}

function renderJson(graph: LineageGraph): string {
  const nodes = [...graph.nodes.values()]
    .map((node) => ({ id: node.id, file: node.summary?.file ?? null, object: node.object, marks: marksOf(node) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return terminalJson({ schemaVersion: 1, nodes, edges: graph.edges });
}

function idsOf(graph: LineageGraph): ReadonlyMap<string, string> {
  return new Map([...graph.nodes.keys()].sort().map((id, index) => [id, `n${index}`]));
}
