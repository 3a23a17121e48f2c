import { z } from "zod";
import type { Problem } from "../problem.ts";
import { readDocument } from "./document.ts";
import { DELETED_MODE, type PolicySource } from "./model.ts";
import { didYouMean, nearest } from "./suggest.ts";

const MAX_BYTES = 1_048_576;

/** One file against its schema. `value` undefined = it could not be read; then `problems` says why. */
export interface SourceReading<T> {
  readonly source: PolicySource;
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
  lineOf(path: readonly PropertyKey[], key?: string): number | null;
}

export function readSource<T>(source: PolicySource, schema: z.ZodType<T>): SourceReading<T> {
  const refused = refusal(source);
  if (refused !== null) return invalid(source, [problem(source, null, refused)]);
  const document = readDocument(source.text!, source.path);
  if (document.status === "invalid") return invalid(source, document.problems);
  const parsed = schema.safeParse(document.value);
  const lineOf = document.lineOf;
  if (parsed.success) return { source, value: parsed.data, problems: [], lineOf };
  const { issues } = parsed.error;
  const meant = new Set(issues.flatMap((issue) => misspelt(schema, issue)));
  const problems = issues
    .filter((issue) => !(isMissing(issue) && meant.has(issue.path.join("."))))
    .flatMap((issue) => issueProblems(source, schema, issue, lineOf));
  return { source, value: undefined, problems: problems.sort((left, right) => (left.line ?? 0) - (right.line ?? 0)), lineOf };
}

/** Why the bytes are not taken at all. */
function refusal(source: PolicySource): string | null {
  if (source.mode === DELETED_MODE) return "was in force and has been deleted; to ask for nothing, keep it with `policies: []` or `{}`";
  if (source.mode === "120000") return "is a symbolic link; the policy must be a regular file";
  if (source.mode !== "100644" && source.mode !== "100755") return `is not a regular file (mode ${source.mode})`;
  if (source.text === null) return `cannot be read: ${source.unreadable ?? "no content"}`;
  if (source.unreadable !== null) return `cannot be read: ${source.unreadable}`;
  if (Buffer.byteLength(source.text, "utf8") > MAX_BYTES) return "is larger than 1 MB";
  if (source.text.includes("\uFFFD") || !source.text.isWellFormed()) return "is not UTF-8 text";
  if (source.text.includes("\u0000")) return "holds a NUL character: is it UTF-16?";
  return source.text.replace(/^\uFEFF/, "").trim() === "" ? "is empty" : null;
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

function issueProblems<T>(
  source: PolicySource,
  schema: z.ZodType<T>,
  issue: z.core.$ZodIssue,
  lineOf: SourceReading<T>["lineOf"],
): Problem[] {
  if (issue.code === "unrecognized_keys") {
    const allowed = allowedKeys(schema, issue.path);
    return issue.keys.map((key) => problem(source, lineOf(issue.path, key), `unknown key \`${key}\`${didYouMean(key, allowed)}`));
  }
  const path = issue.path.map(String).join(".");
  const missing = isMissing(issue);
  const words =
    issue.code === "invalid_value" ? `must be one of ${issue.values.map((each) => `\`${String(each)}\``).join(", ")}` : issue.message;
  const message = missing ? `\`${path}\` is missing` : `${path === "" ? "the file" : `\`${path}\``}: ${words}`;
  return [{ ...problem(source, lineOf(issue.path), message), code: missing ? "E002" : "E001" }];
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

function invalid<T>(source: PolicySource, problems: readonly Problem[]): SourceReading<T> {
  return { source, value: undefined, problems, lineOf: () => null };
}

function problem(source: PolicySource, line: number | null, message: string): Problem {
  return { code: "E001", message, file: source.path, line, severity: "error" };
}
