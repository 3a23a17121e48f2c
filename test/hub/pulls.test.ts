import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appClient, smallWorld, statusOf } from "./world.ts";

let world: Awaited<ReturnType<typeof smallWorld>>;
beforeEach(async () => {
  world = await smallWorld();
});
afterEach(async () => {
  expect(world.hub.violations).toEqual([]);
  await world.hub.close();
});

async function get(number = world.pull.number) {
  return (await world.octokit.pulls.get({ ...world.repo, pull_number: number })).data;
}

async function timeline() {
  const { data } = await world.octokit.issues.listEventsForTimeline({ ...world.repo, issue_number: world.pull.number, per_page: 100 });
  return data.map((entry) => entry.event);
}

test("a push moves the head, a force push says so, and both are in the activity log", async () => {
  const { hub, octokit, repo, pull } = world;
  const first = hub.push("acme/data", "strip", { "a.md": "a\n" }, { actor: "bob" });
  const root = hub.tip("acme/data", "main");
  const forced = hub.push("acme/data", "strip", { "b.md": "b\n" }, { actor: "alice", onto: root });
  expect((await get()).head.sha).toBe(forced);
  const { data } = await octokit.repos.listActivities({ ...repo, ref: "refs/heads/strip" });
  expect(data.map((one) => [one.activity_type, one.before, one.after, one.actor?.login])).toEqual([
    ["force_push", first, forced, "alice"],
    ["push", pull.headSha, first, "bob"],
    ["branch_creation", "0".repeat(40), pull.headSha, "alice"],
  ]);
  expect(await timeline()).toEqual(["committed", "committed", "committed", "head_ref_force_pushed"]);
});

test("the base sha is that of the last synchronize, the test merge follows the base", async () => {
  const { hub, octokit, repo } = world;
  const before = await get();
  const main = hub.push("acme/data", "main", { "other.md": "x\n" }, { actor: "bob" });
  const after = await get();
  expect([after.base.sha, after.mergeable]).toEqual([before.base.sha, true]);
  expect(after.merge_commit_sha).not.toBe(before.merge_commit_sha);
  const { data } = await octokit.git.getCommit({ ...repo, commit_sha: after.merge_commit_sha! });
  expect(data.parents.map((parent) => parent.sha)).toEqual([main, after.head.sha]);
});

test("a conflict is not mergeable", async () => {
  const { hub, pull } = world;
  hub.push("acme/data", "main", { "contracts/c.yaml": "tags: [gdpr]\n" }, { actor: "bob" });
  expect(await get()).toMatchObject({ mergeable: false, mergeable_state: "dirty", merge_commit_sha: null });
  expect(() => hub.merge("acme/data", pull.number, { actor: "ana" })).toThrow("not mergeable");
});

