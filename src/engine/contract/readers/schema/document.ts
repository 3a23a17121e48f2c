import type { Problem } from "../../../problem.ts";
import type { DataObject, Position } from "../../model.ts";
import { referencedPath } from "../../references.ts";
import { type MapNode, type Node, ReadFailure, type ScalarNode } from "../../source/node.ts";
import type { Source } from "../source.ts";
import { type Marks, marksIn } from "./marks.ts";

/** What differs between the drafts. */
export interface Dialect {
  /** Keywords beside a `$ref` hold (2019-09 and later); before, they are ignored. */
  readonly refSiblings: boolean;
  /** `$id` and `$anchor` are keywords (not in OpenAPI 3.0). */
  readonly identifiers: boolean;
}

/** Where a reference leads. */
export interface Target {
  readonly node: Node;
  /** Counted from the file's root (`#/$defs/x`) or from the tree's (`schemas/a.yaml#/x`): the same place is the same text, wherever it is seen from. */
  readonly ref: string;
  /** Stands in another file: its positions are not of this one. */
  readonly external: boolean;
}

/** `read` for a shared body, response or message; null = a schema. */
export interface Referred {
  readonly node: Node;
  readonly read: ((name: string) => DataObject) | null;
}

/** Schemas that the composition of one document may visit together. */
const VISITS_MAX = 100_000;

/** One document of schemas while it is read: references are followed once, marks are read once, all walking is counted. */
export class SchemaDocument {
  readonly source: Source;
  readonly dialect: Dialect;
  readonly problems: Problem[] = [];
  /** What fields refer to and do not unfold, by where it stands. */
  readonly referred = new Map<string, Referred>();
  /** Schemas and parts whose inside is told where they stand, or where they are unfolded. */
  readonly told = new WeakSet<Node>();
  private readonly targets = new Map<string, Target | null>();
  private readonly marks = new WeakMap<MapNode, Marks>();
  private identified: Identified | null = null;
  private visits = 0;

  constructor(source: Source, dialect: Dialect) {
    this.source = source;
    this.dialect = dialect;
  }

  /** null = nobody knows what stands there: a URL, a file outside the tree or not governed, a missing place. */
  follow(ref: ScalarNode): Target | null {
    const text = ref.text.trim();
    if (this.dialect.identifiers) {
      this.identified ??= identify(this.source.root);
      // Below a schema with its own `$id`, `#/…` counts from there for tools: never taken for a place of the whole file.
      if (text.startsWith("#") && this.identified.shadowed.has(ref)) return null;
    }
    const known = this.targets.get(text);
    if (known !== undefined) return known;
    const target = this.find(text, ref.pos);
    this.targets.set(text, target);
    return target;
  }

  private find(text: string, pos: Position): Target | null {
    const named = this.identified?.named.get(text);
    if (named !== undefined) return { node: named.node, ref: named.pointer, external: false };
    const own = this.identified?.root;
    const local = own !== undefined && own !== "" && text.startsWith(`${own}#`) ? text.slice(own.length) : text;
    const node = this.source.references.follow(this.source, local, pos);
    if (node === null) return null;
    const path = local.startsWith("#") ? this.source.file : referencedPath(this.source.file, local);
    const fragment = local.includes("#") ? local.slice(local.indexOf("#")) : "#";
    return path === this.source.file ? { node, ref: fragment, external: false } : { node, ref: `${path}${fragment}`, external: true };
  }

  marksOf(map: MapNode): Marks {
    const known = this.marks.get(map);
    if (known !== undefined) return known;
    const marks = marksIn(map, this.source.vocabulary);
    this.marks.set(map, marks);
    return marks;
  }

  visit(pos: Position): void {
    this.visits += 1;
    if (this.visits > VISITS_MAX) throw new ReadFailure("schemas unfold into too many parts", pos.line);
  }

  warn(message: string, pos: Position): void {
    this.problems.push({ code: "E003", message, file: this.source.file, line: pos.line, severity: "warning" });
  }
}

interface Identified {
  /** `$id` of the whole file, without a fragment. */
  readonly root: string;
  /** `#anchor` and absolute `$id` -> schema. Names given twice name nothing. */
  readonly named: ReadonlyMap<string, { readonly node: Node; readonly pointer: string }>;
  /** The texts of references below an inner `$id`. */
  readonly shadowed: ReadonlySet<Node>;
}

function identify(root: MapNode): Identified {
  const named = new Map<string, { node: Node; pointer: string }>();
  const twice = new Set<string>();
  const shadowed = new Set<Node>();
  const own = scalarAt(root, "$id")?.replace(/#.*$/s, "") ?? "";
  const name = (text: string, node: Node, pointer: string) => {
    if (named.has(text)) twice.add(text);
    named.set(text, { node, pointer });
  };
  const walk = (node: Node, pointer: string, inner: boolean): void => {
    if (node.kind === "scalar") return;
    if (node.kind === "seq") {
      for (const [index, item] of node.items.entries()) walk(item, `${pointer}/${index}`, inner);
      return;
    }
    const id = scalarAt(node, "$id");
    const isResource = node !== root && id !== null && !id.startsWith("#");
    if (isResource && /^[a-z][a-z0-9+.-]*:/i.test(id)) name(id, node, pointer);
    if (id?.startsWith("#") === true && id.length > 1) name(id, node, pointer);
    const anchor = scalarAt(node, "$anchor") ?? scalarAt(node, "$dynamicAnchor");
    if (anchor !== null && !inner && !isResource) name(`#${anchor}`, node, pointer);
    for (const { key, value } of node.entries.values()) {
      if ((inner || isResource) && value.kind === "scalar" && REFERENCES.includes(key)) shadowed.add(value);
      walk(value, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, inner || isResource);
    }
  };
  walk(root, "#", false);
  if (own !== "") name(own, root, "#");
  for (const text of twice) named.delete(text);
  return { root: own, named, shadowed };
}

/** Keywords that lead to another schema. */
export const REFERENCES = ["$ref", "$dynamicRef", "$recursiveRef"];

function scalarAt(map: MapNode, key: string): string | null {
  const value = map.entries.get(key)?.value;
  return value?.kind === "scalar" ? value.text.trim() : null;
}
