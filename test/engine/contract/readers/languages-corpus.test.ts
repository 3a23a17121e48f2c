import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isTagged } from "../../../../src/engine/contract/diff/change.ts";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { diffOf, fileOf, rules } from "../support.ts";

const CORPUS = new URL("../../../fixtures/contract/corpus/", import.meta.url);

/** File -> fields, tagged fields, definitions of tags; or the line where the file stops to be GraphQL, for the format's own parser too. */
const EXPECTED: Readonly<Record<string, readonly [number, number, number] | { readonly line: number }>> = {
  // Personal data marked by the type that stands beside the plain one in a union: no attribute says so.
  "avro/pi2schema__pi2schema__examples_springboot-avro-kafkakms_src_main_avro_farmer_registered_event.avsc": [4, 0, 0],
  "avro/pi2schema__pi2schema__schema-providers-avro_src_test_avro_valid-user-schema.avsc": [3, 0, 0],
  "avro/tomasalmeida__confluent-data-contract__global-rules-app_src_main_resources_schema_client.avsc": [4, 0, 0],
  // The items of its array are a field of their own.
  "avro/tomasalmeida__confluent-data-contract__global-rules-app_src_main_resources_schema_order.avsc": [6, 0, 0],
  "avro/tomasalmeida__confluent-data-contract__global-rules-app_src_main_resources_schema_product.avsc": [4, 0, 0],
  "protobuf/bufbuild__bufstream-demo__proto_bufstream_demo_v1_demo.proto": [13, 0, 0],
  "protobuf/cncf__xds__udpa_annotations_sensitive.proto": [0, 0, 1],
  "protobuf/container-storage-interface__spec__csi.proto": [260, 19, 1],
  "protobuf/dc8af76~__bufbuild__bufstream-demo__proto_bufstream_demo_v1_demo.proto": [3, 1, 0],
  "protobuf/envoyproxy__data-plane-api__envoy_extensions_common_aws_v3_credential_provider.proto": [31, 5, 0],
  "protobuf/envoyproxy__data-plane-api__envoy_extensions_filters_http_basic_auth_v3_basic_auth.proto": [4, 2, 0],
  "protobuf/envoyproxy__data-plane-api__envoy_extensions_filters_network_redis_proxy_v3_redis_proxy.proto": [52, 7, 0],
  "protobuf/envoyproxy__data-plane-api__envoy_extensions_transport_sockets_tls_v3_common.proto": [38, 5, 0],
  "protobuf/envoyproxy__data-plane-api__envoy_extensions_transport_sockets_tls_v3_secret.proto": [9, 2, 0],
  "protobuf/lyft__clutch__api_authn_v1_authn.proto": [21, 13, 0],
  "protobuf/pi2schema__pi2schema__examples_springboot-protobuf-kafkakms_src_main_proto_farmer_registered_event.proto": [8, 0, 0],
  "graphql/flyingrobots__wesley__packages_wesley-scaffold-multitenant_templates_multi-tenant.graphql": { line: 44 },
  "graphql/flyingrobots__wesley__schemas_directives.graphql": [0, 0, 6],
  "graphql/flyingrobots__wesley__test_fixtures_examples_ecommerce.graphql": [34, 5, 2],
  "graphql/flyingrobots__wesley__test_fixtures_examples_multi-tenant.graphql": { line: 25 },
  "graphql/flyingrobots__wesley__test_fixtures_examples_rpc-example.graphql": [21, 2, 0],
  "graphql/flyingrobots__wesley__test_fixtures_examples_schema-v2.graphql": { line: 19 },
  // Directives stand on lines of their own, which a count by lines misses.
  "graphql/flyingrobots__wesley__test_fixtures_examples_schema.graphql": [24, 2, 2],
};

const files = ["avro", "protobuf", "graphql"].flatMap((format) =>
  readdirSync(new URL(`${format}/`, CORPUS)).map((name) => `${format}/${name}`),
);

/** Another layout of the same: CRLF, and comments where the language has them. */
function relaid(name: string, text: string): string {
  const lines = text.replaceAll("\r", "").replaceAll("\n", "\r\n");
  if (name.endsWith(".avsc")) return `\r\n${lines}\r\n`;
  const comment = name.endsWith(".proto") ? "/* (acme.pii) */ //" : "#";
  return `${comment} the start\r\n${lines}\r\n${comment} the end`;
}

describe("real schemas", () => {
  it("all of them are told here", () => {
    expect(files.toSorted()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(files)("%s", (name) => {
    const text = readFileSync(new URL(name, CORPUS), "utf8");
    const reading = readContract(fileOf(name, text), rules);
    const expected = EXPECTED[name]!;
    if ("line" in expected) {
      expect(reading).toMatchObject({ status: "unparseable", problems: [{ line: expected.line }] });
      return;
    }
    if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
    const { contract } = reading;
    const fields = contract.objects.flatMap((object) => object.fields.map((field) => [...field.tags, ...object.tags, ...contract.tags]));
    expect([fields.length, fields.filter((tags) => isTagged(tags)).length, contract.definitions.length]).toEqual(expected);
    const diff = diffOf({ [name]: text }, { [name]: relaid(name, text) });
    expect(diff.findings).toEqual([]);
    expect(diff.unparseable).toEqual([]);
  });
});
