import { describe, expect, it, test } from "vitest";
import { fromDraft04, withDifferences } from "../../src/sandbox/schema-forms.ts";

describe("a schema that is written as differences", () => {
  const base = { a: { "b/c": 1 }, list: [1, 2] };

  it.each<[string, Parameters<typeof withDifferences>[1][number], unknown]>([
    ["adds a key", { op: "add", path: "/a/d", value: 2 }, { a: { "b/c": 1, d: 2 }, list: [1, 2] }],
    ["adds at the end of a list", { op: "add", path: "/list/-", value: 3 }, { a: { "b/c": 1 }, list: [1, 2, 3] }],
    ["replaces what an escaped key holds", { op: "replace", path: "/a/b~1c", value: 2 }, { a: { "b/c": 2 }, list: [1, 2] }],
    ["replaces an item", { op: "replace", path: "/list/0", value: 3 }, { a: { "b/c": 1 }, list: [3, 2] }],
    ["removes a key", { op: "remove", path: "/a" }, { list: [1, 2] }],
    ["removes an item", { op: "remove", path: "/list/0" }, { a: { "b/c": 1 }, list: [2] }],
  ])("%s", (_name, difference, expected) => {
    expect(withDifferences(base, [difference])).toEqual(expected);
    expect(base).toEqual({ a: { "b/c": 1 }, list: [1, 2] });
  });

  it.each([
    ["a key that is not there", { op: "remove", path: "/x" }],
    ["a place that is not there", { op: "add", path: "/x/y", value: 1 }],
    ["an item that is not there", { op: "replace", path: "/list/2", value: 1 }],
    ["a key that is there already", { op: "add", path: "/a", value: 1 }],
  ] as const)("does not pass over %s", (_name, difference) => expect(() => withDifferences(base, [difference])).toThrow(difference.path));
});

test("draft 4 in the words of draft 7", () => {
  expect(
    fromDraft04({
      $schema: "http://json-schema.org/draft-04/schema#",
      id: "http://example.com/a",
      properties: { id: { type: "string" }, minimum: { minimum: 1, exclusiveMinimum: true } },
      items: { id: "#item", maximum: 2, exclusiveMaximum: false, exclusiveMinimum: true },
    }),
  ).toEqual({
    properties: { id: { type: "string" }, minimum: { exclusiveMinimum: 1 } },
    items: { maximum: 2 },
  });
});
