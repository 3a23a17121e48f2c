import type { Contract, Server } from "../model.ts";
import { canonical, child, looseMaps, type MapNode, textAt, textsOf } from "../source/node.ts";
import { blankContract, prose } from "./build.ts";
import { readBody, readCallback, readPathItem, readResponse } from "./openapi/operations.ts";
import { entriesOf, mapOf, readMedia, readParameter } from "./schema/bodies.ts";
import { readSchemas, readShared, Told } from "./schema/components.ts";
import { type Dialect, SchemaDocument } from "./schema/document.ts";
import { documentTags } from "./schema/extras.ts";
import { withInside } from "./schema/inside.ts";
import { linksOf } from "./schema/links.ts";
import type { Source } from "./source.ts";

export function recogniseOpenApi(root: MapNode): boolean {
  return root.entries.has("openapi") || root.entries.has("swagger");
}

/** OpenAPI 3.0 to 3.2, and Swagger 2.0: schemas, operations with their parameters and bodies, and shared components. */
export function readOpenApi(source: Source): Contract {
  const { root, file } = source;
  const specVersion = textAt(root, "openapi", "swagger") ?? "";
  const document = new SchemaDocument(source, dialectOf(specVersion));
  const info = mapOf(root, "info");
  const told = new Told();
  readComponents(document, told, root);
  for (const container of ["paths", "webhooks", "x-webhooks"]) {
    for (const { key, keyPos, value } of entriesOf(root, container)) {
      if (key.startsWith("x-") && container === "paths") continue;
      told.add(readPathItem(document, container === "paths" ? key : `webhook ${key}`, value, keyPos));
    }
  }
  const objects = withInside(document, told.objects, told.byPlace);
  return {
    ...blankContract("openapi", file, root.pos),
    key: file,
    specVersion,
    name: info === null ? null : textAt(info, "title"),
    version: info === null ? null : textAt(info, "version"),
    description: info === null ? null : prose(child(info, "description")),
    owners: ownersOf(info),
    servers: serversOf(root),
    objects,
    tags: documentTags(document, root, info),
    links: linksOf(objects),
    problems: document.problems,
  };
}

function readComponents(document: SchemaDocument, told: Told, root: MapNode): void {
  const components = mapOf(root, "components");
  readSchemas(document, told, components, "#/components", "schemas");
  readSchemas(document, told, root, "#", "definitions");
  for (const [container, base] of [
    [components, "#/components"],
    [root, "#"],
  ] as const) {
    for (const key of ["parameters", "headers"])
      readShared(told, container, base, key, (object, entry) =>
        readParameter(document, object, { path: [entry.key], node: entry.value, pos: entry.keyPos }),
      );
    readShared(told, container, base, "requestBodies", (object, entry) =>
      readBody(document, object, { path: [entry.key], node: entry.value, pos: entry.keyPos }),
    );
    readShared(told, container, base, "mediaTypes", (object, entry) =>
      readMedia(document, object, { path: [entry.key], node: entry.value, pos: entry.keyPos }),
    );
    readShared(told, container, base, "responses", (object, entry) =>
      readResponse(document, object, { path: [entry.key], node: entry.value, pos: entry.keyPos }),
    );
  }
  for (const entry of entriesOf(components, "callbacks")) told.add(readCallback(document, `components/callbacks/${entry.key}`, entry));
  for (const { key, keyPos, value } of entriesOf(components, "pathItems"))
    told.add(readPathItem(document, `components/pathItems/${key}`, value, keyPos));
}

/** Siblings of `$ref` hold since 3.1, which took over JSON Schema as it is. */
function dialectOf(version: string): Dialect {
  const isOld = /^(1|2|3\.0)(\.|$)/.test(version);
  return { refSiblings: !isOld, identifiers: !isOld };
}

export function ownersOf(info: MapNode | null): readonly string[] {
  const contact = mapOf(info, "contact");
  const named = contact === null ? null : textAt(contact, "name", "email", "url");
  return [...(named === null ? [] : [named]), ...(info === null ? [] : textsOf(child(info, "x-owner", "x-owners", "x-team")))];
}

function serversOf(root: MapNode): readonly Server[] {
  const host = textAt(root, "host");
  const listed = looseMaps(child(root, "servers")).map((server) => serverAt(server, textAt(server, "url") ?? canonical(server)));
  if (host === null) return listed;
  const url = `${host}${textAt(root, "basePath") ?? ""}`;
  return [...listed, { name: url, environment: environmentIn(url), region: regionIn(url), identity: url, pos: root.pos }];
}

/** @param url what the server is known by when it has no name. */
export function serverAt(server: MapNode, url: string, name = url): Server {
  const words = `${textAt(server, "description") ?? ""} ${name}`;
  const rest = [...server.entries.values()].filter(({ key }) => !/^(description|summary|title|tags|x-.*)$/.test(key));
  return {
    name,
    environment: textAt(server, "x-environment", "environment") ?? environmentIn(words),
    region: textAt(server, "x-region", "region") ?? regionIn(url),
    identity: rest
      .map(({ key, value }) => `${key}=${canonical(value)}`)
      .sort()
      .join(" "),
    pos: server.pos,
  };
}

function environmentIn(words: string): string | null {
  return /\b(production|prod|staging|stage|sandbox|development|dev|test|uat|qa)\b/i.exec(words)?.[1]?.toLowerCase() ?? null;
}

/** The name of a cloud's region in a host name: `eu-west-1`. */
function regionIn(url: string): string | null {
  return /\b((?:us|eu|ap|sa|ca|me|af|il|cn)-(?:gov-)?[a-z]+-?\d)\b/.exec(url)?.[1] ?? null;
}
