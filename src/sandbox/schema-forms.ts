export type Schema = Readonly<Record<string, unknown>>;

/**
 * Draft 4 in the words of draft 7: all that differs, for a validator, is the name of `id` and the form of `exclusiveMinimum` and
 * `exclusiveMaximum`. References inside are local, so identifiers are left out.
 */
export function fromDraft04({ $schema: _draft, ...schema }: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const kept: Record<string, unknown> = { ...value };
    if (typeof kept["id"] === "string") delete kept["id"];
    return bounded(bounded(kept, "minimum", "exclusiveMinimum"), "maximum", "exclusiveMaximum");
  }) as Schema;
}

function bounded(schema: Record<string, unknown>, bound: string, exclusive: string): Record<string, unknown> {
  if (typeof schema[exclusive] !== "boolean") return schema;
  const { [bound]: limit, [exclusive]: excludes, ...rest } = schema;
  if (limit === undefined) return rest;
  return { ...rest, [excludes === true ? exclusive : bound]: limit };
}

/** A schema that is written as its differences from another: the operations of JSON Patch (RFC 6902) that this needs. */
export interface Differences {
  readonly base: string;
  readonly differences: readonly Difference[];
}

interface Difference {
  readonly op: "add" | "replace" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

/** Throws where a difference does not fit: the list is ours, and a test reads all of them. */
export function withDifferences(base: Schema, differences: readonly Difference[]): Schema {
  const schema = structuredClone(base) as Record<string, unknown>;
  for (const difference of differences) apply(schema, difference);
  return schema;
}

function apply(schema: Record<string, unknown>, { op, path, value }: Difference): void {
  const parts = path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = parts.pop()!;
  let at: unknown = schema;
  for (const part of parts) at = isHolder(at) ? at[part] : undefined;
  if (!isHolder(at) || (op === "add") === Object.hasOwn(at, last)) throw new Error(`the schema has no place for: ${op} ${path}`);
  if (Array.isArray(at)) at.splice(last === "-" ? at.length : Number(last), op === "add" ? 0 : 1, ...(op === "remove" ? [] : [value]));
  else if (op === "remove") delete at[last];
  else at[last] = value;
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
