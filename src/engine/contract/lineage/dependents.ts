import type { LineageFacts } from "../../facts.ts";
import type { LineageGraph, LineageNode } from "./graph.ts";

/** As far as a change counts. */
export const HOPS = 3;

/**
 * Everything within three hops downstream of the changed files, in name order. Objects of one contract count once each. What changes too still
 * depends on the others that change: touching a dependent never makes an impact smaller.
 */
export function dependentsOf(graph: LineageGraph, changed: ReadonlySet<string>): LineageFacts["dependents"] {
  const next = Map.groupBy(graph.edges, ({ from }) => from);
  const fileOf = (node: LineageNode) => (node.summary !== null && changed.has(node.summary.file) ? node.summary.file : null);
  const nodes = [...graph.nodes.values()];
  const reached = new Map<string, Set<string>>();
  let open = nodes.flatMap((node) => {
    const file = fileOf(node);
    return file === null ? [] : [{ id: node.id, file }];
  });
  const started = new Set(open.map(({ id }) => id));
  for (let hop = 0; hop < HOPS && open.length > 0; hop += 1) {
    open = open.flatMap(({ id, file }) =>
      (next.get(id) ?? []).flatMap(({ to }) => {
        const from = reached.get(to) ?? new Set();
        // Of two files at least one is not the node's own, so no more of them need be known.
        if (from.has(file) || from.size === 2) return [];
        reached.set(to, from.add(file));
        return [{ id: to, file }];
      }),
    );
  }
  const depends = (node: LineageNode) => [...(reached.get(node.id) ?? [])].some((file) => !started.has(node.id) || file !== fileOf(node));
  return nodes
    .filter(depends)
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
