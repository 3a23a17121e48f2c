import { describe, expect, test } from "vitest";
import { compileContract } from "../../../src/engine/contract/compile.ts";
import { readContract } from "../../../src/engine/contract/read.ts";
import { fileOf, rules } from "./support.ts";

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: customers
version: 1.2.0
status: active
slaProperties:
  - { property: retention, value: 7, unit: y }
schema:
  - name: customers
    classification: internal
    properties:
      - { name: email, logicalType: string, tags: [pii], classification: confidential, encryptedName: email_hash }
      - { name: name, logicalType: string, tags: [pii] }
      - { name: note, logicalType: string, tags: [team-a] }
`;

describe("a compiled contract", () => {
  const reading = readContract(fileOf("contracts/customers.odcs.yaml", CONTRACT), rules);
  if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
  const compiled = compileContract(reading.contract);

  test("says how each field is to be handled: tags in force, the highest level among them, masking", () => {
    expect(compiled.objects[0]!.fields.map(({ path, tags, classification, masking }) => [path, tags, classification, masking])).toEqual([
      ["email", ["confidential", "internal", "pii"], "confidential", `encryptedName="email_hash"`],
      ["name", ["internal", "pii"], "internal", null],
      ["note", ["internal", "team-a"], "internal", null],
    ]);
  });

  test("says how long what it describes may be kept", () => {
    expect(compiled.retention?.days).toBe(7 * 365);
  });
});
