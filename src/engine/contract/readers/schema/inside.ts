import { hash } from "node:crypto";
import type { DataObject, Field, InnerTag, Tag } from "../../model.ts";
import { ReadFailure } from "../../source/node.ts";
import type { Referred, SchemaDocument } from "./document.ts";
import { readObject } from "./fields.ts";

/** What one definition tags itself, and the definitions that it leads on to. */
export interface Definition {
  readonly own: readonly InnerTag[];
  readonly edges: readonly { readonly at: string; readonly ref: string }[];
}

/** Definitions that differ only behind this many references count as the same. */
const ROUNDS = 5;
/** Unknown classes that are told of what lies behind a reference: each may have a name of its own. */
const UNKNOWN_MAX = 8;
/** Tags that all fields of one contract may lead to together. */
export const INSIDE_MAX = 2_000_000;
export const TOO_MANY = "references lead to more tags than can be compared";

/**
 * Tells every field that refers to an object which tags stand inside it, so that a reference turned to an untagged twin is a loss.
 * Definitions that stand where no object is told from (`$defs` inside a schema) become objects too, under the place where they stand.
 * @param told objects of this document by where they stand (`#/components/schemas/Customer`); others are read here.
 */
export function withInside(
  document: SchemaDocument,
  objects: readonly DataObject[],
  told: ReadonlyMap<string, DataObject>,
): readonly DataObject[] {
  const hidden: DataObject[] = [];
  const definitions = definitionsOf(document, told, hidden);
  const tags = innerTags(definitions);
  const all = [...objects, ...hidden];
  const total = { count: 0 };
  if (tags.size === 0) return all;
  return all.map((object) => ({
    ...object,
    fields: object.fields.map((field) => {
      const inside = insideOf(refsOf(document, field), tags);
      total.count += inside.length;
      if (total.count > INSIDE_MAX) throw new ReadFailure(TOO_MANY, field.pos.line);
      return inside.length === 0 ? field : { ...field, inside };
    }),
  }));
}

function refsOf(document: SchemaDocument, field: Field): readonly string[] {
  return field.definitionRefs.filter((ref) => document.referred.has(ref));
}

/** Reading one definition may find further ones: a map tells entries that are added while it is walked. */
function definitionsOf(
  document: SchemaDocument,
  told: ReadonlyMap<string, DataObject>,
  hidden: DataObject[],
): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  for (const [ref, target] of document.referred) {
    const isHidden = ref.startsWith("#") && !told.has(ref) && !document.told.has(target.node);
    const object = told.get(ref) ?? readTarget(document, ref, target);
    if (isHidden) hidden.push(object);
    found.set(ref, {
      own: [
        ...object.tags.filter(protects).map((tag) => ({ at: "", tag })),
        ...object.fields.flatMap((field) => field.tags.filter(protects).map((tag) => ({ at: field.path.join("."), tag }))),
      ],
      edges: object.fields.flatMap((field) => refsOf(document, field).map((to) => ({ at: field.path.join("."), ref: to }))),
    });
  }
  return found;
}

function readTarget(document: SchemaDocument, ref: string, { node, read }: Referred): DataObject {
  return read !== null ? read(ref) : readObject(document, { name: ref, stableId: null, pos: node.pos, node });
}

/** Fields that lead to one definition share its list. */
export function insideOf(refs: readonly string[], tags: ReadonlyMap<string, readonly InnerTag[]>): readonly InnerTag[] {
  return refs.length === 1 ? (tags.get(refs[0]!) ?? []) : refs.flatMap((ref) => tags.get(ref) ?? []);
}

/** By definition: what it tags itself, and what those that it leads on to tag. */
export function innerTags(definitions: ReadonlyMap<string, Definition>): ReadonlyMap<string, readonly InnerTag[]> {
  const reach = reachOf(definitions);
  const tagged = [...definitions].filter(([ref]) => reach.get(ref)!.size > 0);
  const texts = new Map(tagged.map(([ref, { own }]) => [ref, own.map(entryText)]));
  let signs = new Map([...texts].map(([ref, own]) => [ref, signOf(own)]));
  const edgesOf = ({ edges }: Definition) => edges.filter((edge) => signs.has(edge.ref));
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = signs;
    signs = new Map(
      tagged.map(([ref, definition]) => [
        ref,
        signOf([...texts.get(ref)!, ...edgesOf(definition).map((edge) => `${edge.at} → ${before.get(edge.ref)}`)]),
      ]),
    );
  }
  return new Map(
    tagged.map(([ref, definition]) => [
      ref,
      [
        ...definition.own,
        ...edgesOf(definition).flatMap((edge) => {
          const at = `${edge.at} → ${signs.get(edge.ref)}`;
          return [...reach.get(edge.ref)!.values()].map((tag) => ({ at, tag }));
        }),
      ],
    ]),
  );
}

/** Tags by key that each definition leads to, at last: all known classes, and of the others as many as show that there are some. */
function reachOf(definitions: ReadonlyMap<string, Definition>): ReadonlyMap<string, ReadonlyMap<string, Tag>> {
  const reach = new Map([...definitions].map(([ref, { own }]) => [ref, new Map(some(own).map((tag) => [tag.key, tag]))]));
  const users = Map.groupBy(
    [...definitions].flatMap(([ref, { edges }]) => edges.map((edge) => ({ user: ref, used: edge.ref }))),
    ({ used }) => used,
  );
  const open = [...definitions.keys()];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    for (const { user } of users.get(ref) ?? []) {
      const [mine, theirs] = [reach.get(user)!, reach.get(ref)!];
      const size = mine.size;
      let unknown = 0;
      for (const { known } of mine.values()) if (!known) unknown += 1;
      for (const [key, tag] of theirs) {
        if (mine.has(key) || (!tag.known && unknown === UNKNOWN_MAX)) continue;
        if (!tag.known) unknown += 1;
        mine.set(key, tag);
      }
      if (mine.size > size) open.push(user);
    }
  }
  return reach;
}

function some(own: Definition["own"]): readonly Tag[] {
  const tags = [...new Map(own.map(({ tag }) => [tag.key, tag])).values()];
  return [...tags.filter(({ known }) => known), ...tags.filter(({ known }) => !known).slice(0, UNKNOWN_MAX)];
}

function protects(tag: Tag): boolean {
  return tag.classifies && tag.key !== "public";
}

function entryText({ at, tag }: InnerTag): string {
  return JSON.stringify([at, tag.key, tag.value]);
}

function signOf(entries: readonly string[]): string {
  return hash("sha256", [...new Set(entries)].sort().join("\n")).slice(0, 32);
}
