import type { ProtoFile } from "./syntax.ts";

const SCALARS: Readonly<Record<string, string>> = {
  double: "number",
  float: "number",
  bool: "boolean",
  string: "string",
  bytes: "bytes",
  ...Object.fromEntries(
    ["int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64"].map((name) => [
      name,
      "integer",
    ]),
  ),
};

/** The logical type of a scalar; null = the name of a message or enum. */
export function scalarType(name: string): string | null {
  return Object.hasOwn(SCALARS, name) ? SCALARS[name]! : null;
}

/** The full name where this file declares the type, looked for from the inside out; else the name as it is written. */
export function resolveName(name: string, scope: string, proto: ProtoFile): string {
  if (name.startsWith(".")) return name.slice(1);
  const declared = namesOf(proto);
  for (let around = scope; around !== ""; around = around.slice(0, Math.max(0, around.lastIndexOf(".")))) {
    if (declared.has(`${around}.${name}`)) return `${around}.${name}`;
  }
  return name;
}

/** Memory of namesOf: every field asks. */
const everyName = new WeakMap<ProtoFile, ReadonlySet<string>>();

function namesOf(proto: ProtoFile): ReadonlySet<string> {
  const known = everyName.get(proto);
  if (known !== undefined) return known;
  const names = new Set([...proto.messages.map(({ name }) => name), ...proto.enums.keys()]);
  everyName.set(proto, names);
  return names;
}
