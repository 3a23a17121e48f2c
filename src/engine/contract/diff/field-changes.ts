import { tagKeys } from "../compile.ts";
import type { FindingCode } from "../finding-codes.ts";
import type { Contract, Field, Tag } from "../model.ts";
import {
  type Change,
  change,
  fieldId,
  fieldPlace,
  isTagged,
  type OwnedField,
  type OwnedObject,
  type Place,
  protectingKeys,
  tagsInForce,
} from "./change.ts";
import { fieldExampleChanges } from "./example-changes.ts";
import { looksPersonal } from "./likeness.ts";
import { isSameObject, type Pair } from "./match.ts";
import { listChanges, qualityChanges } from "./quality-changes.ts";
import { redirectChanges } from "./redirected.ts";
import { isSameField } from "./same-field.ts";
import { storedElsewhere } from "./stored.ts";
import { compareTags, type Ordered, type TagChange } from "./tag-changes.ts";
import { compareTypes, describeType, describeTypes } from "./type-change.ts";

/** Everything that differs between two forms of one field. */
export function changedField({ before, after, assumed }: Pair<OwnedField>, ordered: Ordered): readonly Change[] {
  if (isSameField(before, after)) return [];
  const place = fieldPlace(before, after);
  const tags = compareTags(before.field.tags, after.field.tags, ordered).map((each): Change => {
    const covered = each.sensitive && each.code === "tag.removed" && tagsInForce(after).some((tag) => tag.key === each.key);
    return {
      ...change(
        each.code,
        each.code === "tag.removed" ? place : atTag(place, after.field.tags, each),
        each.before,
        each.after,
        covered ? "; only the enclosing object or contract still carries it" : "",
        each.sensitive,
      ),
      lost: each.sensitive && each.code !== "tag.added" && each.code !== "tag.changed" ? [fieldId(before)] : [],
    };
  });
  return [
    ...identityChanges(before, after, place, assumed === true),
    ...numberChanges(before, after),
    ...tags,
    ...shapeChanges(before, after, place),
    ...redirectChanges(before, after),
  ];
}

/** Renamed or moved. Blocks when a protecting tag did not come along, and when only the name says that it is the same field. */
function identityChanges(before: OwnedField, after: OwnedField, place: Place, assumed: boolean): readonly Change[] {
  const was = before.field.path.join(".");
  const made = (code: FindingCode, from: string, to: string): Change => {
    const kept = new Set(tagKeys(tagsInForce(after)));
    const dropped = protectingKeys(tagsInForce(before)).some((key) => !kept.has(key));
    return {
      ...change(code, place, from, to, dropped ? ", and its tags did not come along" : assumed ? WITHOUT_ID : "", dropped || assumed),
      lost: dropped ? [fieldId(before)] : [],
    };
  };
  const sameParent = before.field.path.slice(0, -1).join("\0") === after.field.path.slice(0, -1).join("\0");
  if (!isSameObject(before, after) || !sameParent)
    return [made("field.moved", `${before.object.name}.${was}`, `${after.object.name}.${after.field.path.join(".")}`)];
  if (before.field.name !== after.field.name) return [made("field.renamed", was, after.field.path.join("."))];
  const moved = storedElsewhere({ ...before.field, ...before }, { ...after.field, ...after }, isTagged(place.tagsBefore));
  return moved === null ? [] : [made("field.renamed", `physical name ${moved.from}`, `physical name ${moved.to}`)];
}

const WITHOUT_ID = " with its tags, as far as its name tells: no id says that it is the same field";

