import { expect, test } from "vitest";
import { takeInventory } from "../../../src/engine/contract/inventory.ts";
import { type ContractParts, differingParts } from "../../../src/engine/contract/parts.ts";
import { inputOf } from "./support.ts";

const TEXT = `apiVersion: v3.1.0
kind: DataContract
id: customers
version: 1.0.0
status: active
servers:
  - {server: main, type: postgres, host: db.example}
roles:
  - {role: reader, access: read}
slaProperties:
  - {property: latency, value: 4, unit: h}
schema:
  - name: customers
    quality:
      - {type: sql, query: "select 1", mustBe: 0}
    properties:
      - {name: email, logicalType: string, required: true, tags: [pii]}
      - {name: country, logicalType: string, description: Where}
`;

function partsOf(text: string): ContractParts {
  const { parts } = takeInventory({ ...inputOf({}, { "contracts/customers.odcs.yaml": text }), withParts: true });
  expect(parts).toHaveLength(1);
  return parts[0]!;
}

test.each([
  ["status", "status: active", "status: deprecated"],
  ["servers", "db.example", "elsewhere.example"],
  ["access", "access: read", "access: write"],
  ["terms", "value: 4", "value: 8"],
  ["quality", "mustBe: 0", "mustBe: 1"],
  ["fields", "required: true", "required: false"],
])("T98: %s is told apart, and nothing else with it", (part, was, is) => {
  expect(TEXT).toContain(was);
  expect(differingParts(partsOf(TEXT), partsOf(TEXT.replace(was, is)))).toEqual([part]);
});

test("what is written elsewhere, in another order or in words for people says the same", () => {
  const lines = TEXT.split("\n");
  const [email, country] = [lines.findIndex((line) => line.includes("email")), lines.findIndex((line) => line.includes("country"))];
  [lines[email], lines[country]] = [lines[country]!, lines[email]!];
  for (const text of [`# a comment\n${TEXT}`, lines.join("\n"), TEXT.replace("description: Where", "description: Where they live")])
    expect(differingParts(partsOf(TEXT), partsOf(text))).toEqual([]);
});

test("a part that an older version did not tell is not missed", () => {
  const { file, parts } = partsOf(TEXT);
  const { fields: _, ...older } = parts;
  expect(
    differingParts({ file, parts: older as ContractParts["parts"] }, partsOf(TEXT.replace("required: true", "required: false"))),
  ).toEqual([]);
});

test("an inventory that is not asked for them tells none", () => {
  expect(takeInventory(inputOf({}, { "contracts/customers.odcs.yaml": TEXT })).parts).toEqual([]);
});
