import type { Format } from "../../../../src/engine/contract/model.ts";
import { validateOfficially } from "../../../../src/engine/contract/official/validate.ts";
import { textAt } from "../../../../src/engine/contract/source/node.ts";
import { parseTree } from "../../../../src/engine/contract/source/tree.ts";
import type { Problem } from "../../../../src/engine/problem.ts";
import { officialSchemas } from "../../../../src/sandbox/official-schemas.ts";

const VERSIONS = ["apiVersion", "standardVersion", "dataContractSpecification", "openapi", "swagger", "asyncapi", "$schema"];

/** Compares a text with the schema of the version that it names. */
export function judged(format: Format, text: string): readonly Problem[] {
  const root = parseTree(text);
  if (root?.kind !== "map") throw new Error("the test's contract is no mapping");
  const specVersion = textAt(root, ...(format === "dbt" ? ["version"] : VERSIONS)) ?? "";
  return validateOfficially({ file: "c.yaml", root, format, specVersion }, officialSchemas);
}

/** `3 words`, without what all of them begin with. */
export function brief({ line, message }: Problem): string {
  return `${line} ${message.replace(/^(official schema|schema of .* as Countersign writes it): /, "")}`;
}

/** A name, a format, a valid text, what is replaced in it, and what is told then. */
export type Spoilt = readonly [name: string, format: Format, text: string, from: string, to: string, told: readonly unknown[]];

export function spoil([text, from, to]: readonly [text: string, from: string, to: string, ...rest: readonly unknown[]]): string {
  if (!text.includes(from)) throw new Error(`nothing to spoil: ${from}`);
  return text.replace(from, to);
}

/** The least that the official schema of ODCS 3.1 takes. */
export const ODCS = "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nstatus: active\n";