/** A number is the field on the wire: data written under the old one is read as another field, or lost. */
function numberChanges(before: OwnedField, after: OwnedField): readonly Change[] {
  const [was, is] = [before.field.number, after.field.number];
  if (was === null || is === null || was === is) return [];
  const owner = numberOwner(before, after.field);
  const words = `in place of \`${was}\`${owner === null ? "" : `; it was the number of \`${owner.field.path.join(".")}\``}`;
  return [change("number.reused", reusePlace(before, after, owner), was, is, words)];
}

/** The base field of one object that had the number of a field at head. */
function numberOwner(before: OwnedObject, after: Field): OwnedField | null {
  const parent = after.path.slice(0, -1).join("\0");
  const owner = before.object.fields.find((field) => field.number === after.number && field.path.slice(0, -1).join("\0") === parent);
  return owner === undefined ? null : { contract: before.contract, object: before.object, field: owner };
}

/** The tags of the number's old owner are at stake too. */
function reusePlace(before: OwnedField | null, after: OwnedField, owner: OwnedField | null): Place {
  const place = fieldPlace(before, after);
  return { ...place, tagsBefore: [...place.tagsBefore, ...(owner === null ? [] : tagsInForce(owner))] };
}

function shapeChanges(before: OwnedField, after: OwnedField, place: Place): readonly Change[] {
  const [b, a] = [before.field, after.field];
  const made = (code: FindingCode, was: string | null, is: string | null, about = "") => change(code, place, was, is, about);
  const differs = (code: FindingCode, was: string | null, is: string | null) => (was === is ? [] : [made(code, was, is)]);
  const flag = (name: "required" | "unique" | "primaryKey") => {
    const [was, is] = [b[name] === true, a[name] === true];
    return was === is ? [] : [made(`${name}.${is ? "tightened" : "loosened"}`, String(was), String(is))];
  };
  const type = compareTypes(b.type, a.type);
  return [
    ...(type === "same" ? [] : [made(type === "changed" ? "type.changed" : "type.widened", ...describeTypes(b.type, a.type))]),
    ...nullableChanges(before, after, made),
    ...flag("required"),
    ...flag("unique"),
    ...flag("primaryKey"),
    ...enumChanges(b, a, made),
    ...constraintChanges(b, a, made),
    ...differs("default.changed", b.default, a.default),
    ...differs("masking.changed", b.masking, a.masking),
    ...fieldExampleChanges({ before, after }),
    ...listChanges(b.origins, a.origins).flatMap(([was, is]) => (b.origins.length === 0 ? [] : [made("tag.origin_changed", was, is)])),
    ...differs("description.changed", b.description, a.description),
    ...(b.deprecated === a.deprecated
      ? []
      : [made(a.deprecated ? "deprecation.added" : "deprecation.removed", String(b.deprecated), String(a.deprecated))]),
    ...qualityChanges(b.quality, a.quality, comparable(before.contract, after.contract), place),
  ];
}

/** The same standard in the same major version writes its rules in the same words. */
export function comparable(before: Contract, after: Contract): boolean {
  const major = (contract: Contract) => `${contract.format} ${/\d+/.exec(contract.specVersion)?.[0] ?? ""}`;
  return before.format === after.format && (before.format !== "odcs" || major(before) === major(after));
}

type Make = (code: FindingCode, before: string | null, after: string | null, about?: string) => Change;

/** Between formats, one that has no word for null says nothing about it. */
function nullableChanges(before: OwnedField, after: OwnedField, made: Make): readonly Change[] {
  const [was, is] = [before.field.nullable, after.field.nullable];
  // Where null and absence are one, `required` has told it.
  const told = (before.field.required === true) !== (after.field.required === true) && (after.field.required === true) !== (is === true);
  if (told || (was === true) === (is === true) || (before.contract.format !== after.contract.format && (was === null || is === null)))
    return [];
  return [made(is === true ? "nullable.loosened" : "nullable.tightened", String(was === true), String(is === true))];
}

function enumChanges(before: Field, after: Field, made: Make): readonly Change[] {
  const [was, is] = [before.enum, after.enum];
  if (was === null && is === null) return [];
  if (was === null) return [made("constraints.tightened", null, is!.join(", "), "enum")];
  if (is === null) return [made("constraints.loosened", was.join(", "), null, "enum")];
  const [old, now] = [new Set(was), new Set(is)];
  return [
    ...was.filter((value) => !now.has(value)).map((value) => made("enum.value_removed", value, null)),
    ...is.filter((value) => !old.has(value)).map((value) => made("enum.value_added", null, value)),
  ];
}

function constraintChanges(before: Field, after: Field, made: Make): readonly Change[] {
  const was = { ...before.constraints, ...(before.format === null ? {} : { format: before.format }) };
  const is = { ...after.constraints, ...(after.format === null ? {} : { format: after.format }) };
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].sort().flatMap((name) => {
    const [old, now] = [was[name as keyof typeof was] ?? null, is[name as keyof typeof is] ?? null];
    if (old === now) return [];
    return [made(isLooser(name, old, now) ? "constraints.loosened" : "constraints.tightened", old, now, name)];
  });
}

function isLooser(name: string, before: string | null, after: string | null): boolean {
  if (after === null) return true;
  if (before === null) return false;
  const step = Number(after) - Number(before);
  if (/^(max|exclusiveMax)/.test(name) || name === "precision") return step > 0;
  return /^(min|exclusiveMin)/.test(name) && step < 0;
}

/** @param candidate a new field that may be this one under another name: shown, it never takes the finding away. */
export function removedField(before: OwnedField, candidate: OwnedField | null): Change {
  const at = fieldPlace(before, null);
  const place = { ...at, tagsBefore: [...at.tagsBefore, ...before.field.inside.map(({ tag }) => tag)] };
  const tagged = isTagged(place.tagsBefore);
  const about =
    candidate === null
      ? ""
      : ` (perhaps renamed to \`${candidate.field.path.join(".")}\`${tagged && !isTagged(tagsInForce(candidate)) ? ", which carries no tag" : ""})`;
  return { ...change("field.removed", place, describeType(before.field.type), null, about), lost: tagged ? [fieldId(before)] : [] };
}

