import { digest } from "../../canonical.ts";
import { tagKeys } from "../compile.ts";
import type { Finding } from "../finding.ts";
import { FINDING_CODES, type FindingRule } from "../finding-codes.ts";
import { visible } from "../lookalike.ts";
import type { Tag } from "../model.ts";
import type { Change } from "./change.ts";

const MILD: readonly Finding["severity"][] = ["info", "warn", "break", "block"];

/** Applies the rule table; equal findings are told once, by the most severe, in the order of the files. */
export function toFindings(changes: readonly Change[]): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const each of changes) {
    const finding = toFinding(each);
    const known = found.get(finding.fingerprint);
    if (known === undefined || MILD.indexOf(finding.severity) > MILD.indexOf(known.severity)) found.set(finding.fingerprint, finding);
  }
  return [...found.values()].sort(inOrder);
}

function toFinding(change: Change): Finding {
  const rule: FindingRule = FINDING_CODES[change.code];
  const { contract, format, object, field, file, pos, side, tagsBefore, tagsAfter } = change.place;
  const { code, before, after } = change;
  return {
    code,
    severity: (change.breaks === true ? rule.whenBreaking : undefined) ?? (change.tagged ? rule.whenTagged : rule.severity),
    contract,
    format,
    object,
    field,
    tagsBefore: tagKeys(tagsBefore),
    tagsAfter: tagKeys(tagsAfter),
    unknownClasses: unknownClasses(tagsBefore, tagsAfter),
    before,
    after,
    message: visible(rule.sentence(change)),
    file,
    line: pos?.line ?? null,
    column: pos?.column ?? null,
    side,
    weight: change.tagged ? rule.whenTaggedWeight : rule.weight,
    fingerprint: digest("countersign/finding/v1", { after, before, code, contract, field, object }),
  };
}

function unknownClasses(before: readonly Tag[], after: readonly Tag[]): readonly string[] {
  const [was, is] = [unknownIn(before), unknownIn(after)];
  return was.length === 0 && is.length === 0 ? NONE : [...new Set([...was, ...is])].sort();
}

const NONE: readonly string[] = [];

function unknownIn(tags: readonly Tag[]): readonly string[] {
  if (!tags.some(isUnknown)) return NONE;
  const known = unknownsOf.get(tags);
  if (known !== undefined) return known;
  const unknown = tagKeys(tags.filter(isUnknown));
  unknownsOf.set(tags, unknown);
  return unknown;
}

function isUnknown(tag: Tag): boolean {
  return tag.classifies && !tag.known;
}

/** Memory of unknownIn: all findings of one place share its lists. */
const unknownsOf = new WeakMap<readonly Tag[], readonly string[]>();

function inOrder(a: Finding, b: Finding): number {
  return (
    compare(a.file, b.file) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compare(a.code, b.code) ||
    compare(a.field ?? "", b.field ?? "") ||
    compare(a.fingerprint, b.fingerprint)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
