import { describe, expect, it } from "vitest";
import { brief, judged, type Spoilt, spoil } from "./judge.ts";

const V22 = `kind: DataContract
apiVersion: v2.2.2
uuid: u
version: 1.0.0
status: active
type: tables
quantumName: q
datasetName: d
dataset:
  - table: t
    columns:
      - {column: a, logicalType: string, physicalType: text}
`;
const odcs = (version: string) => `kind: DataContract
apiVersion: ${version}
id: c
version: 1.0.0
status: active
schema:
  - name: t
    properties:
      - name: a
        logicalType: string
`;
const V30 = odcs("v3.0.2");
const V32 = odcs("v3.2.0");

describe("the contracts that are spoilt below are valid as they are", () => {
  it.each([V22, V30, V32])("%j", (text) => expect(judged("odcs", text)).toEqual([]));
});

const SPOILT: readonly Spoilt[] = [
  // ODCS 2.2
  [
    "a misspelt key",
    "odcs",
    V22,
    "Type: text}",
    "Type: text, clasification: x}",
    ["12 `dataset.columns` must not have the key `clasification` (did you mean `classification`?)"],
  ],
  [
    "a word where a truth value belongs",
    "odcs",
    V22,
    "text}",
    "text, isNullable: maybe}",
    ["12 `dataset.columns.isNullable` must be true or false, not `maybe`"],
  ],
  ["a missing key", "odcs", V22, ", physicalType: text", "", ["12 `dataset.columns` needs the key `physicalType`"]],
  [
    "an unknown kind",
    "odcs",
    V22,
    "DataContract",
    "Contract",
    ["1 `kind` must be one of `DataContract`, `managedDataset`, `virtualDataset`, not `Contract` (did you mean `DataContract`?)"],
  ],
  [
    "a key of version 3",
    "odcs",
    V22,
    "{column: a,",
    "{column: a, primaryKey: true,",
    [expect.stringMatching(/^12 .* must not have the key `primaryKey`/)],
  ],
  ["a key without a value is no key", "odcs", V22, "status: active", "status: active\ntags: null", []],
  ["a required key without a value", "odcs", V22, "uuid: u", "uuid:", ["1 the contract needs the key `uuid`"]],
  // ODCS 3.0
  [
    "a misspelt key",
    "odcs",
    V30,
    "logicalType: string",
    "logicaltype: string",
    ["10 `schema.t.properties.a` must not have the key `logicaltype` (did you mean `logicalType`?)"],
  ],
  [
    "a type of 3.1",
    "odcs",
    V30,
    "logicalType: string",
    "logicalType: timestamp",
    [expect.stringMatching(/^10 .*logicalType` must be one of .*, not `timestamp`/)],
  ],
  [
    "a key of 3.1",
    "odcs",
    V30,
    "- name: a",
    "- name: a\n        relationships: []",
    ["10 `schema.t.properties.a` must not have the key `relationships`"],
  ],
  ["the team of 3.1", "odcs", V30, "schema:", "team: {name: t}\nschema:", ["6 `team` must be a list, not a mapping"]],
  ["a missing key", "odcs", V30, "id: c\n", "", ["1 the contract needs the key `id`"]],
  [
    "an unknown server",
    "odcs",
    V30,
    "schema:",
    "servers: [{server: s, type: hive}]\nschema:",
    [expect.stringMatching(/^6 `servers.s.type` must be one of .*, not `hive`/)],
  ],
  [
    "a limit as it was before 3.1",
    "odcs",
    V30,
    "logicalType: string",
    "logicalType: integer\n        logicalTypeOptions: {minimum: 0, exclusiveMinimum: true}",
    [],
  ],
  [
    "a limit of 3.1",
    "odcs",
    V30,
    "logicalType: string",
    "logicalType: integer\n        logicalTypeOptions: {exclusiveMinimum: 0}",
    ["11 `properties.a.logicalTypeOptions.exclusiveMinimum` must be true or false, not `0`"],
  ],
  ["a key of one's own where 3.0 was open", "odcs", V30, "schema:", "roles: [{role: r, mine: 1}]\nschema:", []],
  // ODCS 3.2
  [
    "a misspelt key",
    "odcs",
    V32,
    "logicalType: string",
    "logicaltype: string",
    ["10 `schema.t.properties.a` must not have the key `logicaltype` (did you mean `logicalType`?)"],
  ],
  ["a map without its parts", "odcs", V32, "logicalType: string", "logicalType: map", ["9 `schema.t.properties.a` needs the key `map`"]],
  [
    "an enum value that is no mapping",
    "odcs",
    V32,
    "- name: a",
    "- name: a\n        enum: [x]",
    ["10 `t.properties.a.enum` must be a mapping, not `x`"],
  ],
  [
    "an unknown role of a property",
    "odcs",
    V32,
    "- name: a",
    "- name: a\n        semanticType: metric",
    ["10 `t.properties.a.semanticType` must be one of `column`, `measure`, `dimension`, not `metric`"],
  ],
  ["a server of 3.2", "odcs", V32, "schema:", "servers: [{server: s, type: teradata, host: h, port: '5432'}]\nschema:", []],
  [
    "a server without its host",
    "odcs",
    V32,
    "schema:",
    "servers: [{server: s, type: teradata}]\nschema:",
    ["6 `servers.s` needs the key `host`"],
  ],
  ["no status", "odcs", V32, "status: active\n", "", []],
];

describe("a spoilt contract is told at its line", () => {
  it.each(SPOILT)("%s (%s)", (_name, format, ...how) => expect(judged(format, spoil(how)).map(brief)).toEqual(how[3]));

  it("as a warning that says whose schema it is", () => {
    expect(judged("odcs", V30.replace("id: c\n", ""))).toEqual([
      {
        code: "E001",
        severity: "warning",
        file: "c.yaml",
        line: 1,
        message: "schema of ODCS 3.0 as Countersign writes it: the contract needs the key `id`",
      },
    ]);
    expect(judged("odcs", odcs("v3.1.0").replace("id: c\n", ""))[0]?.message).toBe("official schema: the contract needs the key `id`");
  });
});

describe("beside a real difference", () => {
  const SERVER = "servers: [{server: s, type: bigquery, project: p, acount: x}]\nschema:";
  it("a known key of the same place is not told, and an unknown one is", () => {
    expect(judged("odcs", odcs("v3.1.0").replace("schema:", SERVER)).map(brief)).toEqual([
      "6 `servers.s` needs the key `dataset`",
      "6 `servers.s` must not have the key `acount` (did you mean `account`?)",
    ]);
  });
});
