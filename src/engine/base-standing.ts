import { canonicalJson } from "./canonical.ts";
import type { CompiledContract } from "./contract/finding.ts";

/** One thing that a change says stood before it, and that was not what had been approved. */
export interface BaseDifference {
  readonly file: string;
  readonly object: string | null;
  /** Dotted path inside the object; null = the object or the contract itself. */
  readonly field: string | null;
  /** Something that was approved is not there. */
  readonly lost: boolean;
  /** Plain text, without the place. */
  readonly message: string;
}

/** Whether what a change says stood before it is what was approved before it. Anything but `stands` is not approved. */
export type BaseStanding =
  | { readonly status: "stands" }
  /** `more`: how many differences beyond those that are told. */
  | { readonly status: "moved"; readonly differences: readonly BaseDifference[]; readonly more: number }
  | { readonly status: "unknown"; readonly because: string };

/** Of one file: what was approved there, and what the change says stood there and puts there. */
export interface FileStanding {
  readonly file: string;
  readonly approved: readonly CompiledContract[];
  readonly base: readonly CompiledContract[];
  readonly head: readonly CompiledContract[];
}

/** Differences that are told one by one. */
const TOLD_MAX = 50;
/** Characters of one name in a message. */
const NAME_MAX = 120;

/**
 * What the base of one file says otherwise than what was approved. Held against each other is what the approved contract tells: one that
 * was compiled by an older version may tell less.
 */
export function baseDifferences({ file, approved, base }: FileStanding): readonly BaseDifference[] {
  return differences(file, approved, base);
}

/**
 * A change that leaves every file as it is approved is harmless, whatever it says stood before. Every one: the base of a file that stays
 * decides with what the others are compared, so a forged one could hide what they lose.
 */
export function leavesAsApproved(files: readonly FileStanding[]): boolean {
  return files.every(({ file, approved, head }) => differences(file, approved, head).length === 0);
}

/** What the compiled form does not hold, and the base says otherwise than what was approved. */
export function partDifferences(file: string, parts: readonly string[]): readonly BaseDifference[] {
  return parts.map((part) => ({
    file,
    object: null,
    field: null,
    lost: false,
    message: `${PART_WORDS[part] ?? part} is not what was approved`,
  }));
}

const PART_WORDS: Readonly<Record<string, string>> = {
  terms: "what it says of purpose, service levels or consumers",
  quality: "a quality rule",
  servers: "a server",
  access: "an access role",
  fields: "what a field requires or allows (required, unique, values, constraints, default …)",
  types: "a type or tag definition",
};

/** All that is different, as it is told. */
export function standingOf(all: readonly BaseDifference[]): BaseStanding {
  if (all.length === 0) return { status: "stands" };
  const differences = all.slice(0, TOLD_MAX).map(({ object, field, ...each }) => ({
    ...each,
    object: object === null ? null : clipped(object),
    field: field === null ? null : clipped(field),
  }));
  return { status: "moved", differences, more: all.length - differences.length };
}

/** As a sentence says it: file, object and field, and what is different there. */
export function differenceText({ file, object, field, message }: Omit<BaseDifference, "lost">): string {
  const inside = [object, field].filter((name) => name !== null);
  return `${file}${inside.length === 0 ? "" : ` ${inside.join(".")}`}: ${message}`;
}

function differences(file: string, approved: readonly CompiledContract[], base: readonly CompiledContract[]): readonly BaseDifference[] {
  const tell: Tell = (lost, message) => ({ file, object: null, field: null, lost, message });
  if (base.length === 0) return approved.map(({ key }) => tell(true, `contract ${quoted(key)} was approved, and the base lacks it`));
  if (approved.length === 0) return base.map(({ key }) => tell(false, `contract ${quoted(key)} was removed, and the base still holds it`));
  return pairs(approved, base, () => "").flatMap(([was, is]) =>
    was === undefined || is === undefined
      ? [tell(is === undefined, "it does not hold as many contracts as were approved")]
      : contractDifferences(was, is, tell),
  );
}

type Tell = (lost: boolean, message: string) => BaseDifference;

function contractDifferences(approved: CompiledContract, base: CompiledContract, tell: Tell): readonly BaseDifference[] {
  const objects = pairs(approved.objects, base.objects, ({ name }) => name);
  return [
    ...valueDifferences(approved, base, ["key", "format", "version", "retention"], tell),
    ...objects.flatMap(([was, is]) => {
      const inObject: Tell = (lost, message) => ({ ...tell(lost, message), object: (was ?? is!).name });
      if (was === undefined || is === undefined) return [whole(is === undefined, inObject)];
      const fields = pairs(was.fields, is.fields, ({ path }) => path);
      return [
        ...tagDifferences(was.tags, is.tags, inObject),
        ...fields.flatMap(([before, now]) => {
          const inField: Tell = (lost, message) => ({ ...inObject(lost, message), field: (before ?? now!).path });
          if (before === undefined || now === undefined) return [whole(now === undefined, inField)];
          return [
            ...tagDifferences(before.tags, now.tags, inField),
            ...valueDifferences(before, now, ["type", "classification", "masking"], inField),
          ];
        }),
      ];
    }),
  ];
}

function whole(lost: boolean, tell: Tell): BaseDifference {
  return tell(lost, lost ? "was approved, and the base lacks it" : "is not approved, and the base holds it");
}

function tagDifferences(approved: readonly string[], base: readonly string[], tell: Tell): readonly BaseDifference[] {
  return [
    ...approved.filter((tag) => !base.includes(tag)).map((tag) => tell(true, `tag ${quoted(tag)} was approved, and the base lacks it`)),
    ...base.filter((tag) => !approved.includes(tag)).map((tag) => tell(false, `tag ${quoted(tag)} is not approved, and the base holds it`)),
  ];
}

/** What says how something is protected. */
const PROTECTIVE: readonly string[] = ["classification", "masking", "retention"];

function valueDifferences<T extends object>(approved: T, base: T, keys: readonly (keyof T & string)[], tell: Tell) {
  return keys
    .filter((key) => approved[key] !== undefined && canonicalJson(approved[key]) !== canonicalJson(base[key] ?? null))
    .map((key) => {
      const message = `${key} was approved as ${worded(approved[key])}, and the base says ${worded(base[key])}`;
      return tell(approved[key] !== null && PROTECTIVE.includes(key), message);
    });
}

function worded(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return quoted(value);
  const { raw } = value as { readonly raw?: unknown };
  return quoted(typeof raw === "string" ? raw : canonicalJson(value));
}

/** By name, and what has the same name in order: nothing of either side is left out. */
function pairs<T>(
  approved: readonly T[],
  base: readonly T[],
  name: (item: T) => string,
): readonly (readonly [T | undefined, T | undefined])[] {
  const [was, is] = [Map.groupBy(approved, name), Map.groupBy(base, name)];
  return [...new Set([...was.keys(), ...is.keys()])].sort(order).flatMap((key) => {
    const [before, now] = [inOrder(was.get(key) ?? []), inOrder(is.get(key) ?? [])];
    return Array.from({ length: Math.max(before.length, now.length) }, (_, at) => [before[at], now[at]] as const);
  });
}

function inOrder<T>(items: readonly T[]): readonly T[] {
  return items.length < 2 ? items : items.toSorted((a, b) => order(canonicalJson(a), canonicalJson(b)));
}

/** By code unit; never by locale. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function quoted(name: string): string {
  return `\`${clipped(name)}\``;
}

function clipped(name: string): string {
  return (name.length <= NAME_MAX ? name : `${name.slice(0, NAME_MAX - 1)}…`).toWellFormed();
}
