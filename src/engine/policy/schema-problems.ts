import { z } from "zod";
import type { Problem, ProblemCode } from "../problem.ts";
import { didYouMean, nearest } from "./suggest.ts";

const KEYS_SHOWN = 16;

/** What does not fit a schema, each with its line, in words for people: what is there, and what may be. */
export function schemaProblems(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  file: string,
  lineOf: (path: readonly PropertyKey[], key?: string) => number | null,
): readonly Problem[] {
  const meant = new Set(issues.flatMap((issue) => misspelt(schema, issue)));
  return issues
    .filter((issue) => !(isMissing(issue) && meant.has(issue.path.join("."))))
    .flatMap((issue): readonly Problem[] => {
      const about = (message: string, line: number | null, code: ProblemCode = "E001"): Problem => ({
        code,
        message,
        file,
        line,
        severity: "error",
      });
      if (issue.code === "unrecognized_keys")
        return issue.keys.map((key) => about(unknownKey(schema, issue.path, key), lineOf(issue.path, key)));
      const path = issue.path.map(String).join(".");
      if (isMissing(issue)) return [about(`\`${path}\` is missing`, lineOf(issue.path), "E002")];
      return [about(`${path === "" ? "the file" : `\`${path}\``}: ${issueWords(issue)}`, lineOf(issue.path))];
    })
    .sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
}

/** "unknown key `aprovers` (did you mean `approvers`?)", or the keys that are known there when none is like it. */
function unknownKey(schema: z.ZodType, path: readonly PropertyKey[], key: string): string {
  const allowed = allowedKeys(schema, path);
  const known = allowed.length === 0 || allowed.length > KEYS_SHOWN ? "" : ` (known here: ${quoted(allowed)})`;
  return `unknown key \`${key}\`${didYouMean(key, allowed) || known}`;
}

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  null: "nothing",
  number: "a number",
  object: "keys with values",
  record: "keys with values",
  string: "text",
};

/** What is wrong with a value, and what may be there. */
export function issueWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_value":
      return `must be one of ${quoted(issue.values.map(String))}`;
    case "invalid_type": {
      const received = /received (\w+)$/.exec(issue.message)?.[1];
      const not =
        received === undefined || (issue.expected === "int" && received === "number") ? "" : `, not ${KINDS[received] ?? received}`;
      return `must be ${KINDS[issue.expected] ?? issue.expected}${not}`;
    }
    case "too_small":
      if (issue.origin === "string") return "must not be empty";
      if (issue.origin === "array") return `needs at least ${issue.minimum}`;
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "string") return `is longer than ${issue.maximum} characters`;
      if (issue.origin === "array") return `takes at most ${issue.maximum}`;
      return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function quoted(words: readonly string[]): string {
  return words.map((each) => `\`${each}\``).join(", ");
}

/** Paths of keys that an unknown key was probably meant to be: saying that they are missing too would only distract. */
function misspelt(schema: z.ZodType, issue: z.core.$ZodIssue): string[] {
  if (issue.code !== "unrecognized_keys") return [];
  const allowed = allowedKeys(schema, issue.path);
  return issue.keys.flatMap((key) => nearest(key, allowed) ?? []).map((key) => [...issue.path, key].join("."));
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.message.endsWith("received undefined");
}

/** Keys that the schema knows at a path, read from the schema itself. */
function allowedKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let node = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  for (const step of path) {
    const next: JsonSchema | boolean | undefined =
      typeof step === "number" ? node.items : (node.properties?.[String(step)] ?? node.additionalProperties);
    if (typeof next !== "object") return [];
    node = next;
  }
  return Object.keys(node.properties ?? {});
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
}
