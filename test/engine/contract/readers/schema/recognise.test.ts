import { describe, expect, it } from "vitest";
import { readContract } from "../../../../../src/engine/contract/read.ts";
import { readCorpus } from "../../corpus.ts";
import { diffOf, fileOf, rules } from "../../support.ts";
import { contractOf } from "./rows.ts";

function formatOf(text: string, path: string): string {
  const reading = readContract(fileOf(path, text), rules);
  return reading.status === "contract" ? reading.contract.format : reading.status;
}

describe("which files are files of schemas", () => {
  it.each([
    ["openapi", "openapi: 3.0.3\n"],
    ["openapi", "swagger: '2.0'\n"],
    ["asyncapi", "asyncapi: 3.0.0\n"],
    ["jsonschema", '{"$schema": "http://json-schema.org/draft-07/schema#"}'],
    ["jsonschema", "type: object\nproperties: {a: {type: string}}\n"],
    ["jsonschema", "$defs: {A: {type: string}}\n"],
    ["jsonschema", "definitions: {A: {x-pii: true}}\n"],
    ["jsonschema", "allOf: [{$ref: '#/x'}]\n"],
    ["jsonschema", "$ref: other.yaml\n"],
    ["jsonschema", "Customer: {type: object, properties: {email: {x-pii: true}}}\n"],
    ["jsonschema", "Email: {type: string, x-pii: true}\n"],
    ["jsonschema", "Email: {$ref: 'other.yaml#/E'}\n"],
    ["jsonschema", "components: {schemas: {C: {type: object}}}\n"],
    ["jsonschema", "schemas: {C: {oneOf: [{type: string}]}}\n"],
    ["jsonschema", "get: {parameters: [{in: query, name: q, schema: {type: string}}], responses: {}}\n"],
    ["jsonschema", "customers: {get: {responses: {}}}\n"],
  ])("%s: %j", (format, text) => expect(formatOf(text, "contracts/x.yaml")).toBe(format));

  it.each([
    ["ignored", "package.json", '{"name": "x", "type": "module", "dependencies": {"a": "1"}, "exports": {".": {"types": "./x.d.ts"}}}'],
    ["ignored", "tsconfig.json", '{"$schema": "https://json.schemastore.org/tsconfig", "compilerOptions": {"types": ["node"]}}'],
    ["ignored", "k8s.yaml", "apiVersion: v1\nkind: Service\nspec: {type: ClusterIP}\n"],
    ["ignored", "compose.yaml", "services: {db: {image: x, volumes: [{type: bind}]}}\n"],
    ["ignored", "values.yaml", "service: {type: NodePort}\n"],
    ["ignored", "rows.json", '{"properties": {"a": 1}, "type": "row"}'],
    ["dbt", "m.yml", "models:\n  - name: t\n    columns: [{name: a}]\n"],
    ["choochoo", "c.yaml", "models: {t: {fields: {a: {type: string}}}}\n"],
    ["dcs", "c.yaml", "dataContractSpecification: 1.2.1\nid: c\ndefinitions: {a: {type: string}}\n"],
    ["odcs", "c.yaml", "kind: DataContract\napiVersion: v3.1.0\nid: c\nschema: []\n"],
  ])("%s: %s", (format, path, text) => expect(formatOf(text, path)).toBe(format));

  it("the pieces of an API kept in files of their own are read as what they are", () => {
    const objects = contractOf(
      "customers: {get: {parameters: [{in: query, name: q, x-pii: true}], responses: {}}}\nE: {type: string}\n",
      "p.yaml",
    ).objects;
    expect(objects.map(({ name, fields }) => [name, fields.map((field) => field.path.join("."))])).toEqual([
      ["E", ["(value)"]],
      ["GET customers", ["query.q"]],
    ]);
  });

  it.each([
    ["a parameter", "name: email\nin: query\nx-pii: true\n", "p.(this)"],
    ["parameters by name", "E: {name: email, in: query, schema: {type: string, x-pii: true}}\n", "p (parts).E"],
    ["a header", "X: {schema: {type: string, x-pii: true}}\n", "p (parts).X"],
    [
      "responses",
      "components: {responses: {R: {content: {application/json: {schema: {x-pii: true}}}}}}\n",
      "components/responses.R.application/json",
    ],
    ["a message", "payload: {type: string, x-pii: true}\n", "p.(this).payload"],
  ])("%s alone in a file", (_, text, place) => {
    const fields = contractOf(text, "p.yaml").objects.flatMap((object) => object.fields);
    expect(fields.filter(({ tags }) => tags.length > 0).map((field) => `${field.object}.${field.path.join(".")}`)).toEqual([place]);
  });

  it("two definitions of one name are told apart by their place", () => {
    const { objects } = contractOf({ $defs: { A: { type: "string" } }, definitions: { A: { type: "string" } } });
    expect(objects.map(({ name }) => name)).toEqual(["#/$defs/A", "#/definitions/A"]);
  });
});

describe("real files of schemas", () => {
  const corpus = readCorpus().filter(({ path }) => /^(openapi|jsonschema)\//.test(path));
  const count = (path: string, word: string) => {
    const { text } = corpus.find((file) => file.path.includes(word) && file.path.startsWith(path))!;
    const { objects } = contractOf(text, `c.${word === "lead" ? "json" : "yaml"}`);
    const fields = objects.flatMap((object) => object.fields);
    return [
      fields.filter(({ tags }) => tags.some(({ key }) => key === "pii")).length,
      fields.filter(({ tags }) => tags.some(({ key }) => key === "sensitive")).length,
    ];
  };

  it.each(corpus.map(({ path, text }) => [path, text] as const))("%s reads, and differs from itself in nothing", (path, text) => {
    const extension = path.split(".").at(-1);
    const diff = diffOf({ [`a.${extension}`]: text }, { [`a.${extension}`]: text.replaceAll("\n", "\r\n") });
    expect([diff.findings, diff.unparseable, diff.contracts.length]).toEqual([[], [], 1]);
  });

  it.each([
    ["jsonschema", "examples_springboot", 2, 0],
    ["jsonschema", "schema-providers", 2, 0],
    ["jsonschema", "datacontract.schema", 0, 0],
    ["jsonschema", "odcs-json-schema", 0, 0],
    ["openapi", "lead", 3, 0],
    // 19 in components.schemas, 12 in inline request bodies.
    ["openapi", "sync_v1", 31, 4],
    // 4 in components.schemas, 12 in parameters and inline bodies.
    ["openapi", "lookups_v2", 16, 10],
  ])("%s %s: %i fields with pii, %i sensitive", (folder, word, pii, sensitive) => expect(count(folder, word)).toEqual([pii, sensitive]));

  it("a list that names a property which is not there is a warning with its line", () => {
    const { text } = corpus.find(({ path }) => path.includes("lead"))!;
    const { problems } = contractOf(text);
    expect(problems).toMatchObject([{ message: "`x-pii` names `email`, which is no property here", line: 2304, severity: "warning" }]);
  });
});
