import { buildGraph, type LineageGraph } from "../engine/contract/lineage/graph.ts";
import { around } from "../engine/contract/lineage/neighbourhood.ts";
import type { LineageStanding } from "./ports.ts";

export interface DrawnNode {
  readonly id: string;
  /** The contract's file; null = something that no contract here describes. */
  readonly file: string | null;
  readonly tags: readonly string[];
  readonly isCritical: boolean;
  readonly isProduction: boolean;
  /** Steps from whatever feeds it and is fed by nothing. */
  readonly layer: number;
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly carriers: readonly string[];
  readonly fields: readonly { readonly from: string; readonly to: string }[];
}

/** Who is reached by a change of one contract. */
export interface Impact {
  readonly file: string;
  readonly tagged: readonly { readonly object: string; readonly field: string; readonly keys: readonly string[] }[];
  /** Nearest first. */
  readonly downstream: readonly { readonly node: DrawnNode; readonly hops: number }[];
}

export interface DrawnLineage {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  /** Files of contracts, linked or not. */
  readonly contracts: readonly string[];
  /** null = the whole graph is drawn. */
  readonly impact: Impact | null;
}

/** The recorded lineage of one repository, whole or around one contract. null = there is no such contract. */
export function drawLineage({ summaries }: LineageStanding, contract: string | null): DrawnLineage | null {
  const whole = buildGraph(summaries);
  const own = contract === null ? undefined : summaries.find(({ file }) => file === contract);
  if (contract !== null && own === undefined) return null;
  const graph = own === undefined ? whole : around(whole, new Set([own.file]));
  const layers = layersOf(graph);
  const drawn = new Map(
    [...graph.nodes.values()].map(({ id, summary, object, critical }): [string, DrawnNode] => {
      const tagged = (summary?.tagged ?? []).filter((place) => object === null || place.object === object);
      const tags = [...new Set(tagged.flatMap(({ keys }) => keys))].sort();
      const file = summary?.file ?? null;
      return [id, { id, file, tags, isCritical: critical, isProduction: summary?.production === true, layer: layers.get(id) ?? 0 }];
    }),
  );
  return {
    nodes: [...drawn.values()].toSorted((a, b) => a.layer - b.layer || (a.id < b.id ? -1 : 1)),
    edges: graph.edges,
    contracts: summaries.map(({ file }) => file).toSorted(),
    impact: own === undefined ? null : { file: own.file, tagged: own.tagged, downstream: downstreamOf(graph, own.file, drawn) },
  };
}

/** How far along each node stands. A ring ends where it began: what was met on the way keeps its place. */
function layersOf({ nodes, edges }: LineageGraph): ReadonlyMap<string, number> {
  const next = Map.groupBy(edges, ({ from }) => from);
  const feeding = Map.groupBy(edges, ({ to }) => to);
  const waiting = new Map([...nodes.keys()].map((id) => [id, feeding.get(id)?.length ?? 0]));
  const layers = new Map<string, number>();
  const take = () => [...waiting].find(([, left]) => left === 0)?.[0] ?? [...waiting.keys()][0];
  for (let id = take(); id !== undefined; id = take()) {
    waiting.delete(id);
    const layer = layers.get(id) ?? 0;
    layers.set(id, layer);
    for (const { to } of next.get(id) ?? []) {
      if (!waiting.has(to)) continue;
      waiting.set(to, waiting.get(to)! - 1);
      layers.set(to, Math.max(layers.get(to) ?? 0, layer + 1));
    }
  }
  return layers;
}

function downstreamOf({ edges }: LineageGraph, file: string, drawn: ReadonlyMap<string, DrawnNode>): Impact["downstream"] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const hops = new Map([...drawn.values()].filter((node) => node.file === file).map(({ id }) => [id, 0]));
  for (const [id, steps] of hops) for (const { to } of next.get(id) ?? []) if (!hops.has(to)) hops.set(to, steps + 1);
  return [...hops]
    .map(([id, steps]) => ({ node: drawn.get(id)!, hops: steps }))
    .filter(({ node }) => node.file !== file)
    .toSorted((a, b) => a.hops - b.hops || (a.node.id < b.node.id ? -1 : 1));
}
