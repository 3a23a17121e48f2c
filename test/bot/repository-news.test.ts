import { describe, expect, test } from "vitest";
import { newsOf } from "../../src/bot/repository-news.ts";

const sender = { id: 9, login: "ana" };
const installation = {
  id: 4,
  account: { id: 7, login: "acme" },
  permissions: { checks: "write", contents: "read", pull_requests: "write", members: "read" },
};
const repository = { id: 1, name: "data", default_branch: "main", owner: { id: 7, login: "acme" } };
const list = [{ id: 1, name: "data", full_name: "acme/data" }];

function installed(action: string, more: object = {}) {
  return newsOf("installation", { action, installation, sender, ...more });
}

describe("T66: what becomes of an installation", () => {
  test.each<[string, object, object]>([
    ["deleted", {}, { kind: "unguarded", repositoryIds: null, because: "the app was uninstalled", actorId: 9 }],
    ["suspend", {}, { kind: "unguarded", repositoryIds: null, because: "the installation was suspended" }],
    ["unsuspend", {}, { kind: "guarded", repositories: null }],
    ["created", { repositories: list }, { kind: "guarded", repositories: [{ id: 1, name: "data" }], account: { id: 7, login: "acme" } }],
    ["new_permissions_accepted", {}, { kind: "guarded", repositories: null }],
    ["removed", { repositories_removed: list }, { kind: "unguarded", repositoryIds: [1] }],
    ["added", { repositories_added: list }, { kind: "guarded", repositories: [{ id: 1, name: "data" }] }],
  ])("%s", (action, more, expected) => {
    expect(installed(action, more)).toMatchObject([expected]);
  });

  test.each([
    ["checks can only be read", { checks: "read" }, "the app lacks checks: write"],
    ["contents are gone", { contents: undefined }, "the app lacks contents: read"],
  ])("permissions taken away: %s", (_what, less, because) => {
    const lesser = { ...installation, permissions: JSON.parse(JSON.stringify({ ...installation.permissions, ...less })) as object };
    expect(installed("new_permissions_accepted", { installation: lesser })).toMatchObject([{ kind: "unguarded", because }]);
  });

  test("nothing is said by an empty removal or an unknown action", () => {
    expect(installed("removed", { repositories_removed: [] })).toEqual([]);
    expect(installed("shrugged")).toEqual([]);
  });
});

describe("T67: what becomes of a repository", () => {
  test.each([
    ["renamed", "changed"],
    ["publicized", "changed"],
    ["archived", "unguarded"],
    ["deleted", "unguarded"],
    ["unarchived", "guarded"],
  ])("%s is %s", (action, kind) => {
    expect(newsOf("repository", { action, repository, installation, sender })).toMatchObject([{ kind, actorId: 9 }]);
  });

  test.each(["created", "constructor", "__proto__"])("%s is nothing", (action) => {
    expect(newsOf("repository", { action, repository, installation, sender })).toEqual([]);
  });
});

test("T50: a rule's change carries who and which; a payload that cannot be read says nothing", () => {
  const ruleset = { action: "edited", repository, installation, sender, repository_ruleset: { name: "gate" } };
  expect(newsOf("repository_ruleset", ruleset)).toMatchObject([
    { kind: "rule_changed", actorId: 9, what: "repository_ruleset edited", rule: "gate" },
  ]);
  for (const event of ["installation", "installation_repositories", "repository", "repository_ruleset", "branch_protection_rule", "push"])
    for (const junk of [null, 7, "x", {}, { action: 1 }, { action: "deleted", installation: { id: "x" } }])
      expect(newsOf(event, junk)).toEqual([]);
});
