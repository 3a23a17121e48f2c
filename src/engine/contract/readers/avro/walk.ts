import type { DataObject, Field, FieldType, Link, Tag } from "../../model.ts";
import { canonical, child, type MapNode, mapsAt, type Node, ReadFailure, textAt, textsOf } from "../../source/node.ts";
import { boundedName } from "../budget.ts";
import { blankField, constraintsOf, examplesOf, maskingOf, pairsOf, prose, refuseDuplicates, requiredText } from "../build.ts";
import { tagsDeclared } from "../declared.ts";
import type { Source } from "../source.ts";
import { logicalName } from "../type-names.ts";

/** An enum or fixed type; what stands on it reaches every field of that type. */
export interface NamedType {
  readonly symbols: readonly string[] | null;
  readonly tags: readonly Tag[];
}

/** What a type says about the field that has it. */
interface Shape {
  readonly type: FieldType;
  readonly nullable: boolean;
  readonly tags: readonly Tag[];
  /** Other attributes of the type: masking may stand there. */
  readonly attributes: readonly (readonly [string, Node])[];
  /** Named types that are not records, or not of this file: what stands on them is not known yet. */
  readonly refs: readonly string[];
  /** Items of arrays and values of maps: fields of their own. */
  readonly inner: readonly { readonly part: "[]" | "{value}"; readonly node: Node; readonly shape: Shape }[];
}

const PRIMITIVE = /^(null|boolean|int|long|float|double|bytes|string)$/;
const OF_TYPES = new Set("type name namespace doc aliases fields symbols size items values logicalType precision scale default".split(" "));
const OF_FIELDS = new Set(["name", "type", "doc", "default", "order", "aliases", "logicalType", "precision", "scale"]);

/** Walks one schema in the order it is written. Records become objects under their full names, wherever they stand. */
export class SchemaWalk {
  readonly objects: DataObject[] = [];
  readonly links: Link[] = [];
  readonly named = new Map<string, NamedType>();
  /** The types that a field names, alone or in a union. */
  readonly refs = new Map<Field, readonly string[]>();
  private readonly source: Source;
  private readonly root: Node;

  constructor(source: Source, root: Node) {
    this.source = source;
    this.root = root;
  }

  /** Walks the schema; the tags that stand on it and on no record or field. */
  schema(): readonly Tag[] {
    const shape = this.shape(this.root, "");
    const tags = [...shape.tags, ...shape.refs.flatMap((ref) => this.named.get(ref)?.tags ?? [])];
    return tags.map((tag): Tag => ({ ...tag, scope: "contract" }));
  }

  private shape(node: Node, namespace: string): Shape {
    switch (node.kind) {
      case "scalar":
        return this.nameShape(node.text.trim(), namespace, node.pos.line);
      case "seq":
        return this.union(node.items, namespace);
      case "map":
        return this.complex(node, namespace);
    }
  }

  private nameShape(name: string, namespace: string, line: number): Shape {
    if (PRIMITIVE.test(name)) return shapeOf({ ...NO_TYPE, logical: logicalName(name), physical: name });
    const full = boundedName(fullName(name, namespace), line);
    return shapeOf({ ...NO_TYPE, physical: full, ref: full }, [full]);
  }

  private union(branches: readonly Node[], namespace: string): Shape {
    const shapes = branches.map((branch) => this.shape(branch, namespace));
    const real = shapes.filter(({ type }) => type.physical !== "null");
    const nullable = real.length < shapes.length || shapes.some((shape) => shape.nullable);
    if (real.length === 1) return { ...real[0]!, nullable };
    const physical = `union<${real
      .map(({ type }) => type.physical)
      .sort()
      .join(",")}>`;
    const inner = shapes.flatMap((shape) => shape.inner);
    const twice = inner.find(({ part }, at) => inner.findIndex((other) => other.part === part) < at);
    if (twice !== undefined) throw new ReadFailure("a union holds one array and one map at most", twice.node.pos.line);
    const type = { ...NO_TYPE, physical };
    const attributes = shapes.flatMap((shape) => shape.attributes);
    return { type, nullable, attributes, tags: shapes.flatMap(({ tags }) => tags), refs: shapes.flatMap(({ refs }) => refs), inner };
  }

