import { afterEach, beforeEach, expect, it } from "vitest";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

let repository: GitRepository;
beforeEach(() => {
  repository = createGitRepository();
});
afterEach(() => repository.remove());

const api = (refs: readonly string[]) =>
  `openapi: 3.1.0\ninfo: {title: t, version: "1"}\npaths: {}\ncomponents:\n  schemas:\n    C:\n      type: object\n      properties:\n${refs.map((ref, index) => `        p${index}: {$ref: '${ref}'}\n`).join("")}`;
const part = (tagged: boolean) => `type: string\n${tagged ? "x-pii: true\n" : ""}`;

async function check(base: Record<string, string>, head: Record<string, string>) {
  repository.commit(base);
  repository.git("checkout", "-qb", "work");
  repository.commit(head);
  const run = await countersign(repository.path, ["check", "--base", "main", "--format", "json"]);
  const report = JSON.parse(run.stdout) as {
    state: string;
    findings: { code: string; severity: string; object: string | null; field: string | null }[];
    problems: { message: string }[];
  };
  return {
    state: report.state,
    problems: report.problems,
    found: report.findings.map(({ severity, code, object, field }) => [severity, code, object, field]),
  };
}

it("a reference is followed into an unchanged governed file, and turned elsewhere it loses the tag", async () => {
  const { found } = await check(
    {
      "contracts/api.openapi.yaml": api(["parts/email.schema.yaml"]),
      "contracts/parts/email.schema.yaml": part(true),
      "contracts/parts/plain.schema.yaml": part(false),
    },
    { "contracts/api.openapi.yaml": api(["parts/plain.schema.yaml"]) },
  );
  expect(found).toContainEqual(["block", "tag.removed", "C", "p0"]);
});

it.each([
  ["a file that is not governed", "../elsewhere/email.txt"],
  ["a file outside the tree", "../../../etc/passwd"],
  ["another host", "https://example.org/email.yaml"],
  ["an absolute path", "/contracts/parts/email.schema.yaml"],
])("a reference turned to %s is never read, and the tag counts as lost", async (_, ref) => {
  const { found } = await check(
    {
      "contracts/api.openapi.yaml": api(["parts/email.schema.yaml"]),
      "contracts/parts/email.schema.yaml": part(true),
      "elsewhere/email.txt": part(true),
    },
    { "contracts/api.openapi.yaml": api([ref]) },
  );
  expect(found).toContainEqual(["block", "tag.removed", "C", "p0"]);
});

it("a change that leads to more files than are read is not decided", { timeout: 180_000 }, async () => {
  const names = Array.from({ length: 510 }, (_, index) => `parts/p${index}.schema.yaml`);
  const parts = Object.fromEntries(names.map((name) => [`contracts/${name}`, part(true)]));
  const { state, problems } = await check(
    { ...parts, "contracts/api.openapi.yaml": api(names) },
    { "contracts/api.openapi.yaml": api(names).replace('"1"', '"2"') },
  );
  expect(state).toBe("invalid");
  expect(problems.map(({ message }) => message).join()).toContain("refers to too many other files");
});
