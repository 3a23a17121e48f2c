import type { Contract, Server } from "../model.ts";
import { child, type MapNode, textAt } from "../source/node.ts";
import { readChannel, readMessage } from "./asyncapi/messages.ts";
import { readOperation } from "./asyncapi/operations.ts";
import { blankContract, prose } from "./build.ts";
import { ownersOf, serverAt } from "./openapi.ts";
import { entriesOf, mapOf, readParameter } from "./schema/bodies.ts";
import { readSchemas, readShared, Told } from "./schema/components.ts";
import { SchemaDocument } from "./schema/document.ts";
import { documentTags } from "./schema/extras.ts";
import { withInside } from "./schema/inside.ts";
import { linksOf } from "./schema/links.ts";
import type { Source } from "./source.ts";

export function recogniseAsyncApi(root: MapNode): boolean {
  return root.entries.has("asyncapi");
}

/** AsyncAPI 2 and 3: schemas, and the payload and headers of the messages of channels and components. */
export function readAsyncApi(source: Source): Contract {
  const { root, file } = source;
  // Its schemas are a superset of draft-07: what stands beside a `$ref` is ignored.
  const document = new SchemaDocument(source, { refSiblings: false, identifiers: true });
  const info = mapOf(root, "info");
  const components = mapOf(root, "components");
  const told = new Told();
  readSchemas(document, told, components, "#/components", "schemas");
  readShared(told, components, "#/components", "messages", (object, { key, keyPos, value }) =>
    readMessage(document, object, { path: [key], node: value, pos: keyPos }),
  );
  for (const key of ["messageTraits", "operationTraits"])
    readShared(told, components, "#/components", key, (object, entry) =>
      readMessage(document, object, { path: [entry.key], node: entry.value, pos: entry.keyPos }),
    );
  readShared(told, components, "#/components", "parameters", (object, { key, keyPos, value }) =>
    readParameter(document, object, { path: [key], node: value, pos: keyPos }),
  );
  for (const [container, base] of [
    [root, "#"],
    [components, "#/components"],
  ] as const)
    for (const { key, keyPos, value } of entriesOf(container, "channels"))
      readChannel(document, told, `${base}/channels`, key, value, keyPos);
  for (const container of [root, components])
    for (const { key, keyPos, value } of entriesOf(container, "operations")) told.add(readOperation(document, key, value, keyPos));
  const objects = withInside(document, told.objects, told.byPlace);
  return {
    ...blankContract("asyncapi", file, root.pos),
    key: textAt(root, "id") ?? file,
    specVersion: textAt(root, "asyncapi") ?? "",
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

/** `url` in version 2, `host` and `pathname` in version 3. */
function serversOf(root: MapNode): readonly Server[] {
  return entriesOf(root, "servers").flatMap(({ key, value }) =>
    value.kind === "map" ? [serverAt(value, `${textAt(value, "url", "host") ?? ""}${textAt(value, "pathname") ?? ""}`, key)] : [],
  );
}
