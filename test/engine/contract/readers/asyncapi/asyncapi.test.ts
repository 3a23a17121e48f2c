import { describe, expect, it } from "vitest";
import { contractOf, rowsOf, type Written } from "../schema/rows.ts";

const marked = { type: "string", "x-pii": true };
const message = { payload: { type: "object", properties: { m: marked } } };

describe("what is read of AsyncAPI", () => {
  it.each<[string, Written, readonly string[]]>([
    ["schemas", { asyncapi: "2.6.0", components: { schemas: { C: { properties: { m: marked } } } } }, ["C.m string pii"]],
    [
      "messages of version 2, one or several",
      {
        asyncapi: "2.6.0",
        channels: {
          u: { publish: { message }, subscribe: { message: { oneOf: [{ ...message, name: "a" }, { $ref: "#/components/messages/B" }] } } },
        },
        components: { messages: { B: { headers: { properties: { h: marked } } } } },
      },
      [
        "components/messages.B.headers object",
        "components/messages.B.headers.h string pii",
        "channel u.publish.payload object",
        "channel u.publish.payload.m string pii",
        "channel u.subscribe.a.payload object",
        "channel u.subscribe.a.payload.m string pii",
        "channel u.subscribe.B object",
      ],
    ],
    [
      "messages of version 3, with traits and a wrapped schema",
      {
        asyncapi: "3.0.0",
        channels: {
          u: { parameters: { id: { "x-pii": true } }, messages: { a: { traits: [{ headers: { properties: { h: marked } } }] } } },
        },
        components: {
          messages: {
            S: { payload: { schemaFormat: "application/schema+json;version=draft-07", schema: { properties: { m: marked } } } },
          },
        },
      },
      [
        "components/messages.S.payload object",
        "components/messages.S.payload.m string pii",
        "channel u.parameter.id pii",
        "channel u.a.headers object",
        "channel u.a.headers.h string pii",
      ],
    ],
    [
      "a payload in another language is unknown",
      {
        asyncapi: "2.6.0",
        components: { messages: { A: { schemaFormat: "application/vnd.apache.avro;version=1.9.0", payload: { type: "record" } } } },
      },
      ["components/messages.A.payload unknown:$ref schemaFormat application/vnd.apache.avro;version=1.9.0 5c553795e853"],
    ],
    [
      "marks on messages, channels and the document; labels are none",
      {
        asyncapi: "3.0.0",
        info: { "x-data-classification": "restricted", tags: [{ name: "team-a" }] },
        channels: { u: { "x-phi": true, messages: { a: { ...message, tags: [{ name: "pii" }, { name: "team-a" }] } } } },
      },
      ["channel u.a.payload object pii", "channel u.a.payload.m string pii", "channel u * phi", "* restricted"],
    ],
    [
      "traits that cannot be followed",
      { asyncapi: "3.0.0", channels: { u: { messages: { a: { traits: [{ $ref: "https://x.org/t" }], payload: {} } } } } },
      ["channel u.a.payload unknown:$ref https://x.org/t"],
    ],
    [
      "a message that cannot be followed",
      { asyncapi: "3.0.0", channels: { u: { messages: { a: { $ref: "https://x.org/m" } } } } },
      ["channel u.a unknown:$ref https://x.org/m"],
    ],
  ])("%s", (_, written, rows) => expect(rowsOf(written)).toEqual(rows));

  it("the head of the document, and where the field and its tag stand", () => {
    const contract = contractOf(
      "asyncapi: 3.0.0\nid: urn:a\ninfo: {title: A, version: 1.0.0}\nservers:\n  eu: {host: k.eu-west-1.x.org, protocol: kafka}\ncomponents:\n  messages:\n    A:\n      payload:\n        properties:\n          m:\n            x-pii: true\n",
      "c.yaml",
    );
    expect(contract).toMatchObject({
      key: "urn:a",
      format: "asyncapi",
      name: "A",
      version: "1.0.0",
      servers: [{ name: "eu", region: "eu-west-1" }],
    });
    expect(contract.objects[0]!.fields[1]).toMatchObject({ pos: { line: 11, column: 11 }, tags: [{ key: "pii", pos: { line: 12 } }] });
  });
});
