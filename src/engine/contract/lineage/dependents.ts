import type { LineageFacts } from "../../facts.ts";
import type { LineageGraph, LineageNode } from "./graph.ts";

const HOPS = 3;

/** Everything within three hops downstream of the changed files, in name order. Objects of one contract count once each. */
export function dependentsOf(graph: LineageGraph, changed: ReadonlySet<string>): LineageFacts["dependents"] {
  const next = Map.groupBy(graph.edges, ({ from }) => from);
  const isChanged = (node: LineageNode) => node.summary !== null && changed.has(node.summary.file);
  const starts = [...graph.nodes.values()].filter(isChanged).map(({ id }) => id);
  const seen = new Set(starts);
  let open: readonly string[] = starts;
  for (let hop = 0; hop < HOPS && open.length > 0; hop += 1) {
    const reached = open.flatMap((id) => (next.get(id) ?? []).map(({ to }) => to)).filter((id) => !seen.has(id));
    for (const id of reached) seen.add(id);
    open = [...new Set(reached)];
  }
  return [...seen]
    .flatMap((id) => graph.nodes.get(id) ?? [])
    .filter((node) => !isChanged(node))
    .map((node) => ({ name: node.id, criticality: criticality(node) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Twice for what runs in production, is marked critical, or protects data itself. */
function criticality({ summary, object, critical }: LineageNode): 1 | 2 {
  if (critical) return 2;
  if (summary === null) return 1;
  const tagged = summary.tagged.some((place) => object === null || place.object === object);
  return summary.production || tagged ? 2 : 1;
}
