import fc from "fast-check";
import { DirectiveLocation } from "graphql";
import { describe, expect, it } from "vitest";
import { ours, theirs } from "./sides.ts";
import { damaged, FORMS, NEAR, REAL, scattered } from "./texts.ts";

describe("our reader of GraphQL and the library", () => {
  it.each(REAL)("agree on %s", (_, text) => expect(ours(text)).toEqual(theirs(text)));

  it.each(FORMS)("agree that this is a schema: %s", (text) => {
    expect(theirs(text)).toBeInstanceOf(Array);
    expect(ours(text)).toEqual(theirs(text));
  });

  it.each(NEAR)("agree on this: %s", (text) => expect(ours(text)).toEqual(theirs(text)));

  it.each(Object.keys(DirectiveLocation))("a directive may stand on %s", (place) => {
    const text = `directive @a on ${place}`;
    expect(ours(text)).toEqual(theirs(text));
  });

  it("agree on thousands of damaged schemas", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom(...FORMS, ...REAL.map(([, text]) => text)).chain(damaged), (text) => {
        const told = theirs(text);
        if (Array.isArray(told)) read += 1;
        expect(ours(text)).toEqual(told);
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(300);
  });

  it("agree on tokens in a row", () => {
    fc.assert(
      fc.property(scattered, (text) => {
        expect(ours(text)).toEqual(theirs(text));
      }),
      { numRuns: 4000 },
    );
  });

  it("what was kept of another version reads as if all were read", () => {
    const pairs = fc.constantFrom(...FORMS, ...REAL.map(([, text]) => text)).chain((text) => fc.tuple(fc.constant(text), damaged(text)));
    fc.assert(
      fc.property(pairs, ([earlier, text]) => {
        if (Array.isArray(ours(earlier))) expect(ours(text, earlier)).toEqual(ours(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("the cap on tokens is the same", () => {
    const fields = (count: number) => `type T {${" a: I".repeat(count)} }`;
    for (const count of [99_998, 99_999, 100_000]) {
      const [own, their] = [ours(fields(count)), theirs(fields(count))];
      expect(Array.isArray(own)).toBe(Array.isArray(their));
      if (!Array.isArray(own)) expect(own).toEqual(their);
    }
  });
});
