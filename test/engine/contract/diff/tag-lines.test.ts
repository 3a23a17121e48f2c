import { expect, test } from "vitest";
import { diffOf } from "../support.ts";

const odcs = (lines: string) =>
  `apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\nschema:\n  - name: o\n    properties:\n      - name: email\n        logicalType: string\n${lines}`;

test.each<readonly [string, string, string, number, string]>([
  [
    "a class that is lowered is told at its own line",
    "        classification: restricted\n",
    "        classification: internal\n",
    11,
    "classification.lowered",
  ],
  ["a new tag too", "", "        description: d\n        tags: [pii]\n", 12, "tag.added"],
  ["a tag that is gone, at the field", "        tags: [pii]\n", "        description: d\n", 9, "tag.removed"],
])("%s", (_, before, after, line, code) => {
  const { findings } = diffOf({ "contracts/c.odcs.yaml": odcs(before) }, { "contracts/c.odcs.yaml": odcs(after) });
  expect(findings.filter((each) => each.code === code).map((each) => each.line)).toEqual([line]);
});

test("a reference whose file lost a tag says what is lost, not that a type changed to itself", () => {
  const api =
    "openapi: 3.0.3\ncomponents:\n  schemas:\n    User:\n      type: object\n      properties:\n        home:\n          $ref: 'address.yaml#/Address'\n";
  const address = "Address:\n  type: object\n  properties:\n    street:\n      type: string\n      x-pii: true\n";
  const { findings } = diffOf(
    { "contracts/openapi.yaml": api, "contracts/address.yaml": address },
    {
      "contracts/openapi.yaml": `${api}info: {title: t, version: "1"}\n`,
      "contracts/address.yaml": address.replace("      x-pii: true\n", ""),
    },
  );
  expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    "tag.removed: tag `pii` removed",
    "type.changed: what `contracts/address.yaml#/Address` declares changed; `pii` stood inside",
  ]);
});
