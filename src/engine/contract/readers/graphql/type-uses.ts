import type { FieldType } from "../../model.ts";
import { Scanner } from "./scanner.ts";
import type { SchemaTypes } from "./types.ts";

/** The type of a field, as it stands there. */
export interface TypeUse {
  /** Without its outermost `!`: `[String!]`. */
  readonly type: FieldType;
  readonly required: boolean;
  /** The named type inside lists. */
  readonly inner: string;
}

const SCALARS: Readonly<Record<string, string>> = { String: "string", ID: "string", Int: "integer", Float: "number", Boolean: "boolean" };
const [BANG, BRACKET, BRACKET_END] = [0x21, 0x5b, 0x5d];

/** Fields of one type share what it is. */
export class TypeUses {
  private readonly known = new Map<string, TypeUse>();
  private readonly types: Pick<SchemaTypes, "objects" | "named">;

  constructor(types: Pick<SchemaTypes, "objects" | "named">) {
    this.types = types;
  }

  /** @param text as written, spaces and comments included. */
  of(text: string): TypeUse {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const use = useOf(new Scanner(text), this.types);
    this.known.set(text, use);
    return use;
  }
}

function useOf(scan: Scanner, types: Pick<SchemaTypes, "objects" | "named">): TypeUse {
  if (!scan.take(BRACKET)) {
    const inner = scan.name();
    return { type: namedType(inner, types), required: scan.take(BANG), inner };
  }
  const item = useOf(scan, types);
  scan.expect(BRACKET_END);
  const physical = `[${typeText(item)}]`;
  const type = { logical: "array", physical, params: {}, ref: null, item: item.type };
  return { type, required: scan.take(BANG), inner: item.inner };
}

/** With its outermost `!`. */
export function typeText({ type, required }: TypeUse): string {
  return `${type.physical}${required ? "!" : ""}`;
}

function namedType(name: string, types: Pick<SchemaTypes, "objects" | "named">): FieldType {
  const builtIn = Object.hasOwn(SCALARS, name) ? SCALARS[name]! : null;
  const logical = builtIn ?? (types.objects.has(name) ? "object" : types.named.get(name)?.kind === "enum" ? "string" : null);
  return { logical, physical: name, params: {}, ref: builtIn === null ? name : null, item: null };
}
