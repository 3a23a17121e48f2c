import { expect, test } from "vitest";
import { tracedFiles } from "../../../src/engine/agents/traces.ts";

const FILE = ".agent-trace/traces.jsonl";
const CONTRACT = "contracts/customers.odcs.yaml";

/** A record as agent-trace.dev publishes it. */
function record(over: { path?: string; type?: string | null; range?: string; tool?: string | null; confidence?: number } = {}): string {
  const { path = CONTRACT, type = "ai", range, tool = "tidy-cli", confidence } = over;
  return JSON.stringify({
    version: "0.1.0",
    id: "550e8400-e29b-41d4-a716-446655440000",
    timestamp: "2026-01-23T14:30:00Z",
    vcs: { type: "git", revision: "a1b2c3" },
    ...(tool === null ? {} : { tool: { name: tool, version: "2.4.0" } }),
    files: [
      {
        path,
        conversations: [
          {
            url: "https://example.com/c/1",
            ...(type === null ? {} : { contributor: { type, model_id: "x/y" } }),
            ranges: [{ start_line: 4, end_line: 9, ...(range === undefined ? {} : { contributor: { type: range } }) }],
          },
        ],
      },
    ],
    metadata: confidence === undefined ? {} : { confidence },
  });
}
const read = (head: string | null, base: string | null = null) => tracedFiles(FILE, base, head, [CONTRACT, ".choochoorc"]);
const mark = { tool: "tidy-cli", path: CONTRACT, confidence: null, file: FILE };
const unread = { tool: null, path: null, confidence: null, file: FILE };

test.each([
  ["by an agent", record(), [mark]],
  ["by both", record({ type: "mixed" }), [mark]],
  ["by nobody knows whom", record({ type: "unknown" }), [mark]],
  ["without a contributor", record({ type: null }), [mark]],
  ["by a person", record({ type: "human" }), []],
  ["by a person, with a range of an agent", record({ type: "human", range: "ai" }), [mark]],
  ["by an agent, every range a person's", record({ type: "ai", range: "human" }), []],
  ["of a file that does not change", record({ path: "src/x.ts" }), []],
  ["of the file by an absolute path", record({ path: `/repo/${CONTRACT}` }), [mark]],
  ["with its confidence", record({ confidence: 0.4 }), [{ ...mark, confidence: 0.4 }]],
  ["without a tool", record({ tool: null }), [{ ...mark, tool: null }]],
  ["that is no JSON", "{", [unread]],
  ["that is no record", "{}", [unread]],
  ["with a confidence that is none", record({ confidence: 7 }), [unread]],
])("a record %s", (_what, line, expected) => {
  expect(read(`${line}\n`)).toEqual(expected);
});

test("what stood there before is not this change's", () => {
  expect(read(`${record()}\n`, `${record()}\n`)).toEqual([]);
  expect(read(`broken\n${record()}\n`, "broken\n")).toEqual([mark]);
});

test("a file that cannot be read is one of an agent", () => {
  expect(read(null)).toEqual([unread]);
});
