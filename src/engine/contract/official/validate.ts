import type { Problem } from "../../problem.ts";
import { visible } from "../lookalike.ts";
import type { Format } from "../model.ts";
import type { MapNode, Node } from "../source/node.ts";
import { nearestBranches, withoutTakenBack } from "./branches.ts";
import { officialSchemaFor, schemaTitle } from "./catalogue.ts";
import type { OfficialSchemas, SchemaError, SchemaJudge } from "./schemas.ts";
import { type Found, find, plainValue } from "./value.ts";
import { describeError } from "./words.ts";

/** Warnings about one file. */
export const OFFICIAL_PROBLEMS_MAX = 20;
/** Values of a file of which every difference is told. Beyond, the first: the validator's time grows with the square of the differences. */
const VALUES_MAX = 10_000;
/** Differences that are looked at. */
const DIFFERENCES_MAX = 5_000;

/** What a contract is judged by, told by its reader. */
export interface Judged {
  readonly file: string;
  readonly root: MapNode;
  readonly format: Format;
  readonly specVersion: string;
}

/**
 * Compares a contract with the schema of its own version, which its standard publishes or we wrote. Warnings only, the most specific first, without
 * line numbers in the words; never an error, because standards and their schemas disagree. Total.
 * @param max warnings that are given
 */
export function validateOfficially(contract: Judged, schemas: OfficialSchemas, max: number = OFFICIAL_PROBLEMS_MAX): readonly Problem[] {
  const { file, root, format, specVersion } = contract;
  const choice = officialSchemaFor(format, specVersion);
  if (choice.status === "none") return [];
  const told = (message: string, line: number) => warning(file, `${schemaTitle(choice.schema)}: ${message}`, line);
  if (choice.status === "unknown")
    return [told(`\`${visible(specVersion.slice(0, 40))}\` is no known version of this format`, root.pos.line)];
  const judge = schemas(choice.schema);
  const errors = differences(judge, root, choice.emptyIsAbsent);
  if (errors === null) return [told("the contract cannot be compared with it", root.pos.line)];
  const depth = (error: SchemaError) => error.instancePath.split("/").length;
  return nearestBranches(withoutTakenBack(errors.slice(0, DIFFERENCES_MAX), judge.keys))
    .toSorted((a, b) => depth(b) - depth(a))
    .slice(0, max)
    .map((error) => {
      const at = find(root, error.instancePath);
      return told(describeError(error, at, judge), lineOf(error, at));
    });
}

/** Null: the validator gave up, as on a key that hides a method of all objects. */
function differences(judge: SchemaJudge, root: MapNode, emptyIsAbsent: boolean): readonly SchemaError[] | null {
  try {
    const value = plainValue(root, emptyIsAbsent);
    const first = judge.first(value);
    return first.length === 0 || exceeds(root, VALUES_MAX) ? first : judge.all(value);
  } catch {
    return null;
  }
}

/** A key that must not be there is told at the key. */
function lineOf({ params }: SchemaError, at: Found): number {
  const key = params["additionalProperty"] ?? params["unevaluatedProperty"];
  const entry = at.node.kind === "map" ? at.node.entries.get(String(key)) : undefined;
  return (entry?.keyPos ?? at.pos).line;
}

function warning(file: string, message: string, line: number): Problem {
  return { code: "E001", message, file, line, severity: "warning" };
}

function exceeds(root: Node, max: number): boolean {
  const open: Node[] = [root];
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen > max) return true;
    const node = open.pop()!;
    if (node.kind === "seq") for (const item of node.items) open.push(item);
    if (node.kind === "map") for (const entry of node.entries.values()) open.push(entry.value);
  }
  return false;
}
