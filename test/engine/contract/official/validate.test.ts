import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import type { Format } from "../../../../src/engine/contract/model.ts";
import { OFFICIAL_PROBLEMS_MAX } from "../../../../src/engine/contract/official/validate.ts";
import { readCorpus } from "../corpus.ts";
import { brief, judged, ODCS } from "./judge.ts";

/** Real files that differ from the schema of their own version, each for the reason beside it. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  // A Snowflake server's key at a server of another type.
  "odcs/datacontract__datacontract-cli__tests_fixtures_dbt_export_datacontract.odcs.yaml": [
    "16 `servers.production` must not have the key `account`",
  ],
  "odcs/datacontract__datacontract-cli__tests_fixtures_custom_export_model_datacontract.odcs.yaml": [
    "16 `servers.production` must not have the key `account`",
  ],
};
/** Likewise, for the schemas that we wrote. */
const WRITTEN_EXPECTED: Readonly<Record<string, readonly string[]>> = {
  // Says 3.0.2 and has the team of 3.1.
  "odcs/bitol-io__open-data-contract-standard__docs_examples_stakeholders_basic-four-dpo.odcs.yaml": [
    "9 `team` must be a list, not a mapping",
  ],
  // Likewise; rules in SQL without a query; Snowflake without account and schema.
  "odcs/datacontract__datacontract-cli__tests_fixtures_changelog_unit_changelog_unit_v1.yaml": [
    "32 `schema.orders.quality.row_count` needs the key `query`",
    "50 `properties.total_amount.quality.positive` needs the key `query`",
    "58 `servers.production` needs the key `account`",
    "58 `servers.production` needs the key `schema`",
    "89 `team` must be a list, not a mapping",
  ],
  "odcs/datacontract__datacontract-cli__tests_fixtures_changelog_unit_changelog_unit_v2.yaml": [
    "32 `schema.orders.quality.row_count` needs the key `query`",
    "47 `properties.total_amount.quality.positive` needs the key `query`",
    "64 `servers.production` needs the key `account`",
    "64 `servers.production` needs the key `schema`",
    "98 `team` must be a list, not a mapping",
  ],
  // An example of 2.2.0 in a form of its own, which 2.2.2 did not bring into line with the others.
  "odcs/v2.2.2__bitol-io__open-data-contract-standard__docs_examples_all_postgresql-adventureworks-contract.yaml": [
    "1 the contract needs the key `datasetName`",
    "1 the contract needs the key `quantumName`",
    "13 `dataset` must be a list, not a mapping",
  ],
};
/** The whole corpus, where it stands beside the checkout. */
const BESIDE = join(import.meta.dirname, "../../../../../shared/corpus");

describe("real contracts fit the schema of their own version", () => {
  const files = [...new Map([...readCorpus(BESIDE), ...readCorpus()].map((file) => [file.path, file])).values()].filter(
    ({ path }) => /^(odcs|dcs|openapi|asyncapi|jsonschema|dbt|avro|fides)\//.test(path) && /\.(ya?ml|json|avsc)$/.test(path),
  );
  test("there are some", () => expect(files.length).toBeGreaterThan(20));
  test.each(files)("$path", ({ path, text }) => {
    const told = judged(path.split("/")[0] as Format, text).map(brief);
    expect(told.toSorted(byLine)).toEqual(EXPECTED[path] ?? WRITTEN_EXPECTED[path] ?? []);
  });
});

function byLine(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
}

const OPENAPI = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n";
const DCS = "dataContractSpecification: 1.2.1\nid: c\ninfo: {title: t, version: '1'}\n";

