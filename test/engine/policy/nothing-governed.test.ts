import { expect, test } from "vitest";
import { PII_POLICY, policy } from "./build.ts";

const warned = (config: string) => policy(PII_POLICY, config).problems;

test.each([
  ["governance: {}\ncontracts:\n  include: []\n", 3, /`contracts.include` is empty: no contract is governed/],
  ["contracts:\n  exclude: ['**']\n", 2, /leaves out every contract/],
  ["contracts:\n  include: [data/**]\n  exclude:\n    - docs/**\n    - '**/*'\n", 3, /leaves out every contract/],
  ["contracts:\n  exclude: ['*', '*/**']\n", 2, /leaves out every contract/],
  ["contracts:\n  exclude: ['{**,x}']\n", 2, /leaves out every contract/],
  ["contracts:\n  include: [data/**]\n  exclude: [data/**]\n", 3, /leaves out every contract/],
])("governs nothing, and says so: %j", (config, line, message) => {
  const reading = policy(PII_POLICY, config);
  expect(reading.status).toBe("ok");
  expect(reading.problems).toEqual([expect.objectContaining({ code: "E001", severity: "warning", file: ".choochoorc", line })]);
  expect(reading.problems[0]!.message).toMatch(message);
});

test.each(["contracts:\n  include: [data/**]\n", "contracts:\n  exclude: ['**/*.md', docs/**]\n", "contracts:\n  exclude: []\n"])(
  "governs something, and says nothing: %j",
  (config) => expect(warned(config)).toEqual([]),
);
