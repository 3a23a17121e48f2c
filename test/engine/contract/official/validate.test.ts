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
/** The whole corpus, where it stands beside the checkout. */
const BESIDE = join(import.meta.dirname, "../../../../../shared/corpus");

describe("real contracts fit the schema of their own version", () => {
  const files = [...new Map([...readCorpus(BESIDE), ...readCorpus()].map((file) => [file.path, file])).values()].filter(
    ({ path }) => /^(odcs|dcs|openapi|asyncapi|jsonschema)\//.test(path) && /\.(ya?ml|json)$/.test(path),
  );
  test("there are some", () => expect(files.length).toBeGreaterThan(20));
  test.each(files)("$path", ({ path, text }) => {
    expect(judged(path.split("/")[0] as Format, text).map(brief)).toEqual(EXPECTED[path] ?? []);
  });
});

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
    ["a version without a schema on board", "odcs", "kind: DataContract\napiVersion: v3.0.2\nnonsense: 1\n", []],
    ["no version", "odcs", "kind: DataContract\nnonsense: 1\n", []],
    ["a meta-schema of one's own", "jsonschema", '{"$schema": "https://example.com/meta", "type": 1}', []],
    ["a format without a schema", "dbt", "models: 1\n", []],
  ])("%s", (_name, format, text, expected) =>
    expect(judged(format, text).map((problem) => `${problem.line} ${problem.message.replace(/^official schema: /, "")}`)).toEqual(expected),
  );
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