describe("a difference is told in words, at its line", () => {
  it.each<[string, Format, string, readonly string[]]>([
    ["nothing wrong", "odcs", ODCS, []],
    [
      "a misspelt key",
      "odcs",
      `${ODCS}schema:\n  - name: t\n    properties:\n      - name: email\n        logicaltype: string\n`,
      ["10 `schema.t.properties.email` must not have the key `logicaltype` (did you mean `logicalType`?)"],
    ],
    [
      "a value that is not in the list",
      "odcs",
      `${ODCS}schema:\n  - name: t\n    properties:\n      - name: email\n        logicalType: strng\n`,
      [
        "10 `t.properties.email.logicalType` must be one of `string`, `date`, `timestamp`, `time`, `number`, `integer`, `object`, `array` or 1 more, not `strng` (did you mean `string`?)",
      ],
    ],
    ["a number where text belongs", "odcs", ODCS.replace("1.0.0", "1.0"), ["4 `version` must be text, not `1.0` (put it in quotes)"]],
    ["a missing key", "odcs", ODCS.replace("id: c\n", ""), ["1 the contract needs the key `id`"]],
    ["a mapping where a list belongs", "odcs", `${ODCS}schema: {name: t}\n`, ["6 `schema` must be a list, not a mapping"]],
    [
      "alternatives are told as one",
      "odcs",
      `${ODCS}schema:\n  - name: t\n    quality:\n      - {type: library, metric: nullValues}\n`,
      [
        "9 `schema.t.quality` needs one of `mustBe`, `mustNotBe`, `mustBeGreaterThan`, `mustBeGreaterOrEqualTo`, `mustBeLessThan`, `mustBeLessOrEqualTo`, `mustBeBetween`, `mustNotBeBetween` as a key",
      ],
    ],
    [
      "DCS",
      "dcs",
      `${DCS}models:\n  a:\n    fields:\n      f: {type: strin}\n`,
      [expect.stringMatching(/^7 `a\.fields\.f\.type` must be one of .*, not `strin` \(did you mean `string`\?\)$/)],
    ],
    ["an API without paths", "openapi", OPENAPI, ["1 the contract needs the key `paths`"]],
    ["a path without a slash", "openapi", `${OPENAPI}paths:\n  users: {}\n`, ["4 `paths` must not have the key `users`"]],
    [
      "an event API without channels",
      "asyncapi",
      "asyncapi: 2.6.0\ninfo: {title: t, version: '1'}\n",
      ["1 the contract needs the key `channels`"],
    ],
    [
      "an event API of 3.1 with a misspelt key",
      "asyncapi",
      "asyncapi: 3.1.0\ninfo: {title: t, version: '1'}\nchanels: {}\n",
      ["3 the contract must not have the key `chanels` (did you mean `channels`?)"],
    ],
    ["an event API of 2.0", "asyncapi", "asyncapi: 2.0.0\ninfo: {title: t}\nchannels: {}\n", ["2 `info` needs the key `version`"]],
    [
      "an event API of 1.2",
      "asyncapi",
      "asyncapi: 1.2.0\ninfo: {title: t, version: '1'}\ntopics: []\n",
      ["3 `topics` must be a mapping, not a list"],
    ],
    [
      "Swagger, whose draft refers to itself",
      "openapi",
      "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {}\ndefinitions:\n  a:\n    type: objct\n    maxLength: 5\n",
      [expect.stringMatching(/^6 `definitions\.a\.type` must be one of .*, not `objct` \(did you mean `object`\?\)$/)],
    ],
    [
      "Swagger's limits, which are truth values",
      "openapi",
      "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {}\ndefinitions:\n  a: {type: integer, minimum: 0, exclusiveMinimum: true}\n  b: {maxLength: -1}\n",
      ["6 `definitions.b.maxLength` must be >= 0, not `-1`"],
    ],
    [
      "a JSON Schema of draft 4",
      "jsonschema",
      '{"$schema": "http://json-schema.org/draft-04/schema#",\n"properties": {"a": {\n"exclusiveMinimum": 1, "minimum": 0}}}',
      [expect.stringMatching(/^3 `properties\.a\.exclusiveMinimum` must be true or false/)],
    ],
    [
      "a JSON Schema of draft 6",
      "jsonschema",
      '{"$schema": "http://json-schema.org/draft-06/schema#",\n"properties": {"a": {\n"exclusiveMinimum": true}}}',
      [expect.stringMatching(/^3 `properties\.a\.exclusiveMinimum` must be a number/)],
    ],
    [
      "a JSON Schema with an unknown type",
      "jsonschema",
      '{"$schema": "https://json-schema.org/draft/2020-12/schema",\n"properties": {"a": {\n"type": "strng"}}}',
      [expect.stringMatching(/^3 `properties\.a\.type` must be one of .*did you mean `string`/)],
    ],
  ])("%s", (_name, format, text, expected) => expect(judged(format, text).map(brief)).toEqual(expected));

  it("is a warning, never an error", () => {
    expect(judged("odcs", "kind: DataContract\napiVersion: v3.1.0\n").map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      "E001 warning",
      "E001 warning",
      "E001 warning",
    ]);
  });

  it("shows at most forty characters of a value, and invisible ones as what they are", () => {
    const [long] = judged("odcs", ODCS.replace("active", `[${"a".repeat(200)}]`).replace("DataContract", "b".repeat(200)));
    expect(long?.message.length).toBeLessThan(200);
    expect(judged("odcs", `${ODCS}"k\u200Bind": 1\n`).map(brief)).toEqual([expect.stringContaining("k<U+200B>ind")]);
  });
});

