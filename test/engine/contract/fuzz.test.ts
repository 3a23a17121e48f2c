import { expect, it } from "vitest";
import { readCorpus } from "./corpus.ts";
import { fuzzCase, troubleWith } from "./fuzz-case.ts";

const corpus = readCorpus();

it("no damage to a contract makes the engine throw, speak anything but JSON, or pass what it cannot read", () => {
  const told = Array.from({ length: 60 }, (_, seed) => ({ seed, trouble: troubleWith(fuzzCase(corpus, seed)) }));
  expect(told.filter(({ trouble }) => trouble !== null)).toEqual([]);
});

it("a seed gives its input again", () => {
  for (const seed of [1, 2, 3, 99]) expect(fuzzCase(corpus, seed)).toEqual(fuzzCase(corpus, seed));
  expect(new Set(Array.from({ length: 60 }, (_, seed) => fuzzCase(corpus, seed).kinds).flat()).size).toBeGreaterThan(8);
});
