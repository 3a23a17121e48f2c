import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Problem } from "../../src/engine/problem.ts";
import { CONTRACT } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

async function problems(...args: string[]): Promise<readonly Problem[]> {
  return JSON.parse((await countersign(git.path, ["validate", "--json", ...args])).stdout) as Problem[];
}

const SCHEMA =
  '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"email": {"type": "string", "x-pii": true}}}';
const DBT = "models:\n  - name: users\n    columns:\n      - name: email\n        tags: [pii]\n";

describe("a repository with contracts where people put them", () => {
  test.each([
    ["schemas/customer.json", SCHEMA],
    ["services/a/schemas/customer.json", SCHEMA],
    ["analytics/dbt/models/staging/schema.yml", DBT],
    ["services/a/contracts/users.yaml", DBT],
    ["api/openapi-v2.yaml", "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n"],
    ["graph/schema.gql", "type A { b: String }\n"],
  ])("%s is governed without any configuration", async (path, text) => {
    git.commit({ [path]: text });
    expect(await countersign(git.path, ["validate"])).toMatchObject({ code: 0, stdout: expect.stringContaining("1 governed file") });
  });

  test("a contract elsewhere is told: by validate, and by check when it changes, until it is left out on purpose", async () => {
    const path = "etc/users.yml";
    git.commit({ ".choochoorc": "governance: {}\n", [path]: DBT });
    const told = { code: "E003", file: path, severity: "warning", message: expect.stringContaining("outside the governed paths") };
    expect(await problems()).toEqual([expect.objectContaining(told)]);
    git.git("checkout", "-q", "-b", "work");
    git.commit({ [path]: DBT.replace("        tags: [pii]\n", "") });
    const run = await countersign(git.path, ["check", "--format", "json"]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ state: "not_applicable", problems: [told] });
    git.write({ ".choochoorc": 'contracts:\n  exclude: ["etc/**"]\n' });
    expect((await problems()).filter(({ code }) => code === "E003")).toEqual([]);
  });

  test("a reference that is not followed is told at its line", async () => {
    git.commit({
      "api/openapi.yaml": "openapi: 3.0.3\ncomponents:\n  schemas:\n    A:\n      properties:\n        b:\n          $ref: 'b.yaml#/B'\n",
    });
    expect(await problems()).toContainEqual(
      expect.objectContaining({ line: 7, severity: "warning", message: expect.stringContaining("`b.yaml#/B` is not followed") }),
    );
  });
});

test("lineage shows what is no contract here, and not the types that come with every compiler", async () => {
  git.commit({
    "a.proto": 'syntax = "proto3";\nimport "google/protobuf/timestamp.proto";\nimport "shared/b.proto";\nmessage A { string id = 1; }\n',
    "alone.proto": 'syntax = "proto3";\nmessage Alone { string id = 1; }\n',
  });
  const { stdout } = await countersign(git.path, ["lineage", "show"]);
  expect(stdout).toContain("shared/b.proto [no contract here]\n  -> a.proto  (import)");
  expect(stdout).not.toContain("google");
  expect(await countersign(git.path, ["lineage", "show", "alone.proto"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^no lineage: nothing/),
  });
});

test("init maps the roles of its pack, so that neither validate nor check warns of them; a role without people is told", async () => {
  git.commit({ "README.md": "x" });
  await countersign(git.path, ["init", "--pack", "gdpr"]);
  expect(readFileSync(join(git.path, ".choochoorc"), "utf8")).toContain("data-protection-officer: { team: privacy }");
  expect(await problems()).toEqual([]);
  git.write({ ".choochoorc": "governance: {}\n" });
  expect(await problems()).toContainEqual(
    expect.objectContaining({ code: "E002", message: expect.stringContaining("data-protection-officer") }),
  );
});

describe("bad input: file, line and reason", () => {
  const lines = CONTRACT.trimEnd().split("\n").length;
  test.each<readonly [string, string | Buffer, number, RegExp]>([
    ["an empty file", "", 1, /empty/],
    ["a binary", Buffer.from([0x6b, 0x0a, 0xff, 0x00, 0x01]), 2, /binary/],
    ["50 MB", `${CONTRACT}${"# padding\n".repeat(5_000_000)}`, 1, /50000\d{3} bytes, more than the 2097152 allowed/],
    ["invalid UTF-8", Buffer.concat([Buffer.from(CONTRACT), Buffer.from([0x61, 0xe9, 0x0a])]), lines + 1, /not UTF-8/],
    ["a nesting bomb of 2 KB", `${"[".repeat(1000)}${"]".repeat(1000)}`, 1, /nested more than 100 levels deep/],
    ["a second document", `${CONTRACT}---\na: 1\n`, lines + 1, /a second one starts here/],
  ])("%s", async (_, content, line, reason) => {
    const file = "contracts/customers.odcs.yaml";
    git.commit({ ".choochoorc": "governance: {}\n", [file]: CONTRACT });
    git.git("checkout", "-q", "-b", "work");
    git.commit({ [file]: content as string });
    const expected = { code: "E001", file, line, severity: "error", message: expect.stringMatching(reason) };
    expect(await problems()).toEqual([expect.objectContaining(expected)]);
    const run = await countersign(git.path, ["check", "--format", "json"]);
    expect(run.code).toBe(1);
    const decision = JSON.parse(run.stdout) as { problems: unknown; findings: unknown };
    expect(decision.problems).toEqual([expect.objectContaining(expected)]);
    expect(decision.findings).toEqual([expect.objectContaining({ code: "contract.unparseable", file, line, severity: "block" })]);
  });
});
