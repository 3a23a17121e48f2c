import type { Contract, Field } from "../model.ts";
import { type OwnedField, type OwnedObject, ownedFields, ownedObjects, protects, tagsInForce } from "./change.ts";

export interface Pair<T> {
  readonly before: T;
  readonly after: T;
  /** True where no identity of the format says that both are the same: the pair must weigh as much as a removal. */
  readonly assumed?: boolean;
}

export interface Matched<T> {
  readonly pairs: readonly Pair<T>[];
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** Above this many candidates nothing is paired: the contract or object then counts as gone, which blocks what is tagged. */
const CANDIDATES_MAX = 20;

/**
 * Same file and id, then the same id in another file, then the same file under another id. Where several candidates are left,
 * all are compared: a decoy that kept the tags never hides the file that lost them.
 */
export function matchContracts(before: readonly Contract[], after: readonly Contract[]): Matched<Contract> {
  const pairs: Pair<Contract>[] = [];
  const pairedBefore = new Set<Contract>();
  const pairedAfter = new Set<Contract>();
  const pairUp = (namesOf: (contract: Contract) => readonly string[], isOpen: (b: Contract) => boolean) => {
    const now = Map.groupBy(
      after.filter((a) => !pairedAfter.has(a)).flatMap((a) => [...new Set(namesOf(a))].map((name) => ({ name, a }))),
      ({ name }) => name,
    );
    const found = before.filter(isOpen).flatMap((b) => {
      const open = new Set<Contract>();
      for (const name of new Set(namesOf(b)))
        for (const { a } of now.get(name) ?? []) {
          open.add(a);
          if (open.size > CANDIDATES_MAX) return [];
        }
      return [...open].map((a) => ({ before: b, after: a }));
    });
    for (const pair of found) {
      pairs.push(pair);
      pairedBefore.add(pair.before);
      pairedAfter.add(pair.after);
    }
  };
  const isUnpaired = (b: Contract) => !pairedBefore.has(b);
  pairUp(({ file, key }) => [JSON.stringify([file, key])], isUnpaired);
  pairUp(({ key }) => [key], isUnpaired);
  pairUp(
    ({ file }) => [file],
    () => true,
  );
  // A contract without an id is known by what it holds.
  pairUp(
    ({ objects, definitions }) => [...objects.map(({ name }) => name), ...definitions.map(({ name }) => `definition ${name}`)],
    (b) => b.key === b.file && isUnpaired(b),
  );
  return { pairs, removed: before.filter((b) => !pairedBefore.has(b)), added: after.filter((a) => !pairedAfter.has(a)) };
}

/** Objects of paired contracts by name, id or physical name; the rest by name across all files. */
export function matchObjects(contracts: Matched<Contract>): Matched<OwnedObject> {
  const pairs: Pair<OwnedObject>[] = [];
  const pairedBefore = new Set<OwnedObject["object"]>();
  const pairedAfter = new Set<OwnedObject["object"]>();
  const add = (b: OwnedObject, a: OwnedObject) => {
    pairs.push({ before: b, after: a });
    pairedBefore.add(b.object);
    pairedAfter.add(a.object);
  };
  for (const { before, after } of contracts.pairs) {
    const done = new Set<OwnedObject["object"]>();
    for (const identity of OBJECT_IDENTITIES) {
      const open = ownedObjects(before).filter(({ object }) => !done.has(object));
      if (open.length === 0) break;
      const now = Map.groupBy(ownedObjects(after), ({ object }) => identity(object));
      for (const b of open) {
        const id = identity(b.object);
        const found = id === null ? [] : (now.get(id) ?? []).filter(({ object }) => !done.has(object));
        if (found.length !== 1) continue;
        add(b, found[0]!);
        done.add(b.object).add(found[0]!.object);
      }
    }
  }
  const everyBefore = [...new Set([...contracts.pairs.map((pair) => pair.before), ...contracts.removed])].flatMap(ownedObjects);
  const everyAfter = [...new Set([...contracts.pairs.map((pair) => pair.after), ...contracts.added])].flatMap(ownedObjects);
  const openAfter = Map.groupBy(
    everyAfter.filter(({ object }) => !pairedAfter.has(object)),
    ({ object }) => object.name,
  );
  for (const b of everyBefore.filter(({ object }) => !pairedBefore.has(object))) {
    const open = openAfter.get(b.object.name) ?? [];
    if (open.length <= CANDIDATES_MAX) for (const a of open) add(b, a);
  }
  return {
    pairs,
    removed: everyBefore.filter(({ object }) => !pairedBefore.has(object)),
    added: everyAfter.filter(({ object }) => !pairedAfter.has(object)),
  };
}

/** One object in both contracts, possibly under a new name. */
export function isSameObject(b: OwnedObject, a: OwnedObject): boolean {
  return OBJECT_IDENTITIES.some((identity) => identity(b.object) !== null && identity(b.object) === identity(a.object));
}

/** In this order. null = the object does not say. */
const OBJECT_IDENTITIES: readonly ((object: OwnedObject["object"]) => string | null)[] = [
  ({ name }) => name,
  ({ stableId }) => stableId,
  ({ physicalName }) => physicalName,
];

/** True for one and the same object: readers take over from the other side what is written there just so. */
export function isOneObject({ before, after }: Pair<OwnedObject>): boolean {
  return before.object === after.object;
}

/** Fields by path inside paired objects that are not one, then by what the format calls identity: number, id, alias, physical name, definition. A mere likeness never pairs. */
export function matchFields(objects: Matched<OwnedObject>): Matched<OwnedField> {
  const pairs: Pair<OwnedField>[] = [];
  const open: { removed: OwnedField[]; added: OwnedField[] } = { removed: [], added: [] };
  for (const pair of objects.pairs) {
    if (isOneObject(pair)) continue;
    const { before, after } = pair;
    if (isInStep(before.object.fields, after.object.fields)) {
      before.object.fields.forEach((field, at) => {
        pairs.push({ before: { ...before, field }, after: { ...after, field: after.object.fields[at]! } });
      });
      continue;
    }
    const now = new Map(ownedFields(after).map((owned) => [pathKey(owned.field), owned]));
    const old = new Map(ownedFields(before).map((owned) => [pathKey(owned.field), owned]));
    for (const [path, owned] of old) {
      const same = now.get(path);
      if (same === undefined) open.removed.push(owned);
      else pairs.push({ before: owned, after: same });
    }
    open.added.push(...[...now].filter(([path]) => !old.has(path)).map(([, owned]) => owned));
  }
  open.removed.push(...objects.removed.flatMap(ownedFields));
  open.added.push(...objects.added.flatMap(ownedFields));
  const removed = new Set(open.removed);
  const added = new Set(open.added);
  for (const identity of IDENTITIES) {
    if (removed.size === 0 || added.size === 0) break;
    const now = uniqueBy(added, identity);
    for (const [id, before] of uniqueBy(removed, identity)) {
      const after = now.get(id);
      if (after === undefined || !removed.has(before) || !added.has(after)) continue;
      pairs.push({ before, after });
      removed.delete(before);
      added.delete(after);
    }
  }
  for (const pair of movedWithTags([...removed], [...added])) {
    pairs.push(pair);
    removed.delete(pair.before);
    added.delete(pair.after);
  }
  return { pairs, removed: [...removed], added: [...added] };
}

/** The same paths in the same order, as after most edits. */
function isInStep(before: readonly Field[], after: readonly Field[]): boolean {
  return before.length === after.length && before.every(({ path }, at) => isSamePath(path, after[at]!.path));
}

function isSamePath(before: Field["path"], after: Field["path"]): boolean {
  return before.length === after.length && before.every((step, at) => step === after[at]);
}

/**
 * Protected fields that stand in another object under the same name and type, with all that protected them: told as moves, which still
 * block, because a decoy looks the same. Where a tag did not come along nothing is paired, so that the loss is told as a removal.
 */
function movedWithTags(removed: readonly OwnedField[], added: readonly OwnedField[]): readonly Pair<OwnedField>[] {
  if (removed.length === 0 || added.length === 0) return [];
  const open = Map.groupBy(added, moveKey);
  const taken = new Set<OwnedField>();
  return removed.flatMap((before) => {
    const candidates = open.get(moveKey(before)) ?? [];
    if (candidates.length === 0 || candidates.length > CANDIDATES_MAX) return [];
    const keys = [...protection(before)];
    if (keys.length === 0) return [];
    const fitting = candidates.filter((after) => !taken.has(after) && keys.every((key) => protection(after).has(key)));
    const after = fitting.find(({ contract }) => contract.key === before.contract.key) ?? fitting[0];
    if (after === undefined) return [];
    taken.add(after);
    return [{ before, after, assumed: true }];
  });
}

function moveKey({ field }: OwnedField): string {
  return JSON.stringify([field.name, field.type.logical ?? field.type.physical]);
}

function protection(owned: OwnedField): ReadonlySet<string> {
  const own = tagsInForce(owned).filter(protects);
  const inside = owned.field.inside.filter(({ tag }) => protects(tag));
  return new Set([...own.map(({ key }) => key), ...inside.map(({ at, tag }) => JSON.stringify([at, tag.key]))]);
}

type Identity = (owned: OwnedField) => readonly string[];

const IDENTITIES: readonly Identity[] = [
  ({ contract, object, field }) =>
    field.number === null ? [] : [`${contract.key}\0${object.name}\0${[...field.path.slice(0, -1), `#${field.number}`].join("\0")}`],
  ({ contract, field }) => (field.stableId === null ? [] : [`${contract.key}\0${field.stableId}`]),
  ({ contract, object, field }) =>
    [field.name, ...field.aliases].map((name) => `${contract.key}\0${object.name}\0${[...field.path.slice(0, -1), name].join("\0")}`),
  ({ contract, object, field }) => (field.physicalName === null ? [] : [`${contract.key}\0${object.name}\0${field.physicalName}`]),
  ({ contract, object, field }) =>
    field.definitionRefs.length === 0 ? [] : [`${contract.key}\0${object.name}\0${field.definitionRefs[0]}`],
];

/** Only what names exactly one field on its side: an id used twice identifies nothing. */
function uniqueBy(fields: ReadonlySet<OwnedField>, identity: Identity): ReadonlyMap<string, OwnedField> {
  const found = new Map<string, OwnedField>();
  const ambiguous = new Set<string>();
  for (const owned of fields)
    for (const id of identity(owned)) {
      if (found.has(id)) ambiguous.add(id);
      else found.set(id, owned);
    }
  for (const id of ambiguous) found.delete(id);
  return found;
}

function pathKey(field: Field): string {
  return field.path.join("\0");
}