describe("merging", () => {
  test.each(["merge", "squash", "rebase"] as const)("%s lands the same files", async (method) => {
    const { hub, octokit, repo, pull } = world;
    hub.push("acme/data", "main", { "other.md": "x\n" }, { actor: "bob" });
    hub.push("acme/data", "strip", { "second.md": "2\n" }, { actor: "alice" });
    const tip = hub.tip("acme/data", "main");
    const landed = hub.merge("acme/data", pull.number, { actor: "ana", method });
    expect(await get()).toMatchObject({ merged: true, state: "closed", merge_commit_sha: landed, merged_by: { login: "ana" } });
    const { data } = await octokit.git.getTree({ ...repo, tree_sha: "main", recursive: "1" });
    expect(data.tree.filter((entry) => entry.type === "blob").map((entry) => entry.path)).toEqual([
      "README.md",
      "contracts/c.yaml",
      "other.md",
      "second.md",
    ]);
    const { data: commits } = await octokit.repos.listCommits({ ...repo, sha: "main" });
    expect(commits.findIndex((commit) => commit.sha === tip)).toBe({ merge: 3, squash: 1, rebase: 2 }[method]);
    expect((await octokit.repos.listActivities({ ...repo, ref: "main" })).data[0]).toMatchObject({
      activity_type: "pr_merge",
      after: landed,
    });
  });

  test("needs the head that the caller saw, and the required checks from the right app", async () => {
    const { hub, octokit, repo, pull } = world;
    hub.protect("acme/data", "main", { requiredChecks: [{ context: "gate", appId: hub.app.id }], enforceAdmins: false });
    const merge = (sha: string) => () => hub.merge("acme/data", pull.number, { actor: "bob", sha });
    expect(merge("0".repeat(40))).toThrow(expect.objectContaining({ status: 409 }));
    expect(merge(pull.headSha)).toThrow(expect.objectContaining({ status: 405 }));
    hub.createApp("forger");
    hub.createForeignRun("acme/data", { app: "forger", name: "gate", sha: pull.headSha, conclusion: "success" });
    hub.createStatus("acme/data", pull.headSha, { actor: "bob", context: "gate", state: "success" });
    expect(merge(pull.headSha)).toThrow("gate");
    expect((await get()).mergeable_state).toBe("blocked");
    const run = { ...repo, name: "gate", head_sha: pull.headSha };
    await octokit.checks.create({ ...run, conclusion: "success" });
    await octokit.checks.create({ ...run, conclusion: "action_required" });
    expect(merge(pull.headSha)).toThrow("gate");
    expect(() => hub.merge("acme/data", pull.number, { actor: "bob", bypass: true })).toThrow("gate");
    await octokit.checks.create({ ...run, conclusion: "success" });
    expect(merge(pull.headSha)).not.toThrow();
  });

  test("an administrator can pass the checks unless the rule binds administrators too", () => {
    const { hub, pull } = world;
    const requiredChecks = [{ context: "gate" }];
    hub.protect("acme/data", "main", { requiredChecks, enforceAdmins: true });
    expect(() => hub.merge("acme/data", pull.number, { actor: "ana", bypass: true })).toThrow("gate");
    hub.protect("acme/data", "main", { requiredChecks, enforceAdmins: false });
    expect(() => hub.merge("acme/data", pull.number, { actor: "ana", bypass: true })).not.toThrow();
  });

  test("a ruleset's required check blocks as well", () => {
    const { hub, pull } = world;
    const parameters = {
      required_status_checks: [{ context: "gate", integration_id: hub.app.id }],
      strict_required_status_checks_policy: false,
    };
    hub.addRuleset("acme/data", { name: "gate", rules: [{ type: "required_status_checks", parameters }] });
    expect(() => hub.merge("acme/data", pull.number, { actor: "bob" })).toThrow("gate");
  });

  test("a push that brings the head to the base merges the pull request", async () => {
    const { hub, pull } = world;
    hub.pushCommit("acme/data", "main", pull.headSha, { actor: "bob" });
    expect(await get()).toMatchObject({ merged: true, state: "closed", merge_commit_sha: pull.headSha });
  });

  test("a wrong squash lands other content", () => {
    const { hub, pull } = world;
    hub.merge("acme/data", pull.number, { actor: "bob", method: "squash", files: { "contracts/c.yaml": "tags: [x]\n" } });
    expect(hub.read("acme/data", "main", "contracts/c.yaml")).toBe("tags: [x]\n");
  });
});

test("closing freezes the head, reopening takes the branch as it is then", async () => {
  const { hub, pull } = world;
  hub.closePull("acme/data", pull.number, { actor: "alice" });
  const moved = hub.push("acme/data", "strip", { "x.md": "x\n" }, { actor: "alice" });
  expect(await get()).toMatchObject({ state: "closed", head: { sha: pull.headSha } });
  hub.reopenPull("acme/data", pull.number, { actor: "alice" });
  expect(await get()).toMatchObject({ state: "open", head: { sha: moved } });
  expect(await timeline()).toEqual(["committed", "closed", "reopened"]);
});

test("deleting the head branch closes the pull request; one pull request per head and base, and none without commits", async () => {
  const { hub, pull } = world;
  expect(() => hub.openPull("acme/data", { actor: "alice", head: "strip" })).toThrow("already exists");
  hub.push("acme/data", "release", { "x.md": "x\n" }, { actor: "alice" });
  expect(() => hub.openPull("acme/data", { actor: "alice", head: "main", base: "release" })).toThrow("No commits between");
  hub.deleteBranch("acme/data", "strip", { actor: "alice" });
  expect(await get()).toMatchObject({ state: "closed", merged: false });
  expect(() => hub.reopenPull("acme/data", pull.number, { actor: "alice" })).toThrow();
});

test("rule suites tell a merge that met the rules from a push past them", async () => {
  const { hub, octokit, repo, pull } = world;
  hub.addRuleset("acme/data", { name: "no force", rules: [{ type: "non_fast_forward" }] });
  hub.merge("acme/data", pull.number, { actor: "bob" });
  hub.push("acme/data", "main", { "x.md": "x\n" }, { actor: "ana" });
  const { data } = await octokit.repos.getRepoRuleSuites(repo);
  expect(data.map((one) => [one.actor_name, one.result])).toEqual([
    ["ana", "bypass"],
    ["bob", "pass"],
  ]);
  expect((await octokit.repos.getBranchRules({ ...repo, branch: "main" })).data).toMatchObject([{ type: "non_fast_forward" }]);
});