/** The line of the word that stands there now; what came through a reference is told at the field. */
function atTag(place: Place, tags: readonly Tag[], { key, after }: TagChange): Place {
  const written = tags.filter((tag) => tag.via.length === 0);
  const tag = written.find((each) => each.key === after) ?? written.find((each) => each.key === key);
  return tag === undefined ? place : { ...place, pos: tag.pos };
}

/** @param befores the base forms of the object around it; empty = the object is new too. */
export function addedField(after: OwnedField, befores: readonly OwnedObject[]): readonly Change[] {
  const place = fieldPlace(null, after);
  const tags = compareTags([], after.field.tags).map((each) => change("tag.added", place, null, each.after, "", each.sensitive));
  const suspect = !isTagged(place.tagsAfter) && looksPersonal(after.field.name) ? [change("tag.suspected_missing", place, null, null)] : [];
  const breaks = befores.length > 0 && isDemanded(after);
  const about = breaks ? ", and data without it is refused" : "";
  const owner =
    after.field.number === null ? null : (befores.map((before) => numberOwner(before, after.field)).find((each) => each !== null) ?? null);
  const reused =
    owner === null
      ? []
      : [
          change(
            "number.reused",
            reusePlace(null, after, owner),
            owner.field.path.join("."),
            after.field.number,
            `was the number of \`${owner.field.path.join(".")}\``,
          ),
        ];
  return [{ ...change("field.added", place, null, describeType(after.field.type), about), breaks }, ...reused, ...tags, ...suspect];
}

/** What others send, or wrote before, must hold it: input types, arguments, requests, and Avro, whose readers fill a missing field from its default only. */
function isDemanded({ contract, object, field }: OwnedField): boolean {
  if (field.default !== null) return false;
  switch (contract.format) {
    case "avro":
      return field.path.length === 1;
    case "graphql":
      return field.required === true && (object.input === true || field.name.endsWith(")"));
    case "openapi":
      return field.required === true && /^[A-Z]+ /.test(object.name) && field.path[0] !== "response";
    default:
      return field.required === true && object.input === true;
  }
}
