import { afterEach, expect, test } from "vitest";
import type { Files } from "./git/content.ts";
import type { Hub } from "./hub.ts";
import { smallWorld, statusOf } from "./world.ts";

let hub: Hub;
afterEach(async () => {
  expect(hub.violations).toEqual([]);
  await hub.close();
});

async function start(options = {}) {
  const world = await smallWorld(options);
  hub = world.hub;
  return world;
}

test("trees: modes, subtrees by id, and a recursive listing that stops at the limit", async () => {
  const { octokit, repo } = await start({ treeLimit: 6 });
  hub.push(
    "acme/data",
    "main",
    { "bin/run": { mode: "100755", content: "x" }, link: { symlink: "README.md" }, sub: { submodule: "1".repeat(40) } },
    { actor: "bob" },
  );
  const { data: root } = await octokit.git.getTree({ ...repo, tree_sha: hub.tip("acme/data", "main") });
  expect(root.tree.map((entry) => [entry.path, entry.mode, entry.type])).toEqual([
    ["README.md", "100644", "blob"],
    ["bin", "040000", "tree"],
    ["contracts", "040000", "tree"],
    ["link", "120000", "blob"],
    ["sub", "160000", "commit"],
  ]);
  const { data: bin } = await octokit.git.getTree({ ...repo, tree_sha: root.tree[1]!.sha });
  expect([bin.tree[0]!.mode, bin.truncated]).toEqual(["100755", false]);
  const { data: all } = await octokit.git.getTree({ ...repo, tree_sha: "main", recursive: "1" });
  expect([all.tree.length, all.truncated]).toEqual([6, true]);
});

test("contents: symlinks are followed, over 1 MB is empty, directories list", async () => {
  const { octokit, repo } = await start();
  const files: Files = {
    "a/link": { symlink: "../README.md" },
    "a/dangling": { symlink: "nowhere" },
    "big.yaml": "x".repeat(1_048_577),
    "full.yaml": "y".repeat(1_048_576),
  };
  hub.push("acme/data", "main", files, { actor: "bob" });
  const read = async (path: string) =>
    (await octokit.repos.getContent({ ...repo, path })).data as { type: string; content?: string; encoding?: string; size: number };
  const text = (content = "") => Buffer.from(content, "base64").toString("utf8");
  const link = await read("a/link");
  expect([link.type, text(link.content)]).toEqual(["file", "hi\n"]);
  expect(await read("a/dangling")).toMatchObject({ type: "symlink", target: "nowhere" });
  expect(await read("big.yaml")).toMatchObject({ encoding: "none", content: "", size: 1_048_577 });
  expect(text((await read("full.yaml")).content)).toHaveLength(1_048_576);
  expect((await read("a")) as unknown).toMatchObject([
    { name: "dangling", type: "symlink" },
    { name: "link", type: "symlink" },
  ]);
  expect(await statusOf(read("nothing"))).toBe(404);
});

test("files stop at 3,000 for a pull request and at 300 for a comparison; commits at 250", async () => {
  const { octokit, repo, pull } = await start();
  const many = Object.fromEntries(Array.from({ length: 3001 }, (_, i) => [`many/${i}.yaml`, `${i}\n`]));
  let tip = hub.commit("acme/data", many, { actor: "alice", parents: [pull.headSha] });
  for (let i = 0; i < 249; i++) tip = hub.commit("acme/data", { "counter.md": `${i}\n` }, { actor: "alice", parents: [tip] });
  hub.pushCommit("acme/data", "strip", tip, { actor: "alice" });
  const pages = (await octokit.paginate(octokit.pulls.listFiles, { ...repo, pull_number: pull.number, per_page: 100 })).length;
  expect(pages).toBe(3000);
  const { data } = await octokit.pulls.get({ ...repo, pull_number: pull.number });
  expect([data.changed_files, data.commits]).toEqual([3003, 251]);
  const { data: compared } = await octokit.repos.compareCommitsWithBasehead({ ...repo, basehead: "main...strip" });
  expect([compared.files?.length, compared.commits.length, compared.total_commits]).toEqual([300, 250, 251]);
  expect(await octokit.paginate(octokit.pulls.listCommits, { ...repo, pull_number: pull.number, per_page: 100 })).toHaveLength(250);
}, 120_000);

