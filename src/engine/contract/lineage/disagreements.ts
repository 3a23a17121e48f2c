import { digest } from "../../canonical.ts";
import type { Finding } from "../finding.ts";
import { FINDING_CODES, type FindingCode } from "../finding-codes.ts";
import type { LineageEdge, LineageGraph, LineageNode } from "./graph.ts";

const LOSSES = new Set(["tag.removed", "tag.weakened", "tag.scope_removed", "classification.lowered"]);
/** Neighbours told for one change: a hub would repeat itself. */
const TOLD_MAX = 10;

/**
 * Where a tag changes at one end of an edge and the other end, as it stands at the head, disagrees: a tag that is dropped while the
 * source still carries it, and one that is added while what is fed by it carries none.
 */
export function lineageFindings(graph: LineageGraph, findings: readonly Finding[]): readonly Finding[] {
  if (graph.edges.length === 0) return [];
  const upstream = Map.groupBy(graph.edges, ({ to }) => to);
  const downstream = Map.groupBy(graph.edges, ({ from }) => from);
  const found = findings.flatMap((finding): readonly Finding[] => {
    if (finding.field === null || finding.object === null || finding.side !== "head") return [];
    const id = `${finding.contract}#${finding.object}`;
    if (LOSSES.has(finding.code) && finding.before !== null) {
      const ends = otherEnds(upstream.get(id) ?? [], finding.field, "from").filter((end) => keysAt(graph, end).has(finding.before!));
      return ends.slice(0, TOLD_MAX).map((end) => disagreement(finding, "upstream.still_tagged", finding.before!, end));
    }
    if (finding.code === "tag.added" && finding.after !== null) {
      const ends = otherEnds(downstream.get(id) ?? [], finding.field, "to").filter(
        (end) => isKnown(graph.nodes.get(end.node)) && !keysAt(graph, end).has(finding.after!),
      );
      return ends.slice(0, TOLD_MAX).map((end) => disagreement(finding, "downstream.untagged", finding.after!, end));
    }
    return [];
  });
  return [...new Map(found.map((finding) => [finding.fingerprint, finding])).values()];
}

/** True for what is told about the other end of a link or another contract of the id, and so depends on contracts that the change does not touch. */
export function isLineageFinding({ code }: Finding): boolean {
  return code === "downstream.untagged" || code === "upstream.still_tagged" || code === "copy.untagged";
}

interface End {
  readonly node: string;
  readonly field: string;
}

/** The fields at the other end that are linked to this one; an edge without fields leads from the field of the same name, and to nobody knows which. */
function otherEnds(edges: readonly LineageEdge[], field: string, side: "from" | "to"): readonly End[] {
  const own = side === "from" ? "to" : "from";
  return edges.flatMap((edge) =>
    edge.fields.length === 0
      ? side === "from"
        ? [{ node: edge.from, field }]
        : []
      : edge.fields.filter((pair) => pair[own] === field).map((pair) => ({ node: edge[side], field: pair[side] })),
  );
}

function keysAt(graph: LineageGraph, { node, field }: End): ReadonlySet<string> {
  const at = graph.nodes.get(node);
  const places = at?.summary?.tagged.filter((place) => (at.object === null || place.object === at.object) && place.field === field) ?? [];
  return new Set(places.flatMap(({ keys }) => keys));
}

function isKnown(node: LineageNode | undefined): boolean {
  return node !== undefined && node.summary !== null;
}

function disagreement(cause: Finding, code: Extract<FindingCode, `${string}stream.${string}`>, key: string, end: End): Finding {
  const rule = FINDING_CODES[code];
  const place = `${end.node}.${end.field}`;
  const { contract, object, field } = cause;
  return {
    ...cause,
    code,
    severity: rule.whenTagged,
    weight: rule.whenTaggedWeight,
    before: null,
    after: place,
    message: rule.sentence({ before: key, after: place, about: "" }),
    fingerprint: digest("countersign/finding/v1", { code, contract, object, field, before: key, after: place }),
  };
}
