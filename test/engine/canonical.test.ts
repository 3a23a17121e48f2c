import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "../../src/engine/canonical.ts";

const text = fc.string({ unit: "binary" });

it("writes objects of texts as RFC 8785 asks, whatever the order of their keys", () => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.option(text)), (value) => {
      const sorted = Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
      expect(canonicalJson(sorted)).toBe(canonicalize(value));
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
  );
});

it.each([
  ["a value", { a: "\ud800" }],
  ["a key", { "\udc00": "a" }],
])("refuses half a character in %s", (_, value) => {
  expect(() => canonicalJson(value)).toThrow();
});
