import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** Domains keep two kinds of value from ever sharing a digest. */
export type HashDomain =
  | "countersign/facts/v1"
  | "countersign/policy/v1"
  | "countersign/policy-files/v1"
  | "countersign/findings/v1"
  | "countersign/finding/v1"
  | "countersign/content/v1"
  | "countersign/source-snapshot/v1"
  | "countersign/command-history/v1"
  | "countersign/runtime-projection/v1"
  | "countersign/review-projection/v1"
  | "countersign/compiled/v1"
  | "countersign/reading-rules/v1"
  | "countersign/audit/v1"
  | "countersign/audit-payload/v1";

/** RFC 8785 canonical JSON. Throws on values that JSON cannot hold (a lone surrogate, NaN): readers refuse those first. */
export function canonicalJson(value: unknown): string {
  if (isSortedTexts(value)) return JSON.stringify(value);
  const text = canonicalize(value);
  if (text === undefined) throw new Error("not representable as canonical JSON");
  return text;
}

/** An object of texts and nulls with its keys in order: JSON.stringify writes it as RFC 8785 asks, in a fraction of the time. */
function isSortedTexts(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  let last = "";
  for (const key in value) {
    const each: unknown = value[key as keyof typeof value];
    if (key < last || !key.isWellFormed() || !(each === null || (typeof each === "string" && each.isWellFormed()))) return false;
    last = key;
  }
  return true;
}

/** SHA-256, lower-case hex, over the length-prefixed domain and the canonical JSON of `value`. */
export function digest(domain: HashDomain, value: unknown): string {
  return hash("sha256", `${domain.length}:${domain}${canonicalJson(value)}`);
}
