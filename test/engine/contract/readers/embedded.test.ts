import { expect, it } from "vitest";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { fileOf, rules } from "../support.ts";

const HEAD = "dataContractSpecification: 0.9.0\nid: c\ninfo: {title: t, version: 1.0.0}\nschema:\n  type: dbt\n";
const read = (specification: string) => readContract(fileOf("c.yaml", `${HEAD}  specification: ${specification}`), rules);

it("an embedded text keeps the contract around it, and is placed where it begins", () => {
  const reading = read("|\n    models:\n      - name: t\n        columns: [{name: a, tags: [pii]}]\n");
  if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
  const { contract } = reading;
  expect(contract).toMatchObject({ key: "c", format: "dcs", version: "1.0.0" });
  const field = contract.objects[0]!.fields[0]!;
  expect([field.pos.line, field.tags[0]!.pos.line]).toEqual([6, 6]);
});

it("an embedded mapping has lines of its own", () => {
  const reading = read("\n    models:\n      - name: t\n        columns:\n          - name: a\n            tags: [pii]\n");
  if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
  const field = reading.contract.objects[0]!.fields[0]!;
  expect([field.pos.line, field.tags[0]!.pos.line]).toEqual([10, 11]);
});

it.each([
  ["'models: ['", "in the embedded `schema`: "],
  ["later", "in the embedded `schema`: the embedded `schema` is not of its type `dbt`"],
  ["[models]", "the embedded `schema` is not of its type `dbt`"],
  ["", "fields inside an embedded `schema` of type `dbt` cannot be read: declare `models`"],
])("%j is refused at its line", (specification, message) => {
  const reading = read(`${specification}\n`);
  if (reading.status !== "unparseable") throw new Error(reading.status);
  expect(reading.problems[0]!.message).toContain(message);
  expect([4, 5, 6]).toContain(reading.problems[0]!.line);
});
