import type { z } from "zod";
import type { Problem } from "../problem.ts";
import { readDocument } from "./document.ts";
import { DELETED_MODE, type PolicySource } from "./model.ts";
import { schemaProblems } from "./schema-problems.ts";

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
  return { source, value: undefined, problems: schemaProblems(schema, parsed.error.issues, source.path, lineOf), lineOf };
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
  return source.text.replace(/^\uFEFF/, "").trim() === ""
    ? `is empty; to ask for nothing, write \`${source.kind === "policies" ? "policies: []" : "{}"}\``
    : null;
}

function invalid<T>(source: PolicySource, problems: readonly Problem[]): SourceReading<T> {
  return { source, value: undefined, problems, lineOf: () => null };
}

function problem(source: PolicySource, line: number | null, message: string): Problem {
  return { code: "E001", message, file: source.path, line, severity: "error" };
}
