import { visible } from "./lookalike.ts";
import type { Contract, ContractFile, ContractReading } from "./model.ts";
import { avroUnion } from "./readers/avro.ts";
import { Budget, refuseOversize } from "./readers/budget.ts";
import type { SchemaVersions } from "./readers/graphql/versions.ts";
import { readerOf, recognise, recogniseSecond, textReaderOf } from "./readers/index.ts";
import { mappingsOf } from "./readers/plain.ts";
import { readRegistryRequest } from "./readers/registry.ts";
import { withTagsOf } from "./readers/second.ts";
import { readUnrecognised } from "./readers/unrecognised.ts";
import { NO_REFERENCES, type References } from "./references.ts";
import type { ReadingRules } from "./rules.ts";
import { isNull, type Node, ReadFailure } from "./source/node.ts";
import { decodeText, isBlank, isLfsPointer } from "./source/text.ts";
import { parseTree } from "./source/tree.ts";

/** Names that hold contracts of some format: unreadable content there is never taken for harmless. */
const STRUCTURED = /\.(ya?ml|json|avsc|proto|graphqls?|gql)$/i;
/** Content that can hold no contract of a format we read, however it is damaged. */
const BINARY = /\.(png|jpe?g|gif|webp|ico|pdf|zip|gz|xlsx?|docx?|pptx?|parquet|woff2?)$/i;
/** What a contract of some format writes at the start of a line; other files are parsed only when one is there. */
const MARKER =
  /^["'{ \t]*(kind|apiVersion|standardVersion|templateVersion|quantumName|dataContractSpecification|models|sources|seeds|snapshots|fields|dataset|data_category|openapi|swagger|asyncapi|\$schema|\$defs|definitions|properties|components)["']?[ \t]*:/m;

/**
 * Reads one file by its content. Total: whatever goes wrong is `unparseable`, with a place.
 * `ignored` is for files that clearly declare nothing; the caller compares that with what the other side declared.
 * @param versions what was read before in the same comparison, for readers that begin there.
 */
export function readContract(
  file: ContractFile,
  rules: ReadingRules,
  references: References = NO_REFERENCES,
  versions: SchemaVersions = new Map(),
): ContractReading {
  if (file.bytes === null) {
    if (BINARY.test(file.path)) return { status: "ignored", because: "no contract is kept in a binary file" };
    return unparseable(file, new ReadFailure(file.unreadable ?? "the content could not be read", 1));
  }
  try {
    return readBytes(file, file.bytes, rules, references, versions);
  } catch (error) {
    if (!isExpected(file, rules)) return { status: "ignored", because: "no contract by its content, and not named like one" };
    return unparseable(file, error);
  }
}

function readBytes(
  file: ContractFile,
  bytes: Uint8Array,
  rules: ReadingRules,
  references: References,
  versions: SchemaVersions,
): ContractReading {
  if (isLfsPointer(bytes)) {
    if (BINARY.test(file.path)) return { status: "ignored", because: "no contract is kept in a binary file" };
    return unparseable(file, new ReadFailure("a Git LFS pointer stands in place of the content", 1));
  }
  const structured = isExpected(file, rules);
  if (isBlank(bytes)) {
    if (structured) throw new ReadFailure("the file is empty", 1);
    return { status: "ignored", because: "the file is empty" };
  }
  if (BINARY.test(file.path)) return { status: "ignored", because: "no contract is kept in a binary file" };
  const text = decodeText(bytes);
  const common = { file: file.path, ...rules, references, budget: new Budget() };
  const language = textReaderOf(file.path);
  if (language !== undefined) {
    const contract = language.read({ text, versions, ...common });
    return contract === null ? { status: "ignored", because: `declares no data (${language.title})` } : within(contract);
  }
  if (!structured && !MARKER.test(text)) return { status: "ignored", because: "declares no data contract" };
  const root = parseTree(text);
  if (root === null || isNull(root)) throw new ReadFailure("the file declares nothing: it is empty or holds only comments", 1);
  const mapping = root.kind === "seq" ? avroUnion(root) : root;
  if (mapping?.kind !== "map") {
    if (mappingsOf(file.path, rules.mappings).length > 0) throw new ReadFailure("a mapped file must hold a mapping", root.pos.line);
    return unrecognised(root, common, "not a mapping");
  }
  const [reader, second] = recognise(mapping, file.path, rules.mappings);
  const request = reader === undefined ? readRegistryRequest({ root: mapping, ...common }, readerOf) : null;
  if (request !== null) return within(request);
  if (reader === undefined) return unrecognised(root, common, "declares no data contract of a format that is read");
  if (second !== undefined) throw new ReadFailure(`the file says that it is both ${reader.title} and ${second.title}`, root.pos.line);
  const contract = reader.read({ root: mapping, ...common });
  const also = recogniseSecond(reader, mapping, file.path, rules.mappings);
  return within(also === undefined ? contract : withTagsOf(contract, also.read({ root: mapping, ...common }), also.title));
}

/** A name or a configured mapping says that contracts are kept there. */
function isExpected(file: ContractFile, rules: ReadingRules): boolean {
  return STRUCTURED.test(file.path) || mappingsOf(file.path, rules.mappings).length > 0;
}

function unrecognised(root: Node, source: Parameters<typeof readUnrecognised>[1], because: string): ContractReading {
  const contract = readUnrecognised(root, source);
  return contract === null ? { status: "ignored", because } : within(contract);
}

function within(contract: Contract): ContractReading {
  refuseOversize(contract);
  return { status: "contract", contract };
}

function unparseable(file: ContractFile, error: unknown): ContractReading {
  const known = error instanceof ReadFailure;
  const message = known ? visible(error.message) : "the parser gave up on this file";
  return {
    status: "unparseable",
    problems: [{ code: known ? error.code : "E001", message, file: file.path, line: known ? error.line : null, severity: "error" }],
  };
}
