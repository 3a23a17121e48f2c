import { BUILT_IN_ORDER, type ClassOrder, compareClass } from "../class-order.ts";
import { LEVELS } from "../classes.ts";
import type { FindingCode } from "../finding-codes.ts";
import type { Tag } from "../model.ts";
import { protects } from "./change.ts";

/** What happened to one tag within one scope. */
export interface TagChange {
  readonly code: Extract<FindingCode, `tag.${string}` | "classification.lowered">;
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
  /** The tag protects something; false for free labels and `public`. */
  readonly sensitive: boolean;
}

/** The order in force. Without one, configured classes have none: a change between them is then a weakening. */
export interface Ordered {
  readonly order: ClassOrder;
}

const BUILT_IN: Ordered = { order: BUILT_IN_ORDER };

const isLevel = (key: string) => LEVELS.some((level) => level === key);

/** Compares the tags of one scope. A lost key is a loss even when another scope still covers the place. */
export function compareTags(before: readonly Tag[], after: readonly Tag[], ordered: Ordered = BUILT_IN): readonly TagChange[] {
  if (before.length === 0 && after.length === 0) return [];
  if (before.length + after.length < REMEMBERED_FROM) return compared(before, after, ordered);
  const known = remembered.get(before);
  if (known?.after === after && known.ordered === ordered) return known.changes;
  const changes = compared(before, after, ordered);
  remembered.set(before, { after, ordered, changes });
  return changes;
}

const REMEMBERED_FROM = 20;

interface Remembered {
  readonly after: readonly Tag[];
  readonly ordered: Ordered;
  readonly changes: readonly TagChange[];
}

/** Memory of compareTags for long lists: the fields of one definition share theirs. */
const remembered = new WeakMap<readonly Tag[], Remembered>();

function compared(before: readonly Tag[], after: readonly Tag[], ordered: Ordered): readonly TagChange[] {
  const old = byKey(before);
  const now = byKey(after);
  const fresh = new Set([...now.keys()].filter((key) => !old.has(key)));
  const freshTags = [...fresh].flatMap((key) => now.get(key)!);
  const explained = new Set<string>();
  const changes: TagChange[] = [];
  for (const [key, tags] of old) {
    const kept = now.get(key);
    if (kept !== undefined) {
      changes.push(...compareValues(key, tags, kept));
      continue;
    }
    const { code, by } = replacement(key, tags, freshTags, ordered);
    if (by !== null) explained.add(by.key);
    const sensitive = tags.some(protects);
    // A stronger class in place of this one takes nothing away.
    changes.push({
      code,
      key,
      before: key,
      after: by?.key ?? null,
      sensitive: code === "tag.changed" ? now.get(by!.key)!.some(protects) : sensitive,
    });
  }
  for (const key of fresh) {
    if (!explained.has(key)) changes.push({ code: "tag.added", key, before: null, after: key, sensitive: now.get(key)!.some(protects) });
  }
  return changes;
}

function byKey(tags: readonly Tag[]): ReadonlyMap<string, readonly Tag[]> {
  return Map.groupBy(
    tags.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
    (tag) => tag.key,
  );
}

/** What stands in place of a key that is gone: only words that are new count. */
function replacement(
  key: string,
  gone: readonly Tag[],
  fresh: readonly Tag[],
  ordered: Ordered,
): { code: TagChange["code"]; by: Tag | null } {
  if (!gone.some((tag) => tag.classifies)) return { code: "tag.removed", by: null };
  const stronger = fresh.find((tag) => tag.classifies && compareClass(ordered, key, tag.key) === -1);
  if (stronger !== undefined) return { code: "tag.changed", by: stronger };
  const weaker = fresh.find((tag) => tag.classifies && compareClass(ordered, key, tag.key) === 1);
  if (weaker !== undefined) return { code: isLevel(key) && isLevel(weaker.key) ? "classification.lowered" : "tag.weakened", by: weaker };
  const carriers = new Set(gone.map((tag) => tag.carrier));
  const sameCarrier = fresh.find((tag) => tag.classifies && carriers.has(tag.carrier) && !/tags$|^labels$/i.test(tag.carrier));
  const opaque = fresh.find((tag) => tag.opaque && carriers.has(tag.carrier));
  if (opaque !== undefined) return { code: "tag.became_opaque", by: opaque };
  if (sameCarrier !== undefined) return { code: key === "public" ? "tag.changed" : "tag.weakened", by: sameCarrier };
  return { code: "tag.removed", by: null };
}

/** The key stands at both sides; what it says may have changed. `true` is the general statement and covers any special one. */
function compareValues(key: string, before: readonly Tag[], after: readonly Tag[]): readonly TagChange[] {
  const sensitive = before.some(protects) || after.some(protects);
  const told = (tags: readonly Tag[]) => [...new Set(tags.filter((tag) => !tag.opaque).map((tag) => tag.value))].sort();
  const [was, is] = [told(before), told(after)];
  const opaqueWas = opaqueWords(before);
  const opaqueIs = opaqueWords(after);
  if (opaqueIs !== "" && is.length === 0 && (was.length > 0 || opaqueWas !== opaqueIs)) {
    return [{ code: "tag.became_opaque", key, before: was.length > 0 ? named(key, was) : opaqueWas, after: opaqueIs, sensitive }];
  }
  const readers = new Set(before.flatMap(readerOf));
  const left = readers.size > 0 && !after.some((tag) => readerOf(tag).some((reader) => readers.has(reader)));
  if (left || (before.some(isStandard) && !after.some(isStandard))) {
    const place = (tags: readonly Tag[]) =>
      `${named(key, told(tags))} in ${[...new Set(tags.map((tag) => tag.carrier))].sort().join(", ")}`;
    return [{ code: "tag.weakened", key, before: place(before), after: place(after), sensitive }];
  }
  const gone = was.filter((value) => !is.includes(value));
  const come = is.filter((value) => !was.includes(value));
  if (gone.length > 0 && !is.includes("true"))
    return [{ code: "tag.weakened", key, before: named(key, was), after: named(key, is), sensitive }];
  if (gone.length > 0 || come.length > 0 || opaqueWas !== opaqueIs) {
    return [{ code: "tag.changed", key, before: named(key, was) || opaqueWas, after: named(key, is), sensitive }];
  }
  return [];
}

/** Keys that tools look at. A tag that moves to a look-alike key (`Classification`, `x-pii`) is read by us and by nobody else. */
function isStandard(tag: Tag): boolean {
  return /^(tags|classification|pii|complianceTags|customProperties\..*|criticalDataElement(Status)?|policy_tags|databricks_tags|data_categories|\$ref)$/.test(
    tag.carrier,
  );
}

/** Options, directives and registry tags are read by the tool that defines them, and by no other. Empty for carriers of a standard. */
function readerOf({ carrier }: Tag): readonly string[] {
  if (carrier === "confluent:tags" || carrier === "metadata.tags") return ["registry"];
  if (carrier === "debug_redact" || carrier.startsWith("@")) return [carrier];
  const option = /^\([^)]*\)/.exec(carrier);
  return option === null ? [] : [option[0]];
}

function opaqueWords(tags: readonly Tag[]): string {
  return [...new Set(tags.filter((tag) => tag.opaque).map((tag) => tag.raw))].sort().join(", ");
}

function named(key: string, values: readonly string[]): string {
  return values.map((value) => (value === "true" ? key : `${key}: ${value}`)).join(", ");
}
