import type { Problem } from "../problem.ts";
import { allTags } from "./diff/change.ts";
import { visible } from "./lookalike.ts";
import type { Contract, ContractFile } from "./model.ts";
import { readContract } from "./read.ts";
import { type ReaderRow, readerOf } from "./readers/index.ts";
import { NO_REFERENCES, type References } from "./references.ts";
import type { ReadingRules } from "./rules.ts";
import { child, isNull, type MapNode, type Node } from "./source/node.ts";
import { decodeText } from "./source/text.ts";
import { parseTree } from "./source/tree.ts";

/** Problems of one governed file, in line order: E001 cannot be read, E002 a required key is missing, E003 a name that tools will not find. Empty for files that are no contracts. */
export function validateContract(file: ContractFile, rules: ReadingRules, references: References = NO_REFERENCES): readonly Problem[] {
  if (!/^100/.test(file.mode)) return [problem(file, "E001", "not a regular file: contracts are plain files", null)];
  const reading = readContract(file, rules, references);
  switch (reading.status) {
    case "ignored":
      return [];
    case "unparseable":
      return reading.problems;
    case "contract": {
      const missing = missingKeys(file, readerOf(reading.contract.format));
      return [...missing, ...nameProblems(file), ...unknownClasses(file, reading.contract), ...reading.contract.problems].sort(
        (a, b) => (a.line ?? 0) - (b.line ?? 0),
      );
    }
  }
}

function missingKeys(file: ContractFile, row: ReaderRow): readonly Problem[] {
  const root = file.bytes === null || row.syntax === "text" || row.required.length === 0 ? null : parseTree(decodeText(file.bytes));
  if (root?.kind !== "map" || row.syntax === "text") return [];
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
    .filter((tag) => tag.classifies && !tag.known && !tag.opaque)
    .map(
      (tag): Problem => ({
        ...problem(file, "E001", `unknown class \`${visible(tag.raw)}\` in \`${tag.carrier}\``, tag.pos.line),
        severity: "warning",
        hint: tag.key.startsWith("category:")
          ? "no taxonomy declares it: add it to `vocabulary.categories`"
          : "add it to `vocabulary.synonyms` or `vocabulary.keywords`",
      }),
    );
}

function problem(file: ContractFile, code: Problem["code"], message: string, line: number | null): Problem {
  return { code, message, file: file.path, line, severity: "error" };
}
