import { importsOf } from "./imports.ts";
import type { Source } from "./source.ts";

/** Every cycle between files, type imports included: `a -> b -> a`. */
export function fileCycles(sources: readonly Source[]): string[] {
  return cycles(edges(sources, (path) => path));
}

/** Every cycle between the folders directly under src. Files directly under src are parts of their own. */
export function folderCycles(sources: readonly Source[]): string[] {
  return cycles(edges(sources, (path) => path.split("/")[1] ?? path));
}

function edges(sources: readonly Source[], node: (path: string) => string): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const source of sources) {
    const from = node(source.path);
    if (!graph.has(from)) graph.set(from, new Set());
    for (const { to } of importsOf(source)) if (to?.startsWith("src/") && node(to) !== from) graph.get(from)!.add(node(to));
  }
  return graph;
}

function cycles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): void => {
    const seen = path.indexOf(node);
    if (seen !== -1) found.push([...path.slice(seen), node].join(" -> "));
    if (seen !== -1 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return found;
}
