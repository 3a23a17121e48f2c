import { describe, expect, it } from "vitest";
import { readContract } from "../../../../../src/engine/contract/read.ts";
import { References } from "../../../../../src/engine/contract/references.ts";
import { fileOf, rules } from "../../support.ts";
import { contractOf, rowsOf, type Written } from "../schema/rows.ts";

const api = (more: object, openapi = "3.1.0"): Written => ({ openapi, info: { title: "A", version: "1.2.0" }, ...more });
const marked = { type: "string", "x-pii": true };
const body = { content: { "application/json": { schema: { type: "object", properties: { m: marked } } } } };

describe("what is read of OpenAPI", () => {
  it.each<[string, Written, readonly string[]]>([
    ["component schemas", api({ components: { schemas: { C: { properties: { m: marked } } } } }), ["C.m string pii"]],
    ["definitions of Swagger", { swagger: "2.0", definitions: { C: { properties: { m: marked } } } }, ["C.m string pii"]],
    [
      "body and form parameters of Swagger, and its responses",
      {
        swagger: "2.0",
        paths: {
          "/c": {
            post: {
              parameters: [
                { in: "body", name: "b", schema: { properties: { m: marked } } },
                { in: "formData", name: "f", ...marked },
              ],
              responses: { 200: { schema: { properties: { n: marked } } } },
            },
          },
        },
      },
      [
        "POST /c.request.body object",
        "POST /c.request.body.m string pii",
        "POST /c.form.f string pii",
        "POST /c.response.200.body object",
        "POST /c.response.200.body.n string pii",
      ],
    ],
    [
      "parameters of the path and the operation, in every place",
      api({
        paths: {
          "/c/{id}": {
            parameters: [
              { in: "path", name: "id", schema: marked },
              { in: "query", name: "q", schema: {} },
            ],
            get: {
              parameters: [
                { in: "query", name: "q", "x-pii": true, schema: {} },
                { in: "header", name: "h", content: { "text/plain": { schema: marked } } },
                { $ref: "#/components/parameters/K" },
              ],
            },
          },
        },
        components: { parameters: { K: { in: "cookie", name: "k", "x-phi": true, schema: {} } } },
      }),
      [
        "components/parameters.K phi",
        "GET /c/{id}.path.id string pii",
        "GET /c/{id}.query.q pii",
        "GET /c/{id}.header.h string pii",
        "GET /c/{id}.cookie.k phi",
      ],
    ],
    [
      "bodies and headers of an operation",
      api({ paths: { "/c": { put: { requestBody: body, responses: { 200: { ...body, headers: { X: { schema: marked } } } } } } } }),
      [
        "PUT /c.request.body.application/json object",
        "PUT /c.request.body.application/json.m string pii",
        "PUT /c.response.200.header.X string pii",
        "PUT /c.response.200.application/json object",
        "PUT /c.response.200.application/json.m string pii",
      ],
    ],
    [
      "shared bodies, told where they are defined",
      api({
        paths: {
          "/c": {
            put: {
              requestBody: { $ref: "#/components/requestBodies/B" },
              responses: { 200: { $ref: "#/components/responses/R" }, 400: { $ref: "https://x.org/r" } },
            },
          },
        },
        components: { requestBodies: { B: body }, responses: { R: body } },
      }),
      [
        "components/requestBodies.B.application/json object",
        "components/requestBodies.B.application/json.m string pii",
        "components/responses.R.application/json object",
        "components/responses.R.application/json.m string pii",
        "PUT /c.request.body object",
        "PUT /c.response.200 object",
        "PUT /c.response.400 unknown:$ref https://x.org/r",
      ],
    ],
    [
      "webhooks and callbacks",
      api({
        webhooks: { w: { post: { requestBody: body } } },
        paths: { "/c": { post: { callbacks: { done: { "{$request.body#/url}": { post: { requestBody: body } } } } } } },
      }),
      [
        "POST POST /c callback done {$request.body#/url}.request.body.application/json object",
        "POST POST /c callback done {$request.body#/url}.request.body.application/json.m string pii",
        "POST webhook w.request.body.application/json object",
        "POST webhook w.request.body.application/json.m string pii",
      ],
    ],
    [
      "marks on operations and on the whole document; labels are none",
      api({
        "x-data-classification": "restricted",
        tags: [{ name: "pii" }],
        paths: { "/c": { get: { tags: ["pets", "pii"], "x-phi": true, parameters: [{ in: "query", name: "q" }] } } },
      }),
      ["GET /c.query.q", "GET /c * pii phi", "* restricted"],
    ],
    [
      "a path item that cannot be followed",
      api({ paths: { "/c": { $ref: "https://x.org/p" } } }),
      ["/c.$ref unknown:$ref https://x.org/p"],
    ],
  ])("%s", (_, written, rows) => expect(rowsOf(written)).toEqual(rows));

  it("positions are those of the property, the parameter and the tag", () => {
    const contract = contractOf(
      "openapi: 3.0.3\ncomponents:\n  schemas:\n    C:\n      properties:\n        a: {}\n        m:\n          type: string\n          x-pii: true\n",
      "c.yaml",
    );
    const [object] = contract.objects;
    expect(object!.pos).toEqual({ line: 4, column: 5 });
    expect(object!.fields[1]).toMatchObject({ pos: { line: 7, column: 9 }, tags: [{ pos: { line: 9 }, carrier: "x-pii" }] });
  });

  it("the head of the document: version, owner, servers with region and environment", () => {
    const contract = contractOf(
      api({
        info: { title: "A", version: "1.2.0", contact: { name: "core", email: "a@x.org" } },
        servers: [{ url: "https://a.eu-west-1.x.org/v1", description: "Production" }, { url: "https://b.x.org" }],
      }),
    );
    expect(contract).toMatchObject({ format: "openapi", specVersion: "3.1.0", name: "A", version: "1.2.0", owners: ["core"] });
    expect(contract.servers.map(({ name, environment, region }) => [name, environment, region])).toEqual([
      ["https://a.eu-west-1.x.org/v1", "production", "eu-west-1"],
      ["https://b.x.org", null, null],
    ]);
  });

  it("references into other files are followed, linked, and told at the place of the reference", () => {
    const main = fileOf(
      "api/c.yaml",
      "openapi: 3.0.3\npaths:\n  /c:\n    $ref: 'paths.yaml#/c'\ncomponents:\n  schemas:\n    O:\n      properties:\n        e: {$ref: '../lib/d.yaml#/E'}\n",
    );
    const references = new References([
      main,
      fileOf("api/paths.yaml", "c: {get: {parameters: [{in: query, name: q, schema: {$ref: '../lib/d.yaml#/E'}}]}}\n"),
      fileOf("lib/d.yaml", "\n\nE: {type: string, x-pii: true}\n"),
    ]);
    const reading = readContract(main, rules, references);
    if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
    const [property, parameter] = reading.contract.objects.flatMap(({ fields }) => fields);
    expect(property).toMatchObject({ path: ["e"], tags: [{ key: "pii", scope: "definition", via: ["lib/d.yaml#/E"], pos: { line: 9 } }] });
    expect(parameter).toMatchObject({ path: ["query", "q"], tags: [{ key: "pii", via: ["lib/d.yaml#/E"], pos: { line: 4 } }] });
    expect(reading.contract.links[0]).toMatchObject({
      upstream: { contract: "lib/d.yaml", object: "E" },
      downstream: { contract: null, object: "O", field: "e" },
      carrier: "$ref",
    });
  });
});
