import type { Format } from "../../../../src/engine/contract/model.ts";
import { validateOfficially } from "../../../../src/engine/contract/official/validate.ts";
import { textAt } from "../../../../src/engine/contract/source/node.ts";
import { parseTree } from "../../../../src/engine/contract/source/tree.ts";
import type { Problem } from "../../../../src/engine/problem.ts";
import { officialSchemas } from "../../../../src/sandbox/official-schemas.ts";

/** Compares a text with the official schema of the version that it names. */
export function judged(format: Format, text: string): readonly Problem[] {
  const root = parseTree(text);
  if (root?.kind !== "map") throw new Error("the test's contract is no mapping");
  const specVersion = textAt(root, "apiVersion", "dataContractSpecification", "openapi", "asyncapi", "$schema") ?? "";
  return validateOfficially({ file: "c.yaml", root, format, specVersion }, officialSchemas);
}

/** `3 words`, without what all of them begin with. */
export function brief({ line, message }: Problem): string {
  return `${line} ${message.replace(/^official schema: /, "")}`;
}

/** The least that the official schema of ODCS 3.1 takes. */
export const ODCS = "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nstatus: active\n";
