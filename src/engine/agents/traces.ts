import { z } from "zod";
import type { TraceMark } from "./model.ts";

/** Where tools keep Agent Traces (agent-trace.dev), one JSON record a line. */
export const TRACE_FILES = [".agent-trace/traces.jsonl", ".choochoo/traces.jsonl", ".choochoo/traces.ndjson"] as const;

const MARKS_MAX = 50;

const contributor = z.looseObject({ type: z.string() }).optional();
/** The fields of the published record that say who wrote what; all others may be anything. */
const traceRecord = z.looseObject({
  version: z.string(),
  tool: z.looseObject({ name: z.string().max(200) }).optional(),
  files: z.array(
    z.looseObject({
      path: z.string().max(4096),
      conversations: z.array(z.looseObject({ contributor, ranges: z.array(z.looseObject({ contributor })).default([]) })),
    }),
  ),
  metadata: z.looseObject({ confidence: z.number().min(0).max(1).optional() }).optional(),
});

/**
 * What the records that a change adds say about the files that it changes. The change itself wrote them, so they can make it more of
 * an agent's and nothing else; a record that cannot be read counts as one of an agent.
 * @param base text of the trace file before; null = there was none.
 */
export function tracedFiles(file: string, base: string | null, head: string | null, changed: readonly string[]): readonly TraceMark[] {
  const nobody = { tool: null, path: null, confidence: null, file };
  if (head === null) return [nobody];
  const before = new Set((base ?? "").split("\n"));
  const marks = new Map<string, TraceMark>();
  for (const line of head.split("\n")) {
    if (line.trim() === "" || before.has(line)) continue;
    for (const mark of marksOf(file, line, changed) ?? [nobody]) {
      if (marks.size < MARKS_MAX) marks.set(JSON.stringify(mark), mark);
    }
  }
  return [...marks.values()];
}

/** null = no record. */
function marksOf(file: string, line: string, changed: readonly string[]): readonly TraceMark[] | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = traceRecord.safeParse(value);
  if (!parsed.success) return null;
  const { tool, files, metadata } = parsed.data;
  return files.flatMap(({ path, conversations }) => {
    const traced = changed.find((each) => path === each || path === `./${each}` || path.endsWith(`/${each}`));
    const byAgent = conversations.some((each) =>
      each.ranges.length === 0
        ? each.contributor?.type !== "human"
        : each.ranges.some((range) => (range.contributor ?? each.contributor)?.type !== "human"),
    );
    return traced === undefined || !byAgent
      ? []
      : [{ tool: tool?.name ?? null, path: traced, confidence: metadata?.confidence ?? null, file }];
  });
}
