import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** Domains keep two kinds of value from ever sharing a digest. */
export type HashDomain =
  | "countersign/facts/v1"
  | "countersign/policy/v1"
  | "countersign/policy-files/v1"
  | "countersign/findings/v1"
  | "countersign/decision-trace/v1"
  | "countersign/finding/v1"
  | "countersign/content/v1"
  | "countersign/source-snapshot/v1"
  | "countersign/command-history/v1"
  | "countersign/runtime-projection/v1"
  | "countersign/review-projection/v1"
  | "countersign/compiled/v1"
  | "countersign/reading-rules/v1"
  | "countersign/contract/v1"
  | "countersign/contract-part/v1"
  | "countersign/request/v1"
  | "countersign/comment/v1"
  | "countersign/audit/v1"
  | "countersign/audit-payload/v1"
  | "countersign/stored-evaluation/v1"
  | "countersign/membership/v1"
  | "countersign/record/v1"
  | "countersign/submitted-side/v1"
  | "countersign/submitted-blob/v1";

/** RFC 8785 canonical JSON. Throws on values that JSON cannot hold (a lone surrogate, NaN): readers refuse those first. */
export function canonicalJson(value: unknown): string {
  const ordered = inOrder(value);
  if (ordered !== ODD) return JSON.stringify(ordered);
  const text = canonicalize(value);
  if (text === undefined) throw new Error("not representable as canonical JSON");
  return text;
}

const ODD = Symbol("left to the library");
/** Keys that an object puts elsewhere than in the order in which they were set. */
const UNORDERED_KEY = /^(\d|__proto__$)/;

/**
 * Plain data with its keys in order: JSON.stringify writes it as RFC 8785 asks, in a fraction of the time. ODD for all that it would
 * write otherwise, or leave out.
 */
function inOrder(value: unknown): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return value.isWellFormed() ? value : ODD;
  if (typeof value === "number") return Number.isFinite(value) ? value : ODD;
  if (typeof value !== "object") return ODD;
  if (Array.isArray(value)) {
    const items = value.map(inOrder);
    return items.length === value.length && !items.includes(ODD) && Object.keys(items).length === items.length ? items : ODD;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return ODD;
  const ordered: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const each = inOrder(value[key as keyof typeof value]);
    if (each === ODD || UNORDERED_KEY.test(key) || !key.isWellFormed()) return ODD;
    ordered[key] = each;
  }
  return ordered;
}

/** SHA-256, lower-case hex, over the length-prefixed domain and the canonical JSON of `value`. */
export function digest(domain: HashDomain, value: unknown): string {
  return hash("sha256", `${domain.length}:${domain}${canonicalJson(value)}`);
}
