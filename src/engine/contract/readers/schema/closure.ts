import type { Position, Tag } from "../../model.ts";
import { isNull, type MapNode, type Node, ReadFailure } from "../../source/node.ts";
import { unfollowed } from "../../tags.ts";
import { REFERENCES, type SchemaDocument, type Target } from "./document.ts";
import { wrapped } from "./foreign.ts";

/** One mapping of keywords that holds at a place: its own, of a composition, or of a definition. */
export interface Part {
  readonly map: MapNode;
  /** References it came through, outermost first; none = written at the place. */
  readonly via: readonly string[];
  /** The position to tell instead of its own, when it stands in another file. */
  readonly at: Position | null;
  /** Holds for every value: not one of several branches. */
  readonly certain: boolean;
  /** Only what it says about sensitivity counts here. */
  readonly tagsOnly: boolean;
}

/** A reference that cannot be followed. */
export interface Unknown {
  readonly ref: string;
  readonly pos: Position;
  readonly via: readonly string[];
}

/** All that holds at one place, and the references that lead away from it. */
export interface Closure {
  readonly parts: readonly Part[];
  readonly refs: readonly string[];
  readonly unknown: readonly Unknown[];
}

/** Where a schema stands. */
export interface Place {
  readonly node: Node;
  readonly via: readonly string[];
  readonly at: Position | null;
  readonly certain: boolean;
}

const BRANCHES = ["anyOf", "oneOf"];
const CONDITIONS = ["if", "then", "else"];
const SCHEMA_MAPS = ["dependentSchemas", "dependencies"];
const COMPOSITION = new Set(["allOf", ...BRANCHES, ...CONDITIONS, ...SCHEMA_MAPS]);

function isComposed(map: MapNode): boolean {
  for (const key of map.entries.keys()) if (COMPOSITION.has(key)) return true;
  return false;
}

/**
 * Unfolds composition: allOf, anyOf, oneOf, conditions and references, each schema once, so that circles end.
 * @param whole unfold references to definitions of objects too (a definition is the sum of its branches); else they are told on their own, and only their tags count here.
 */
export function closureOf(document: SchemaDocument, places: readonly Place[], whole: boolean): Closure {
  const found = { parts: [] as Part[], refs: [] as string[], unknown: [] as Unknown[] };
  const seen = new Set<MapNode>();
  const walk = (place: Place, chain: readonly Node[]): void => {
    const { node, via, at, certain } = place;
    if (node.kind === "seq") throw new ReadFailure("a list stands where a schema belongs", (at ?? node.pos).line);
    if (node.kind === "scalar" || seen.has(node)) return;
    seen.add(node);
    document.visit(at ?? node.pos);
    const inside = wrapped(node);
    if (inside !== null) {
      if (inside.foreign === null) walk({ ...place, node: inside.schema }, chain);
      else found.unknown.push({ ref: inside.foreign, pos: at ?? node.pos, via: [...via, inside.foreign] });
    }
    let referred = false;
    for (const keyword of REFERENCES) {
      const ref = node.entries.get(keyword)?.value;
      if (ref?.kind !== "scalar" || isNull(ref)) continue;
      referred = true;
      follow(document, ref, place, [...chain, node]);
    }
    const tagsOnly = referred && !document.dialect.refSiblings;
    found.parts.push({ map: node, via, at, certain, tagsOnly });
    if (tagsOnly || !isComposed(node)) return;
    const inner = (value: Node | undefined, always: boolean) => {
      if (value?.kind === "map") walk({ node: value, via, at, certain: certain && always }, []);
    };
    const all = node.entries.get("allOf")?.value;
    if (all?.kind === "seq") for (const item of all.items) inner(item, true);
    for (const keyword of BRANCHES) {
      const branches = node.entries.get(keyword)?.value;
      if (branches?.kind === "seq") for (const item of branches.items) inner(item, branches.items.length === 1);
    }
    for (const keyword of CONDITIONS) inner(node.entries.get(keyword)?.value, false);
    for (const keyword of SCHEMA_MAPS) {
      const schemas = node.entries.get(keyword)?.value;
      if (schemas?.kind === "map") for (const { value } of schemas.entries.values()) inner(value, false);
    }
  };
  const follow = (
    doc: SchemaDocument,
    ref: Extract<Node, { kind: "scalar" }>,
    { via, at, certain }: Place,
    chain: readonly Node[],
  ): void => {
    const text = ref.text.trim();
    const pos = at ?? ref.pos;
    const target = doc.follow(ref);
    const through = [...via, target?.ref ?? text];
    found.refs.push(target?.ref ?? text);
    doc.source.budget.reference(through.length, [], pos);
    if (target === null || chain.includes(target.node)) {
      found.unknown.push({ ref: text, pos, via: through });
      return;
    }
    const there = target.external ? pos : at;
    if (whole || !isComplex(doc, target)) {
      walk({ node: target.node, via: through, at: there, certain }, chain);
      return;
    }
    doc.referred.set(target.ref, { node: target.node, read: null });
    const definition = definitionOf(doc, target);
    for (const part of definition.parts)
      found.parts.push({ ...part, via: [...through, ...part.via], at: there ?? part.at, certain, tagsOnly: true });
    found.unknown.push(...definition.unknown.map((each) => ({ ...each, pos, via: [...through, ...each.via] })));
  };
  for (const place of places) walk(place, []);
  return found;
}

const definitions = new WeakMap<SchemaDocument, Map<string, Closure>>();

/** The whole of what a reference leads to; read once for each document. */
function definitionOf(document: SchemaDocument, { ref, node }: Target): Closure {
  const known = definitions.get(document) ?? new Map<string, Closure>();
  definitions.set(document, known);
  const made = known.get(ref) ?? closureOf(document, [{ node, via: [], at: null, certain: true }], true);
  known.set(ref, made);
  return made;
}

const STRUCTURE = ["properties", "patternProperties", "items", "prefixItems"];

/** A definition with an inside of its own, unlike a named scalar. */
function isComplex(document: SchemaDocument, target: Target): boolean {
  return definitionOf(document, target).parts.some(({ map, tagsOnly }) => {
    if (tagsOnly) return false;
    if (STRUCTURE.some((key) => (map.entries.get(key)?.value.kind ?? "scalar") !== "scalar")) return true;
    if (map.entries.get("additionalProperties")?.value.kind === "map") return true;
    const type = map.entries.get("type")?.value;
    return type?.kind === "scalar" && (type.text === "object" || type.text === "array");
  });
}

export function unknownTag({ ref, pos, via }: Unknown): Tag {
  return unfollowed(ref, pos, via);
}
