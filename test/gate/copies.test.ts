import { afterEach, beforeEach, expect, test } from "vitest";
import type { JudgedRow } from "../../src/engine/replay.ts";
import { fastImport } from "../support/fast-import.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";
import { replayAll } from "../support/replay.ts";

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

const contract = (id: string, property: string) =>
  `apiVersion: v3.1.0\nkind: DataContract\nid: ${id}\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n    properties:\n      - ${property}\n`;
const TAGGED = "{name: email, tags: [pii]}";

async function blocked(id: string, second: string, ...more: readonly string[]): Promise<readonly string[]> {
  fastImport(git.path, [
    {
      message: "one",
      files: { "contracts/v1.odcs.yaml": contract("urn:a.b/(c)", TAGGED), "contracts/x.odcs.yaml": contract("urn:aXb", TAGGED) },
    },
    ...[second, ...more].map((text) => ({ message: text, files: { "contracts/v2.odcs.yaml": contract(id, text) } })),
  ]);
  const { rows } = await replayAll(git.path);
  const last = rows.at(-1) as JudgedRow;
  return last.findings.filter(({ severity }) => severity === "block").map(({ code, message }) => `${code} ${message}`);
}

test("a contract that comes under the id of another one, linked to nothing, is held against it", async () => {
  expect(await blocked("urn:a.b/(c)", "{name: email}")).toEqual([
    "copy.untagged tag `pii` is missing, which `contracts/v1.odcs.yaml` of the same id carries here",
  ]);
});

test("a field that comes later to one that has the id of another is held against it too", async () => {
  expect(await blocked("urn:a.b/(c)", "{name: x}", "{name: x}\n      - {name: email}")).toEqual([
    "copy.untagged tag `pii` is missing, which `contracts/v1.odcs.yaml` of the same id carries here",
  ]);
});

test.each([
  ["urn:a.b/(c)", TAGGED],
  ["urn:a.b", "{name: email}"],
])("one of the id %s that says %s is not", async (id, second) => expect(await blocked(id, second)).toEqual([]));