describe("versions", () => {
  it.each<[string, Format, string, readonly string[]]>([
    [
      "a version that was never published",
      "odcs",
      "kind: DataContract\napiVersion: v9.9.9\n",
      ["1 `v9.9.9` is no known version of this format"],
    ],
    ["a version without a schema on board", "odcs", "kind: DataContract\napiVersion: v2.1.1\nnonsense: 1\n", []],
    ["no version", "odcs", "kind: DataContract\nnonsense: 1\n", []],
    ["a meta-schema of one's own", "jsonschema", '{"$schema": "https://example.com/meta", "type": 1}', []],
    ["a version that dbt refuses", "dbt", "version: 3\nmodels: []\n", ["1 `3` is no known version of this format"]],
    ["a format without a schema", "plain", "models: 1\n", []],
  ])("%s", (_name, format, text, expected) => expect(judged(format, text).map(brief)).toEqual(expected));
});

describe("hostile files", () => {
  const properties = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `n${index}`, bad: 1, worse: 2 }));
  const contract = (count: number) =>
    JSON.stringify({
      kind: "DataContract",
      apiVersion: "v3.1.0",
      id: "c",
      version: "1",
      status: "a",
      schema: [{ name: "t", properties: properties(count) }],
    });

  it("gives a bounded number of warnings for thousands of differences", () => {
    expect(judged("odcs", contract(1_000))).toHaveLength(OFFICIAL_PROBLEMS_MAX);
    expect(judged("odcs", contract(10_000))).toHaveLength(1);
  });

  it("survives keys that hide methods of all objects", () => {
    const text = `${ODCS}tags: [{valueOf: 1}, {valueOf: 2}]\n__proto__: {a: 1}\nconstructor: {prototype: 1}\nhasOwnProperty: 1\n`;
    const problems = judged("odcs", text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ severity }) => severity === "warning")).toBe(true);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });

  it("survives a hundred levels of items", () => {
    let items: unknown = { logicalType: "string", bad: 1 };
    for (let level = 0; level < 80; level += 1) items = { logicalType: "array", items };
    const text = JSON.stringify({
      kind: "DataContract",
      apiVersion: "v3.1.0",
      id: "c",
      version: "1",
      status: "a",
      schema: [{ name: "t", properties: [{ name: "a", ...(items as object) }] }],
    });
    expect(judged("odcs", text).map(brief)).toContainEqual(expect.stringContaining("must not have the key `bad`"));
  });
});