test("a fork's pull request: foreign head repository, and no pull requests on its check runs", async () => {
  const { hub, octokit, repo } = world;
  hub.createUser("mallory");
  hub.grant("acme/data", "mallory", "read");
  hub.fork("acme/data", "mallory");
  hub.push("mallory/data", "evil", { "contracts/c.yaml": "tags: []\n" }, { actor: "mallory" });
  const { number, headSha } = hub.openPull("acme/data", { actor: "mallory", head: "mallory:evil" });
  const data = await get(number);
  expect([data.head.repo?.full_name, data.head.label]).toEqual(["mallory/data", "mallory:evil"]);
  const { data: run } = await octokit.checks.create({ ...repo, name: "gate", head_sha: headSha });
  expect(run.pull_requests).toEqual([]);
  expect(
    (await octokit.repos.listPullRequestsAssociatedWithCommit({ ...repo, commit_sha: headSha })).data.map((one) => one.number),
  ).toEqual([number]);
  expect(() => hub.push("acme/data", "main", {}, { actor: "mallory" })).toThrow("may not push");
});

test("reviews: REST states, who may, dismissal, and what stays hidden", async () => {
  const { hub, octokit, repo, pull } = world;
  const { id } = hub.review("acme/data", pull.number, { actor: "bob", state: "APPROVED" });
  hub.review("acme/data", pull.number, { actor: "ana", state: "PENDING" });
  expect(() => hub.review("acme/data", pull.number, { actor: "alice", state: "APPROVED" })).toThrow(
    expect.objectContaining({ status: 422 }),
  );
  hub.review("acme/data", pull.number, { actor: "alice", state: "APPROVED", force: true });
  expect(() => hub.dismissReview("acme/data", pull.number, 1, { actor: "ana" })).toThrow("Not Found");
  hub.dismissReview("acme/data", pull.number, id, { actor: "alice", message: "no" });
  hub.deleteUser("bob");
  const { data } = await octokit.pulls.listReviews({ ...repo, pull_number: pull.number });
  expect(data.map((review) => [review.user?.login ?? null, review.state, review.commit_id])).toEqual([
    [null, "DISMISSED", pull.headSha],
    ["alice", "APPROVED", pull.headSha],
  ]);
  expect(await timeline()).toEqual(["committed", "reviewed", "reviewed", "review_dismissed"]);
});

test("a renamed label is on the pull request without any event", async () => {
  const { hub, octokit, repo, pull } = world;
  hub.label("acme/data", pull.number, "docs", { actor: "alice" });
  hub.renameLabel("acme/data", "docs", "override", { actor: "ana" });
  expect((await get()).labels.map((label) => label.name)).toEqual(["override"]);
  const { data } = await octokit.issues.listEvents({ ...repo, issue_number: pull.number });
  expect(data).toMatchObject([{ event: "labeled", actor: { login: "alice" }, label: { name: "docs" }, performed_via_github_app: null }]);
});

test("requests for review need a team that is on the repository", async () => {
  const { hub, octokit, repo, pull } = world;
  hub.createTeam("acme", "outsiders");
  const ask = (team: string) => octokit.pulls.requestReviewers({ ...repo, pull_number: pull.number, team_reviewers: [team] });
  expect(await statusOf(ask("sec-ops"))).toBe(200);
  expect(await statusOf(ask("outsiders"))).toBe(422);
  expect((await get()).requested_teams?.map((team) => team.slug)).toEqual(["sec-ops"]);
});

test("commits map to people by e-mail, and an unknown e-mail to nobody", async () => {
  const { hub, octokit, repo, pull } = world;
  const forged = { name: "Bob", email: "someone@example.test" };
  hub.push(
    "acme/data",
    "strip",
    { "x.md": "x\n" },
    { actor: "alice", author: forged, committer: "alice", coAuthors: ["bob"], verified: true },
  );
  const { data } = await octokit.pulls.listCommits({ ...repo, pull_number: pull.number });
  expect(data.map((one) => [one.author?.login ?? null, one.committer?.login ?? null, one.commit.verification?.verified])).toEqual([
    ["alice", "alice", false],
    [null, "alice", true],
  ]);
  expect(data[1]!.commit.message).toContain("Co-authored-by: bob <");
});

test("pages by 30, at most 100, with links; the app's view is its own", async () => {
  const { hub, octokit, repo, pull } = world;
  for (let i = 0; i < 101; i++) hub.comment("acme/data", pull.number, `comment ${i}`, { actor: "bob" });
  const ask = (page: object) => octokit.issues.listComments({ ...repo, issue_number: pull.number, ...page });
  expect((await ask({})).data).toHaveLength(30);
  const capped = await ask({ per_page: 1000 });
  expect(capped.data).toHaveLength(100);
  expect(capped.headers.link).toContain('page=2>; rel="next"');
  const all = await octokit.paginate(octokit.issues.listComments, { ...repo, issue_number: pull.number, per_page: 40 });
  expect(all.map((comment) => comment.body)).toEqual(Array.from({ length: 101 }, (_, i) => `comment ${i}`));
  expect(await (await appClient(hub, "acme")).paginate(octokit.pulls.list, repo)).toHaveLength(1);
});
