import { expect, test } from "vitest";
import type { Finding } from "../../src/engine/contract/finding.ts";
import { headline } from "../../src/engine/verdict.ts";
import { finding } from "./policy/build.ts";

const masking = { code: "masking.changed", weight: "exposure", message: "masking changed", tagsBefore: ["gdpr", "phi", "pii"] } as const;
const lowered = {
  code: "classification.lowered",
  message: "classification lowered from `restricted` to `public`",
  tagsBefore: ["restricted"],
  tagsAfter: ["public"],
} as const;

test.each<readonly [string, readonly Partial<Finding>[]]>([
  ["a `pii` tag is removed (and 1 more change)", [masking, { tagsBefore: ["pii"] }]],
  ["tags `pci-dss`, `pii` are removed", [{ tagsBefore: ["pci-dss", "pii"] }]],
  ["customers.email: classification lowered from `restricted` to `public` (and 1 more change)", [masking, lowered]],
  ["customers.email: masking changed (and 1 more change)", [{ severity: "warn", weight: "other" }, masking]],
  ["customers.email: masking changed", [masking]],
  ["a change", []],
])("the headline is %j", (expected, findings) => {
  const made = findings.map((over) => finding(over));
  expect(headline(made)).toBe(expected);
  expect(headline(made.toReversed())).toBe(expected);
});
