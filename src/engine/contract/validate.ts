import type { Problem } from "../problem.ts";
import { allTags } from "./diff/change.ts";
import { visible } from "./lookalike.ts";
import type { Contract, ContractFile, Tag } from "./model.ts";
import type { OfficialSchemas } from "./official/schemas.ts";
import { validateOfficially } from "./official/validate.ts";
import { readContract } from "./read.ts";
import { readerOf, type TreeReader } from "./readers/index.ts";
import { NO_REFERENCES, type References } from "./references.ts";
import type { ReadingRules } from "./rules.ts";
import { child, isNull, type MapNode, type Node } from "./source/node.ts";
import { decodeText } from "./source/text.ts";
import { parseTree } from "./source/tree.ts";

/** Problems of one governed file, in line order: E001 cannot be read, E002 a required key is missing, E003 a name that tools will not find. With schemas, differences from the one of the contract's standard are E001 warnings. Empty for files that are no contracts. */
export function validateContract(
  file: ContractFile,
  rules: ReadingRules,
  references: References = NO_REFERENCES,
  schemas: OfficialSchemas | null = null,
): readonly Problem[] {
  if (!/^100/.test(file.mode)) return [problem(file, "E001", "not a regular file: contracts are plain files", null)];
  const reading = readContract(file, rules, references);
  switch (reading.status) {
    case "ignored":
      return [];
    case "unparseable":
      return reading.problems;
    case "contract": {
      const { contract } = reading;
      const row = readerOf(contract.format);
      const root = row.syntax === "text" || file.bytes === null ? null : parseTree(decodeText(file.bytes));
      const missing = row.syntax === "text" || root?.kind !== "map" ? [] : missingKeys(file, row, root);
      const official = schemas === null || root?.kind !== "map" ? [] : officialProblems(contract, root, schemas, missing);
      return [...missing, ...nameProblems(file), ...unknownClasses(file, contract), ...contract.problems, ...official].sort(
        (a, b) => (a.line ?? 0) - (b.line ?? 0),
      );
    }
  }
}

/** Without the keys whose absence is an error already. */
function officialProblems(
  { file, format, specVersion }: Contract,
  root: MapNode,
  schemas: OfficialSchemas,
  missing: readonly Problem[],
): readonly Problem[] {
  const told = missing.map(({ message }) => `the contract needs the key ${message.split(" ", 1)[0]}`);
  const found = validateOfficially({ file, root, format, specVersion }, schemas);
  return found.filter(({ message }) => !told.some((words) => message.endsWith(words)));
}

function missingKeys(file: ContractFile, row: TreeReader, root: MapNode): readonly Problem[] {
  return row.required
    .filter((alternatives) => !alternatives.some((path) => has(root, path.split("."))))
    .map((alternatives) =>
      problem(file, "E002", `\`${alternatives[0]}\` is required by ${row.title}`, nearest(root, alternatives[0]!.split("."))),
    );
}

function has(root: MapNode, path: readonly string[]): boolean {
  let at: Node | null = root;
  for (const key of path) at = at?.kind === "map" ? child(at, key) : null;
  return at !== null && !(at.kind === "scalar" && (isNull(at) || at.text.trim() === ""));
}

/** The line of the deepest mapping that exists on the way. */
function nearest(root: MapNode, path: readonly string[]): number {
  const inside = path.length > 1 ? child(root, path[0]!) : null;
  return inside?.kind === "map" ? inside.pos.line : root.pos.line;
}

function nameProblems(file: ContractFile): readonly Problem[] {
  return /\.(ya?ml|json|avsc|proto|graphqls?|gql)$/.test(file.path)
    ? []
    : [problem(file, "E003", "a contract file is named .yaml, .yml, .json, .avsc, .proto or .graphql", null)];
}

function unknownClasses(file: ContractFile, contract: Contract): readonly Problem[] {
  return allTags(contract)
    .filter((tag) => tag.classifies && !tag.known && (!tag.opaque || tag.carrier === "$ref"))
    .map((tag): Problem => {
      const [message, hint] = unknownWords(tag);
      return { ...problem(file, "E001", message, tag.pos.line), severity: "warning", hint };
    });
}

function unknownWords(tag: Tag): readonly [message: string, hint: string] {
  if (tag.carrier === "$ref") {
    return [
      `\`${visible(tag.raw)}\` is not followed: what it declares counts as an unknown class`,
      "only references to governed files of this repository are: add the file to `contracts.include`",
    ];
  }
  const hint = tag.key.startsWith("category:")
    ? "no taxonomy declares it: add it to `vocabulary.categories`"
    : "add it to `vocabulary.synonyms` or `vocabulary.keywords`";
  return [`unknown class \`${visible(tag.raw)}\` in \`${tag.carrier}\``, hint];
}

function problem(file: ContractFile, code: Problem["code"], message: string, line: number | null): Problem {
  return { code, message, file: file.path, line, severity: "error" };
}