test("files of a pull request: renames with their old name, line counts", async () => {
  const { octokit, repo, pull } = await start();
  hub.push(
    "acme/data",
    "strip",
    { "contracts/c.yaml": null, "contracts/d.yaml": "tags: [pii]\n", "README.md": "hi\nthere\n" },
    { actor: "alice" },
  );
  const { data } = await octokit.pulls.listFiles({ ...repo, pull_number: pull.number });
  expect(data.map((file) => [file.filename, file.status, file.previous_filename, file.additions, file.deletions])).toEqual([
    ["README.md", "modified", undefined, 1, 0],
    ["contracts/d.yaml", "renamed", "contracts/c.yaml", 0, 0],
  ]);
});

test("refs: branches and never a tag of the same name; slashes in names", async () => {
  const { octokit, repo } = await start();
  const sha = hub.push("acme/data", "team/x", { "x.md": "x\n" }, { actor: "bob" });
  expect((await octokit.repos.getBranch({ ...repo, branch: "team/x" })).data.commit.sha).toBe(sha);
  expect((await octokit.git.getRef({ ...repo, ref: "heads/team/x" })).data.object.sha).toBe(sha);
  hub.tag("acme/data", "main", sha);
  expect((await octokit.repos.getBranch({ ...repo, branch: "main" })).data.commit.sha).toBe(hub.tip("acme/data", "main"));
  expect((await octokit.git.getRef({ ...repo, ref: "tags/main" })).data.object.sha).toBe(sha);
  expect((await octokit.repos.listCommits({ ...repo, sha: "team/x", path: "x.md" })).data.map((one) => one.sha)).toEqual([sha]);
  expect(await statusOf(octokit.repos.getBranch({ ...repo, branch: "nope" }))).toBe(404);
  expect(await statusOf(octokit.repos.getBranchProtection({ ...repo, branch: "main" }))).toBe(404);
  hub.protect("acme/data", "main", { requiredChecks: [{ context: "gate", appId: hub.app.id }], enforceAdmins: true, requiredReviews: 1 });
  const { data } = await octokit.repos.getBranchProtection({ ...repo, branch: "main" });
  expect([data.required_status_checks?.checks, data.enforce_admins?.enabled]).toEqual([[{ context: "gate", app_id: hub.app.id }], true]);
});

test("teams: pending is not listed, children are, roles come from every grant", async () => {
  const { octokit, repo } = await start();
  for (const login of ["carol", "dave", "erin"]) hub.createUser(login);
  hub.createTeam("acme", "sec-night", { parent: "sec-ops" });
  hub.addMember("acme/sec-night", "carol");
  hub.addMember("acme/sec-ops", "dave", { state: "pending" });
  const { data } = await octokit.teams.listMembersInOrg({ org: "acme", team_slug: "sec-ops" });
  expect(data.map((one) => [one.login, (one as { inherited?: boolean }).inherited])).toEqual([
    ["bob", false],
    ["carol", true],
  ]);
  const membership = async (username: string) =>
    (await octokit.teams.getMembershipForUserInOrg({ org: "acme", team_slug: "sec-ops", username })).data.state;
  expect([await membership("carol"), await membership("dave")]).toEqual(["active", "pending"]);
  expect(await statusOf(membership("erin"))).toBe(404);
  expect(await statusOf(octokit.teams.listMembersInOrg({ org: "acme", team_slug: "gone" }))).toBe(404);
  const role = async (username: string) => (await octokit.repos.getCollaboratorPermissionLevel({ ...repo, username })).data.role_name;
  expect(await Promise.all(["carol", "dave", "ana", "alice", "erin"].map(role))).toEqual(["write", "none", "admin", "write", "none"]);
  hub.grant("acme/data", "alice", "triage");
  expect((await octokit.repos.getCollaboratorPermissionLevel({ ...repo, username: "alice" })).data).toMatchObject({
    permission: "read",
    role_name: "triage",
  });
});

test("a login can be taken over, the id cannot", async () => {
  const { octokit } = await start();
  const { data: before } = await octokit.users.getByUsername({ username: "alice" });
  hub.renameUser("alice", "alice-old");
  const mallory = hub.createUser("alice");
  const { data: after } = await octokit.users.getByUsername({ username: "alice" });
  expect([after.id, after.id === before.id]).toEqual([mallory.id, false]);
});

test("an unchanged answer is 304 for the same token, and a new one is not", async () => {
  const { octokit, repo, pull } = await start();
  const first = await octokit.pulls.get({ ...repo, pull_number: pull.number });
  const again = (etag: string) => statusOf(octokit.pulls.get({ ...repo, pull_number: pull.number, headers: { "if-none-match": etag } }));
  expect(await again(first.headers.etag!)).toBe(304);
  hub.comment("acme/data", pull.number, "x", { actor: "bob" });
  expect(await again(first.headers.etag!)).toBe(200);
});
