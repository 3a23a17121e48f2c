import { readFileSync } from "node:fs";
import type { ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import addFormatsModule from "ajv-formats";
import { EXTRA_OPERATIONS } from "./extra-operations.ts";

type Json = Record<string, unknown>;

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  /** null = takes no body. */
  requestBody(): ValidateFunction | null;
  /** Success statuses that the description knows. */
  readonly statuses: ReadonlySet<number>;
  /** null = nothing is said about the body. */
  responseBody(status: number, mediaType: string): ValidateFunction | null;
}

function listOf(operationId: string, items: Json): Json {
  return { get: { operationId, responses: { 200: { content: { "application/json": { schema: { type: "array", items } } } } } } };
}

const ANNOTATION_KEYS = [
  "path",
  "start_line",
  "end_line",
  "start_column",
  "end_column",
  "annotation_level",
  "title",
  "message",
  "raw_details",
  "blob_href",
];

/** Operations that the slice left out, with the shapes of GitHub's documentation. */
const EXTRA: Json = {
  "/orgs/{org}/members": listOf("orgs/list-members", { $ref: "#/components/schemas/simple-user" }),
  "/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations": listOf("checks/list-annotations", {
    type: "object",
    required: ANNOTATION_KEYS,
  }),
};

let loaded: readonly Operation[] | null = null;

/** GitHub's own description of the operations; read once per process, each schema compiled at its first use. */
export function loadOperations(): readonly Operation[] {
  loaded ??= readOperations();
  return loaded;
}

function readOperations(): Operation[] {
  const slice = widenNullable(JSON.parse(readFileSync(new URL("./github-openapi-slice.json", import.meta.url), "utf8"))) as Json;
  correct(slice);
  const paths = slice["paths"] as Record<string, Json>;
  for (const [path, methods] of Object.entries({ ...EXTRA, ...EXTRA_OPERATIONS })) paths[path] = { ...paths[path], ...(methods as Json) };
  const ajv = new Ajv({ strict: false, allErrors: false, validateSchema: false, logger: false });
  const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;
  addFormats(ajv);
  ajv.addFormat("int64", true);
  ajv.addSchema({ ...slice, $id: "github" });
  const operations: Operation[] = [];
  for (const [template, methods] of Object.entries(slice["paths"] as Record<string, Json>)) {
    for (const [method, described] of Object.entries(methods as Record<string, Json>)) {
      operations.push(operation(ajv, slice, template, method, described));
    }
  }
  return operations;
}

/** GitHub's description contradicts itself once: in the list, an installation's account would have to be a person and an enterprise at the same time. */
function correct(slice: Json): void {
  const list = at(slice, "#/paths/~1app~1installations/get/responses/200/content/application~1json/schema") as Json;
  list["items"] = { $ref: "#/components/schemas/installation" };
}

function operation(ajv: Ajv, slice: Json, template: string, method: string, described: Json): Operation {
  const compiled = new Map<string, ValidateFunction | null>();
  const base = `github#/paths/${pointer(template)}/${method}`;
  let body: ValidateFunction | null = null;
  const hasBody = described["requestBody"] !== undefined;
  return {
    id: described["operationId"] as string,
    method: method.toUpperCase(),
    template,
    statuses: new Set(Object.keys(described["responses"] as Json).map(Number)),
    requestBody() {
      body ??= hasBody ? ajv.compile({ $ref: `${base}/requestBody/content/application~1json/schema` }) : null;
      return body;
    },
    responseBody(status, mediaType) {
      const key = `${status} ${mediaType}`;
      if (!compiled.has(key)) compiled.set(key, compileResponse(ajv, slice, base, described, status, mediaType));
      return compiled.get(key) ?? null;
    },
  };
}

function compileResponse(ajv: Ajv, slice: Json, base: string, described: Json, status: number, mediaType: string): ValidateFunction | null {
  const responses = described["responses"] as Record<string, Json>;
  const response = responses[status];
  if (response === undefined) return null;
  const shared = response["$ref"] as string | undefined;
  const home = shared === undefined ? `${base}/responses/${status}` : `github${shared}`;
  const target = shared === undefined ? response : (at(slice, shared) as Json);
  const content = target["content"] as Json | undefined;
  return content?.[mediaType] === undefined ? null : ajv.compile({ $ref: `${home}/content/${pointer(mediaType)}/schema` });
}

function at(slice: Json, reference: string): unknown {
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>((value, key) => (value as Json)[key.replaceAll("~1", "/")], slice);
}

function pointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D");
}

/** OpenAPI 3.0's `nullable` as JSON Schema. */
function widenNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(widenNullable);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, ...rest } = value as Json;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, widenNullable(inner)]));
  if (nullable !== true) return schema;
  return { anyOf: [schema, { type: "null" }] };
}