  private complex(node: MapNode, namespace: string): Shape {
    const type = node.entries.get("type")?.value;
    if (type === undefined) throw new ReadFailure("a type without `type`", node.pos.line, "E002");
    const extras = this.extras(node, OF_TYPES, "field");
    const attributes = pairsOf(without(node, OF_TYPES));
    if (type.kind !== "scalar") {
      const shape = this.shape(type, namespace);
      return { ...shape, tags: [...extras, ...shape.tags], attributes: [...attributes, ...shape.attributes] };
    }
    const kind = type.text.trim();
    switch (kind) {
      case "record":
      case "error":
        return this.record(node, namespace);
      case "enum":
      case "fixed":
        return this.namedType(node, kind, namespace);
      case "array":
      case "map":
        return { ...this.container(node, kind, extras, namespace), attributes };
      default: {
        const shape = this.nameShape(kind, namespace, node.pos.line);
        return { ...shape, type: withLogicalType(shape.type, node), tags: extras, attributes };
      }
    }
  }

  private container(node: MapNode, kind: "array" | "map", tags: readonly Tag[], namespace: string): Shape {
    const inside = node.entries.get(kind === "array" ? "items" : "values")?.value;
    if (inside === undefined)
      throw new ReadFailure(`a type \`${kind}\` without \`${kind === "array" ? "items" : "values"}\``, node.pos.line, "E002");
    const shape = this.shape(inside, namespace);
    const type = { ...NO_TYPE, logical: kind, physical: `${kind}<${shape.type.physical}>`, item: shape.type };
    return {
      type,
      nullable: false,
      tags,
      attributes: [],
      refs: [],
      inner: [{ part: kind === "array" ? "[]" : "{value}", node: inside, shape }],
    };
  }

  private namedType(node: MapNode, kind: "enum" | "fixed", namespace: string): Shape {
    const full = this.nameOf(node, kind, namespace);
    const symbols = kind === "enum" ? [...textsOf(child(node, "symbols"))].sort() : null;
    if (this.named.has(full)) throw new ReadFailure(`duplicate type \`${full}\``, node.pos.line);
    this.named.set(full, { symbols, tags: this.extras(node, OF_TYPES, "definition") });
    const size = kind === "fixed" ? textAt(node, "size") : null;
    const type = { ...NO_TYPE, logical: kind === "enum" ? "string" : "bytes", physical: full, ref: full };
    return shapeOf(withLogicalType(size === null ? type : { ...type, params: { size } }, node), [full]);
  }

  /** The record's own object; the field that holds it only refers to it. */
  private record(node: MapNode, namespace: string): Shape {
    const full = this.nameOf(node, "record", namespace);
    const inner = full.includes(".") ? full.slice(0, full.lastIndexOf(".")) : "";
    const at = this.objects.length;
    const aliases = textsOf(child(node, "aliases")).map((alias) => (alias.includes(".") || inner === "" ? alias : `${inner}.${alias}`));
    const object: DataObject = {
      name: full,
      stableId: null,
      physicalName: null,
      ...(aliases.length === 0 ? {} : { aliases }),
      description: prose(child(node, "doc")),
      fields: [],
      tags: this.extras(node, OF_TYPES, "object"),
      quality: [],
      examples: examplesOf(child(node, "examples"), child(node, "example")),
      pos: node.pos,
    };
    this.objects.push(object);
    const fields = mapsAt(node, "fields");
    const read = fields.map((field) => this.field(field, full, inner));
    refuseDuplicates(
      read.map(([first]) => ({ name: first!.name, line: first!.pos.line })),
      "field",
    );
    this.objects[at] = { ...object, fields: read.flat() };
    return shapeOf({ ...NO_TYPE, logical: "object", physical: full, ref: full }, [full]);
  }

