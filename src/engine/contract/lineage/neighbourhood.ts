import type { LineageGraph } from "./graph.ts";

/** The part of a graph that feeds the given files or is fed by them, however far away. */
export function around(graph: LineageGraph, files: ReadonlySet<string>): LineageGraph {
  const own = [...graph.nodes.values()].filter(({ summary }) => summary !== null && files.has(summary.file)).map(({ id }) => id);
  const reach = (end: "from" | "to", other: "from" | "to") => {
    const next = Map.groupBy(graph.edges, (edge) => edge[end]);
    const seen = new Set(own);
    for (const id of seen) for (const edge of next.get(id) ?? []) seen.add(edge[other]);
    return seen;
  };
  const down = reach("from", "to");
  const up = reach("to", "from");
  const edges = graph.edges.filter(({ from, to }) => (down.has(from) && down.has(to)) || (up.has(from) && up.has(to)));
  const kept = new Set([...own, ...edges.flatMap(({ from, to }) => [from, to])]);
  return { nodes: new Map([...graph.nodes].filter(([id]) => kept.has(id))), edges };
}
