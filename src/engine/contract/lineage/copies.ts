import { digest } from "../../canonical.ts";
import { BUILT_IN_ORDER, compareClass } from "../class-order.ts";
import type { CompiledContract, Finding } from "../finding.ts";
import { FINDING_CODES } from "../finding-codes.ts";
import type { LineageSummary } from "./model.ts";

/** Fields told of one pair of contracts: any of them asks for what all would. */
const TOLD_MAX = 100;

/** What is told of a field whose name was not there before. */
export const COMES: ReadonlySet<string> = new Set(["field.added", "field.renamed", "field.moved"]);

export interface Copies {
  /** Contracts of the change, as they stand at the head. */
  readonly contracts: readonly CompiledContract[];
  readonly findings: readonly Finding[];
  readonly base: readonly LineageSummary[];
  /** All that stands at the head, as far as it is known. */
  readonly standing: readonly LineageSummary[];
}

/**
 * A contract that comes under the id of another one, which stays, or a field that comes to one which has it: whoever goes by the id finds
 * either. What the one that was there protects, the new one must too, wherever it declares the same field. A new version in a file of its own
 * is the everyday case.
 */
export function copyFindings({ contracts, findings, base, standing }: Copies): readonly Finding[] {
  const stood = new Set(base.map(({ file, key }) => JSON.stringify([file, key])));
  const added = new Set(findings.flatMap(({ code, ...at }) => (COMES.has(code) ? [placeOf(at.contract, at.object, at.field)] : [])));
  const fresh = contracts.flatMap((contract): readonly CompiledContract[] => {
    const { file, key, objects } = contract;
    if (key === file) return [];
    if (!stood.has(JSON.stringify([file, key]))) return [contract];
    const came = objects.map((object) => ({
      ...object,
      fields: object.fields.filter(({ path }) => added.has(placeOf(file, object.name, path))),
    }));
    return came.some(({ fields }) => fields.length > 0) ? [{ ...contract, objects: came }] : [];
  });
  if (fresh.length === 0) return [];
  const byKey = Map.groupBy(standing, ({ key }) => key);
  return fresh.flatMap((copy) => (byKey.get(copy.key) ?? []).flatMap((other) => missingIn(copy, other, findings)));
}

function placeOf(file: string, object: string | null, field: string | null): string {
  return JSON.stringify([file, object, field]);
}

function missingIn(copy: CompiledContract, other: LineageSummary, findings: readonly Finding[]): readonly Finding[] {
  if (other.file === copy.file) return [];
  const fields = new Map(
    copy.objects.flatMap(({ name, fields }) => fields.map((field) => [JSON.stringify([name, field.path]), field] as const)),
  );
  const found = other.tagged.flatMap(({ object, field, keys }) => {
    const tags = fields.get(JSON.stringify([object, field]))?.tags;
    const missing = tags === undefined ? [] : keys.filter((key) => !tags.some((tag) => isAtLeast(tag, key)));
    return missing.length === 0 ? [] : [{ object, field, missing, tags: tags! }];
  });
  const told = found.slice(0, TOLD_MAX);
  const lines = new Map(findings.map((each) => [placeOf(each.file, each.object, each.field), each]));
  return told.map((each) => untagged(copy, other, each, lines.get(placeOf(copy.file, each.object, each.field))));
}

function isAtLeast(tag: string, key: string): boolean {
  const order = compareClass({ order: BUILT_IN_ORDER }, tag, key);
  return order === 0 || order === 1;
}

function untagged(
  { file, format }: CompiledContract,
  other: LineageSummary,
  {
    object,
    field,
    missing,
    tags,
  }: { readonly object: string; readonly field: string; readonly missing: readonly string[]; readonly tags: readonly string[] },
  place: Finding | undefined,
): Finding {
  const code = "copy.untagged";
  const rule = FINDING_CODES[code];
  const before = missing.join(", ");
  const after = other.file;
  return {
    code,
    severity: rule.whenTagged,
    contract: file,
    format,
    object,
    field,
    tagsBefore: [...new Set([...missing, ...tags])].sort(),
    tagsAfter: tags,
    unknownClasses: missing.filter((key) => key.startsWith("unknown:")),
    before,
    after,
    message: rule.sentence({ before, after, about: "" }),
    file,
    line: place?.line ?? null,
    column: place?.column ?? null,
    side: "head",
    weight: rule.whenTaggedWeight,
    fingerprint: digest("countersign/finding/v1", { after, before, code, contract: file, field, object }),
  };
}