  private field(node: MapNode, object: string, namespace: string): readonly Field[] {
    const name = requiredText(node, "a field", "name");
    this.source.budget.field([name], node.pos);
    const type = node.entries.get("type")?.value;
    if (type === undefined) throw new ReadFailure(`the field \`${name}\` has no \`type\``, node.pos.line, "E002");
    const shape = this.shape(type, namespace);
    const fallback = node.entries.get("default");
    const deprecated = node.entries.get("deprecated")?.value;
    const field: Field = {
      ...this.fieldOf(object, [name], shape, node),
      aliases: textsOf(child(node, "aliases")),
      type: withLogicalType(shape.type, node),
      // What a writer leaves out, a reader takes from the default or not at all.
      required: fallback === undefined,
      default: fallback === undefined ? null : canonical(fallback.value),
      constraints: constraintsOf(without(node, OF_FIELDS)),
      examples: examplesOf(child(node, "examples"), child(node, "example")),
      masking: maskingOf([...pairsOf(without(node, OF_FIELDS)), ...shape.attributes]),
      description: prose(child(node, "doc")),
      deprecated: deprecated?.kind === "scalar" && /^(true|yes|1)$/i.test(deprecated.text),
      tags: [...this.extras(node, OF_FIELDS, "field"), ...shape.tags],
    };
    return [this.remember(field, shape), ...this.innerFields(object, [name], shape)];
  }

  private innerFields(object: string, path: readonly string[], shape: Shape): readonly Field[] {
    return shape.inner.flatMap(({ part, node, shape: inside }) => {
      const own = [...path, part];
      this.source.budget.field(own, node.pos);
      const field = { ...this.fieldOf(object, own, inside, node), masking: maskingOf(inside.attributes), tags: inside.tags };
      return [this.remember(field, inside), ...this.innerFields(object, own, inside)];
    });
  }

  private remember(field: Field, { refs }: Shape): Field {
    const downstream = { contract: null, object: field.object, field: field.path.join(".") };
    for (const ref of refs)
      this.links.push({ upstream: { contract: null, object: ref, field: null }, downstream, carrier: "type", pos: field.pos });
    if (refs.length > 0) this.refs.set(field, refs);
    return field;
  }

  private fieldOf(object: string, path: readonly string[], { type, nullable }: Shape, node: Node): Field {
    return { ...blankField(object, path, node.pos), type, nullable };
  }

  private extras(node: MapNode, standard: ReadonlySet<string>, scope: Tag["scope"]): readonly Tag[] {
    const place = { vocabulary: this.source.vocabulary, scope, via: [] };
    return [...without(node, standard).entries.values()].flatMap(({ key, keyPos, value }) =>
      // At the root these two may hold paths to tags, which registry-tags.ts reads.
      node === this.root && (key === "metadata" || (key === "tags" && value.kind === "map"))
        ? []
        : tagsDeclared({ name: key, carrier: key, value, pos: keyPos }, place),
    );
  }

  private nameOf(node: MapNode, what: string, namespace: string): string {
    const name = requiredText(node, `a ${what}`, "name");
    return boundedName(fullName(name, textAt(node, "namespace") ?? namespace), node.pos.line);
  }
}

const NO_TYPE: FieldType = { logical: null, physical: null, params: {}, ref: null, item: null };

function shapeOf(type: FieldType, refs: readonly string[] = []): Shape {
  return { type, nullable: false, tags: [], attributes: [], refs, inner: [] };
}

/** The physical type keeps both names: the bytes on the wire and what they mean. */
function withLogicalType(type: FieldType, node: MapNode): FieldType {
  const logical = textAt(node, "logicalType");
  if (logical === null || type.physical?.endsWith(` ${logical}`)) return type;
  const size = textAt(node, "precision");
  const scale = textAt(node, "scale");
  return {
    ...type,
    logical: logicalName(logical.replace(/^local-|-(millis|micros|nanos)$/g, "")) ?? type.logical,
    physical: `${type.physical} ${logical}`,
    params: { ...type.params, ...(size === null ? {} : { size }), ...(scale === null ? {} : { scale }) },
  };
}

function without(node: MapNode, keys: ReadonlySet<string>): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => !keys.has(key))) };
}

function fullName(name: string, namespace: string): string {
  if (name.includes(".")) return name.replace(/^\./, "");
  return namespace === "" ? name : `${namespace}.${name}`;
}
