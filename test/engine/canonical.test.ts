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

it("writes any plain data as RFC 8785 asks", () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, true, false, -0, undefined),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(text, fc.constantFrom("1", "10", "9", "toJSON", "b", "a")), tie("value"), { maxKeys: 5 }),
    ),
  })).value;
  const written = (write: () => unknown) => {
    try {
      return write();
    } catch {
      return "refused";
    }
  };
  fc.assert(
    fc.property(fc.array(plain), (value) => {
      expect(written(() => canonicalJson(value))).toEqual(written(() => canonicalize(value)));
    }),
    { numRuns: 2000 },
  );
});

it.each([
  ["a value", { a: "\ud800" }],
  ["a key", { "\udc00": "a" }],
])("refuses half a character in %s", (_, value) => {
  expect(() => canonicalJson(value)).toThrow();
});
