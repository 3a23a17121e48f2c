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
