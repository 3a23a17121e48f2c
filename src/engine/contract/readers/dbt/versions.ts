import type { DataObject, Field } from "../../model.ts";
import { child, looseMaps, type MapNode, textAt, textsOf } from "../../source/node.ts";

/** One version as it is written, and what it says itself. */
export interface Version {
  readonly node: MapNode;
  readonly own: DataObject;
}

/**
 * A model with versions: what is built of each, with the columns that it takes over, and the model itself as whoever refers to it without a
 * version finds it, which is the latest.
 */
export function versioned(model: DataObject, node: MapNode, versions: readonly Version[]): readonly DataObject[] {
  const built = versions.map((version) => ({ v: numberOf(version), object: builtOf(model, version) }));
  const latest = textAt(node, "latest_version") ?? latestOf(built.map(({ v }) => v));
  const found = built.find(({ v }) => v === latest)?.object;
  const whole = found === undefined ? model : { ...model, fields: ofObject(found.fields, model.name), tags: found.tags };
  return [whole, ...built.map(({ object }) => object)];
}

export function numberOf({ node }: Pick<Version, "node">): string {
  return textAt(node, "v") ?? "?";
}

function builtOf(model: DataObject, { node, own }: Version): DataObject {
  const names = new Set(own.fields.map(({ name }) => name));
  const isTaken = takenBy(node);
  const inherited = model.fields.filter(({ name }) => isTaken(name) && !names.has(name));
  return { ...own, fields: [...ofObject(inherited, own.name), ...own.fields], tags: [...model.tags, ...own.tags] };
}

function ofObject(fields: readonly Field[], object: string): readonly Field[] {
  return fields.map((field) => ({ ...field, object }));
}

/** Which columns of the model a version takes over: all, unless `include` and `exclude` say which. */
function takenBy(node: MapNode): (name: string) => boolean {
  const rule = looseMaps(child(node, "columns")).find(isRule);
  if (rule === undefined) return () => true;
  const include = child(rule, "include");
  const exclude = new Set(textsOf(child(rule, "exclude")));
  const listed = include?.kind === "seq" ? new Set(textsOf(include)) : null;
  return (name) => (listed === null || listed.has(name)) && !exclude.has(name);
}

/** An entry of `columns` that names no column itself. */
export function isRule({ entries }: MapNode): boolean {
  return (entries.has("include") || entries.has("exclude")) && !entries.has("name");
}

/** Versions are compared as numbers where all of them are, else as words. */
function latestOf(versions: readonly string[]): string | undefined {
  const isNumbered = versions.every((v) => v.trim() !== "" && Number.isFinite(Number(v)));
  return versions.toSorted((a, b) => (isNumbered ? Number(a) - Number(b) : a < b ? -1 : 1)).at(-1);
}
