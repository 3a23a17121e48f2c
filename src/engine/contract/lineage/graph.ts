import type { Link, LinkEnd } from "../model.ts";
import type { LineageSummary } from "./model.ts";

/** A node: an object of a contract, a contract as a whole, or something outside that links name. */
export interface LineageNode {
  /** Unique: `file#object`, `file`, or the words of the link for what is not here. */
  readonly id: string;
  readonly summary: LineageSummary | null;
  readonly object: string | null;
  readonly critical: boolean;
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  /** Fields where both ends name one. */
  readonly fields: readonly { readonly from: string; readonly to: string }[];
  readonly carriers: readonly string[];
}

/** Who depends on whom. `edges` lead from upstream to downstream. */
export interface LineageGraph {
  readonly nodes: ReadonlyMap<string, LineageNode>;
  readonly edges: readonly LineageEdge[];
}

/** Links that stand in no contract: `.choochoo/lineage.yaml`, data products, SQL. */
export interface DeclaredLink extends Omit<Link, "pos"> {
  /** The file that declares it: relative names start there. */
  readonly file: string;
  readonly critical: boolean;
}

/** Builds the graph. An end that no contract answers to becomes a node of its own: it is still somebody who depends. */
export function buildGraph(summaries: readonly LineageSummary[], declared: readonly DeclaredLink[] = []): LineageGraph {
  const names = new Names(summaries);
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, { from: string; to: string; fields: Map<string, { from: string; to: string }>; carriers: Set<string> }>();
  const add = (end: LinkEnd, home: LineageSummary | null, file: string, critical: boolean): readonly string[] =>
    names.resolve(end, home, file).map((node) => {
      const known = nodes.get(node.id);
      nodes.set(node.id, { ...node, critical: node.critical || critical || known?.critical === true });
      return node.id;
    });
  const link = (each: Omit<Link, "pos">, home: LineageSummary | null, file: string, critical: boolean) => {
    for (const from of add(each.upstream, home, file, false))
      for (const to of add(each.downstream, home, file, critical)) {
        if (from === to) continue;
        const id = JSON.stringify([from, to]);
        const edge = edges.get(id) ?? { from, to, fields: new Map(), carriers: new Set() };
        edges.set(id, edge);
        edge.carriers.add(each.carrier);
        const [source, target] = [each.upstream.field, each.downstream.field];
        if (source !== null && target !== null) edge.fields.set(JSON.stringify([source, target]), { from: source, to: target });
      }
  };
  for (const summary of summaries) for (const each of summary.links) link(each, summary, summary.file, false);
  for (const each of declared) link(each, null, each.file, each.critical);
  return {
    nodes,
    edges: [...edges.values()]
      .map(({ from, to, fields, carriers }) => ({ from, to, fields: [...fields.values()], carriers: [...carriers].sort() }))
      .sort((a, b) => order(a.from, b.from) || order(a.to, b.to)),
  };
}

/** True when the graph has an edge. */
export function hasEdge(summaries: readonly LineageSummary[], declared: readonly DeclaredLink[]): boolean {
  const names = new Names(summaries);
  const leads = ({ upstream, downstream }: Omit<Link, "pos">, home: LineageSummary | null, file: string) => {
    const ends = names.resolve(downstream, home, file);
    return names.resolve(upstream, home, file).some(({ id }) => ends.some((end) => end.id !== id));
  };
  return (
    summaries.some((summary) => summary.links.some((link) => leads(link, summary, summary.file))) ||
    declared.some((link) => leads(link, null, link.file))
  );
}

/** Candidates for one name above which it names nothing in particular. */
const CANDIDATES_MAX = 20;

class Names {
  private readonly contracts: ReadonlyMap<string, readonly LineageSummary[]>;
  private readonly objects: ReadonlyMap<string, readonly LineageNode[]>;

  constructor(summaries: readonly LineageSummary[]) {
    const contracts = summaries.flatMap((summary) => [...new Set([summary.key, summary.file])].map((each) => ({ each, summary })));
    this.contracts = new Map(
      [...Map.groupBy(contracts, ({ each }) => each)].map(([name, all]) => [name, all.map(({ summary }) => summary)]),
    );
    const owned = summaries.flatMap((summary) =>
      summary.objects.flatMap(({ name, physicalName }) =>
        [...new Set(namesOfObject(name, physicalName))].map((each) => ({ each, node: nodeOf(summary, name) })),
      ),
    );
    this.objects = new Map([...Map.groupBy(owned, ({ each }) => each)].map(([name, all]) => [name, all.map(({ node }) => node)]));
  }

  /** The nodes that an end may mean: inside the declaring contract first, then anywhere. */
  resolve(end: LinkEnd, home: LineageSummary | null, file: string): readonly LineageNode[] {
    if (end.contract !== null) {
      const contracts = this.contracts.get(end.contract) ?? this.contracts.get(beside(file, end.contract)) ?? [];
      const found = contracts.slice(0, CANDIDATES_MAX).map((summary) => nodeOf(summary, end.object));
      return found.length > 0 ? found : [outside([end.contract, end.object].filter((part) => part !== null).join("#"))];
    }
    if (end.object === null) return home === null ? [] : [nodeOf(home, null)];
    const own = home?.objects.find(({ name, physicalName }) => name === end.object || physicalName === end.object);
    if (home !== null && own !== undefined) return [nodeOf(home, own.name)];
    const named = this.objects.get(end.object) ?? [];
    if (named.length > 0 && named.length <= CANDIDATES_MAX) return named;
    const contracts = this.contracts.get(end.object) ?? [];
    return contracts.length > 0 ? contracts.map((summary) => nodeOf(summary, null)) : [outside(end.object)];
  }
}

/** What an object answers to: with and without what stands around it. */
export function namesOfObject(name: string, physicalName: string | null): readonly string[] {
  return [name, physicalName].flatMap((each) => (each === null ? [] : [each, each.split(".").at(-1)!]));
}

function nodeOf(summary: LineageSummary, object: string | null): LineageNode {
  const known = object === null || summary.objects.some(({ name }) => name === object) ? object : null;
  return { id: known === null ? summary.file : `${summary.file}#${known}`, summary, object: known, critical: summary.critical };
}

function outside(name: string): LineageNode {
  return { id: name, summary: null, object: null, critical: false };
}

/** A relative name, seen from a file. */
export function beside(file: string, name: string): string {
  const steps = file.split("/").slice(0, -1);
  for (const step of name.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== ".") steps.push(step);
  }
  return steps.join("/");
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
