import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countersign } from "../support/cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-lint-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function lint(policies: string, config: string | null = null, ...args: string[]) {
  writeFileSync(join(folder, "p.yaml"), `policies:\n${policies}`);
  if (config !== null) writeFileSync(join(folder, ".choochoorc"), config);
  return countersign(folder, ["policy", "lint", "p.yaml", ...args]);
}
const rule = (name: string, trigger: string, approvers = "[{ team: t }]", rest = "") =>
  `  - { name: ${name}, trigger: ${trigger}, approvers: ${approvers}${rest} }\n`;

const ERRORS: readonly [string, string, string | null, RegExp][] = [
  [
    "the same people twice",
    rule("a", "{}", "[{ users: [bob, carol], minApprovals: 2 }, { users: [Bob] }]"),
    null,
    /p\.yaml:2.*asks the same people twice: bob, carol/,
  ],
  ["more than are named", rule("a", "{}", "[{ users: [bob], minApprovals: 2 }]"), null, /only 1 people are named/],
  ["a trigger that ignores what it names", rule("a", "{ findings: [description.changed] }"), null, /can never match/],
  ["an unknown code", rule("a", "{ findings: [tag.remove] }"), null, /did you mean `tag.removed`/],
  ["an unknown environment", rule("a", "{ env: [productoin] }"), null, /unknown environment `productoin`/],
  ["an unknown key", rule("a", "{ tag: [pii] }"), null, /unknown key `tag`/],
];
test.each(ERRORS)("%s: 2, with file and line", async (_name, policies, config, message) => {
  expect(await lint(policies, config)).toMatchObject({ code: 2, stdout: expect.stringMatching(message) });
});

const WARNINGS: readonly [string, string, string | null, RegExp][] = [
  ["a word that is almost another", rule("a", "{ tags: [finacial] }"), null, /did you mean `financial`/],
  [
    "a word of a policy on trial",
    rule("a", "{ tags: [blue] }", undefined, ", mode: shadow"),
    null,
    /`blue` is no class while only a shadow policy names it/,
  ],
  ["a role that is never mapped", rule("a", "{}", "[{ team: t, role: r }]"), null, /role `r` is not mapped/],
  [
    "an environment that no branch maps to",
    rule("a", "{ env: [staging] }"),
    "environments: { production: [main] }\n",
    /no branch maps to staging/,
  ],
  [
    "one that another answers for",
    rule("wide", "{ tags: [pii, gdpr] }") + rule("narrow", "{ tags: [personal-data], env: [prod] }"),
    null,
    /p\.yaml:3.*`repo\/narrow` adds nothing: `repo\/wide`/,
  ],
  [
    "two that say the same, once",
    rule("a", "{ tags: [pii] }") + rule("b", "{ tags: [pii] }"),
    null,
    /^p\.yaml:3.*`repo\/b` adds nothing.*\n\n0 errors, 1 warning\n$/,
  ],
];
test.each(WARNINGS)("%s: told, and refused with --strict", async (_name, policies, config, message) => {
  expect(await lint(policies, config)).toMatchObject({ code: 0, stdout: expect.stringMatching(message) });
  expect((await lint(policies, config, "--strict")).code).toBe(2);
});

const SOUND: readonly [string, string, string | null][] = [
  ["a custom class of an enforce policy", rule("a", "{ tags: [blue] }"), null],
  ["people enough for two entries", rule("a", "{}", "[{ users: [bob, carol] }, { users: [bob] }]"), null],
  ["the same people, where that is allowed", rule("a", "{}", "[{ users: [bob] }, { users: [bob] }]", ", distinctApprovers: false"), null],
  ["two that ask different people", rule("a", "{ tags: [pii] }") + rule("b", "{ tags: [pii] }", "[{ team: u }]"), null],
  [
    "one in another environment",
    rule("a", "{ tags: [pii], env: [prod] }") + rule("b", "{ tags: [pii], env: [staging], findings: [block] }"),
    null,
  ],
  ["severities, whatever is ignored", rule("a", "{ findings: [info] }"), null],
];
test.each(SOUND)("%s: nothing wrong", async (_name, policies, config) => {
  expect(await lint(policies, config, "--strict")).toMatchObject({ code: 0, stdout: "1 policy file: nothing wrong\n" });
});

test("with people: what nobody of them could approve; as JSON too", async () => {
  const people = {
    schemaVersion: 1,
    actors: [
      { id: 1, login: "bob", type: "User" },
      { id: 2, login: "ana", type: "User" },
    ],
    owners: ["ana"],
  };
  const team = (members: string[]) => [{ slug: "t", id: 1, members: members.map((user) => ({ user, state: "active" })) }];
  const file = join(folder, "people.json");
  writeFileSync(file, JSON.stringify({ ...people, teams: team(["bob"]) }));
  expect((await lint(rule("a", "{}"), null, "--approvals", "people.json")).code).toBe(0);
  writeFileSync(file, JSON.stringify({ ...people, teams: team([]) }));
  expect(await lint(rule("a", "{}"), null, "--approvals", "people.json")).toMatchObject({
    code: 2,
    stdout: expect.stringContaining("nobody can give it"),
  });
  const json = JSON.parse((await lint(rule("a", "{}"), null, "--approvals", "people.json", "--format", "json")).stdout);
  expect(json[0]).toMatchObject({ severity: "error", file: "p.yaml", line: 2 });
});

test("the shipped packs have no error, and a folder without policies is no success", async () => {
  const shipped = await countersign(join(import.meta.dirname, "../../policies"), ["policy", "lint", "."]);
  expect(shipped).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n0 errors, \d+ warnings?\n$/) });
  expect(await countersign(folder, ["policy", "lint", "."])).toMatchObject({ code: 2, stderr: expect.stringContaining("no policies") });
});
