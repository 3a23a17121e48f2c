import { describe, expect, it, test } from "vitest";
import type { Format } from "../../../../src/engine/contract/model.ts";
import { OFFICIAL, WRITTEN } from "../../../../src/engine/contract/official/catalogue.ts";
import { brief, judged, type Spoilt, spoil } from "./judge.ts";

const DBT = `version: 2
models:
  - name: m
    columns:
      - name: a
        data_type: int
`;
const AVRO = `{
"type": "record",
"name": "a.B",
"fields": [
{"name": "c",
"type": ["null", {"type": "map", "values": "string"}],
"pii": true}
]}`;
const FIDES = `dataset:
  - fides_key: d
    collections:
      - name: c
        fields:
          - name: a
            data_categories: [user.contact]
`;
const VALID: readonly (readonly [Format, string])[] = [
  ["dbt", DBT],
  ["avro", AVRO],
  ["fides", FIDES],
];

test.each(VALID)("the %s that is spoilt below is valid as it is: %j", (format, text) => expect(judged(format, text)).toEqual([]));

const SPOILT: readonly Spoilt[] = [
  // dbt
  [
    "a misspelt key",
    "dbt",
    DBT,
    "data_type",
    "datatype",
    ["6 `models.m.columns.a` must not have the key `datatype` (did you mean `data_type`?)"],
  ],
  [
    "a misspelt section",
    "dbt",
    DBT,
    "version: 2",
    "version: 2\nsnapshot: []",
    ["2 the contract must not have the key `snapshot` (did you mean `snapshots`?)"],
  ],
  [
    "a mapping where a list belongs",
    "dbt",
    DBT,
    "data_type: int",
    "tests: {unique: true}",
    ["6 `m.columns.a.tests` must be a list, not a mapping"],
  ],
  ["a column without a name", "dbt", DBT, "- name: a\n        ", "- ", ["5 `models.m.columns` needs the key `name`"]],
  [
    "an unknown access",
    "dbt",
    DBT,
    "- name: m",
    "- name: m\n    access: open",
    ["4 `models.m.access` must be one of `private`, `protected`, `public`, not `open`"],
  ],
  [
    "an unknown constraint",
    "dbt",
    DBT,
    "data_type: int",
    "constraints: [{type: notnull}]",
    [expect.stringMatching(/^6 .*type` must be one of .*, not `notnull` \(did you mean `not_null`\?\)$/)],
  ],
  ["no version", "dbt", DBT, "version: 2\n", "", []],
  ["Jinja where a truth value belongs", "dbt", DBT, "data_type: int", "quote: \"{{ var('q') }}\"", []],
  [
    "a version that takes columns over",
    "dbt",
    DBT,
    "    columns:",
    "    versions: [{v: 1, columns: [{include: all, exclude: [a]}, {name: b}]}]\n    columns:",
    [],
  ],
  [
    "a version without its number",
    "dbt",
    DBT,
    "    columns:",
    "    versions: [{columns: []}]\n    columns:",
    ["4 `models.m.versions` needs the key `v`"],
  ],
  // Avro
  ["attributes of one's own", "avro", AVRO, '"pii": true', '"logicalType": "mine", "x": {}', []],
  ["a field without a type", "avro", AVRO, '"type": ["null"', '"typ": ["null"', ["5 `fields.c` needs the key `type`"]],
  [
    "fields that are no list",
    "avro",
    AVRO,
    '"null", {"type"',
    '{"type": "record", "name": "D", "fields": {}}, {"type"',
    ["6 `c.type.D.fields` must be a list, not a mapping"],
  ],
  [
    "an unknown order",
    "avro",
    AVRO,
    '"pii": true',
    '"order": "up"',
    ["7 `fields.c.order` must be one of `ascending`, `descending`, `ignore`, not `up`"],
  ],
  ["a name that is none", "avro", AVRO, '"name": "c"', '"name": "c-d"', [expect.stringMatching(/^5 .*name` must match .*, not `c-d`/)]],
  ["a map without values", "avro", AVRO, ', "values": "string"', "", ["6 `fields.c.type` needs the key `values`"]],
  [
    "an enum without symbols",
    "avro",
    AVRO,
    '{"type": "map", "values": "string"}',
    '{"type": "enum", "name": "E"}',
    ["6 `fields.c.type.E` needs the key `symbols`"],
  ],
  ["a union in a union", "avro", AVRO, '"null", {', '["null"], {', ["6 `fields.c.type` must be text or a mapping, not a list"]],
  ["a registry's request", "avro", `{"schema":\n${AVRO}}`, '"name": "a.B",', "", ["1 `schema` needs the key `name`"]],
  // Fides
  [
    "a misspelt key",
    "fides",
    FIDES,
    "data_categories",
    "data_categries",
    ["7 `collections.c.fields.a` must not have the key `data_categries` (did you mean `data_categories`?)"],
  ],
  [
    "a category that is no key",
    "fides",
    FIDES,
    "user.contact",
    "user contact",
    [expect.stringMatching(/^7 .*data_categories` must match .*, not `user contact`/)],
  ],
  [
    "a text where a list belongs",
    "fides",
    FIDES,
    "[user.contact]",
    "user.contact",
    ["7 `c.fields.a.data_categories` must be a list or empty, not `user.contact`"],
  ],
  [
    "a collection without fields",
    "fides",
    FIDES,
    "fields:",
    "feilds:",
    [
      "4 `dataset.collections.c` needs the key `fields`",
      "5 `dataset.collections.c` must not have the key `feilds` (did you mean `fields`?)",
    ],
  ],
  [
    "an unknown type",
    "fides",
    FIDES,
    "data_categories: [user.contact]",
    "fides_meta: {data_type: text}",
    [expect.stringMatching(/^7 .*data_type` must be one of .*, not `text`/)],
  ],
  ["another resource in the file", "fides", FIDES, "dataset:", "system: [{fides_key: s}]\ndataset:", []],
];

describe("a spoilt contract is told at its line", () => {
  it.each(SPOILT)("%s (%s)", (_name, format, ...how) => expect(judged(format, spoil(how)).map(brief)).toEqual(how[3]));
});

test("every schema that we wrote judges a line of versions", () => {
  const named = Object.values(OFFICIAL).flatMap(({ lines }) => lines.map(({ schema }) => schema));
  expect(Object.keys(WRITTEN).filter((name) => !named.includes(name as keyof typeof WRITTEN))).toEqual([]);
});
