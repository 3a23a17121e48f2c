import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_PERMISSIONS } from "./emitter.ts";
import { loadOperations } from "./openapi.ts";
import { appClient, jwtClient, smallWorld, statusOf } from "./world.ts";

type World = Awaited<ReturnType<typeof smallWorld>>;
let world: World;
let app: ReturnType<typeof jwtClient>;
let installationId: number;
beforeAll(async () => {
  world = await smallWorld();
  app = jwtClient(world.hub);
  installationId = (await app.apps.listInstallations()).data[0]!.id;
});
afterAll(async () => world.hub.close());

/** One good call of every read operation, straight from the description, so that each response is validated. */
describe("every read operation answers as GitHub describes it", () => {
  const skipped = new Set([
    "users/get-authenticated",
    "repos/get-branch-protection",
    "repos/get-repo-ruleset",
    "apps/get-webhook-delivery",
    "checks/get",
    "checks/list-annotations",
  ]);
  const reads = loadOperations().filter((operation) => operation.method === "GET" && !skipped.has(operation.id));

  test.each(reads.map((operation) => [operation.id, operation.template] as const))("%s", async (id, template) => {
    const { hub, octokit, pull } = world;
    const values: Record<string, string | number> = {
      owner: "acme",
      repo: "data",
      org: "acme",
      username: "bob",
      team_slug: "sec-ops",
      branch: "main",
      ref: template.includes("/git/ref/") ? "heads/main" : "main",
      commit_sha: pull.headSha,
      basehead: "main...strip",
      path: "contracts/c.yaml",
      tree_sha: "main",
      file_sha: blobOf(hub),
      pull_number: pull.number,
      issue_number: pull.number,
      installation_id: installationId,
      delivery_id: 1,
      check_run_id: 1,
      ruleset_id: 1,
    };
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURI(String(values[name])));
    const needsJwt = path.startsWith("/app") || path.endsWith("/installation");
    const client = needsJwt ? app : octokit;
    hub.violations.length = 0;
    // Only a person's own token, made for the app, is answered there.
    const asPerson = { headers: { authorization: `token ${hub.appUserToken("ana")}` } };
    const { status } = path === "/user/installations" ? await fetch(`${hub.url}${path}`, asPerson) : await client.request(`GET ${path}`);
    expect([id, status, hub.violations]).toEqual([id, 200, []]);
  });
});

function blobOf(hub: World["hub"]): string {
  expect(hub.read("acme/data", "main", "contracts/c.yaml")).toBe("tags: [pii]\n");
  return "68a42220e7c45ff85018c817e68ea28090d36cce";
}

test("an unknown route is 404 and remembered", async () => {
  expect(await statusOf(world.octokit.request("GET /nothing/here"))).toBe(404);
  expect(world.hub.unknownRequests.splice(0)).toEqual(["GET /nothing/here"]);
});

test("every operation of the description has a route", async () => {
  const operations = loadOperations();
  for (const { method, template } of operations) await fetch(world.hub.url + template.replace(/\{\w+\}/g, "1"), { method });
  expect(world.hub.unknownRequests).toEqual([]);
  expect(operations.length).toBeGreaterThanOrEqual(66);
});

test("every write of an app answers as GitHub describes it", async () => {
  const { hub, octokit, repo, pull } = world;
  hub.violations.length = 0;
  hub.setPermissions({ ...DEFAULT_PERMISSIONS, statuses: "write", contents: "write" });
  const client = await appClient(hub, "acme");
  const number = { ...repo, pull_number: pull.number };
  const issue = { ...repo, issue_number: pull.number };
  const { id } = hub.review("acme/data", pull.number, { actor: "bob", state: "APPROVED" });
  await octokit.pulls.createReview({ ...number, event: "COMMENT", body: "noted" });
  await octokit.pulls.dismissReview({ ...number, review_id: id, message: "stale" });
  await octokit.pulls.requestReviewers({ ...number, team_reviewers: ["sec-ops"] });
  await octokit.issues.addLabels({ ...issue, labels: ["governed", "pii"] });
  await octokit.issues.removeLabel({ ...issue, name: "pii" });
  const { data: comment } = await octokit.issues.createComment({ ...issue, body: "hello" });
  await octokit.issues.updateComment({ ...repo, comment_id: comment.id, body: "hello again" });
  await octokit.reactions.createForIssueComment({ ...repo, comment_id: comment.id, content: "eyes" });
  await octokit.issues.create({ ...repo, title: "Incident" });
  await octokit.issues.update({ ...issue, title: "Strip the tag" });
  const { data: run } = await octokit.checks.create({ ...repo, name: "gate", head_sha: pull.headSha, conclusion: "success" });
  await octokit.checks.update({ ...repo, check_run_id: run.id, conclusion: "failure" });
  await octokit.checks.rerequestSuite({ ...repo, check_suite_id: run.check_suite!.id });
  await client.repos.createCommitStatus({ ...repo, sha: pull.headSha, state: "success", context: "ci" });
  await client.pulls.merge({ ...number, sha: pull.headSha, merge_method: "squash" });
  const { data: timeline } = await octokit.issues.listEventsForTimeline({ ...issue, per_page: 100 });
  await octokit.issues.listEvents(issue);
  expect(
    timeline.filter((entry) => "performed_via_github_app" in entry && entry.performed_via_github_app).map((entry) => entry.event),
  ).toEqual(["reviewed", "review_dismissed", "review_requested", "labeled", "labeled", "unlabeled", "commented"]);
  const conversion = await fetch(`${hub.url}/app-manifests/${hub.manifestCode()}/conversions`, { method: "POST" });
  expect(await conversion.json()).toMatchObject({ id: hub.app.id, pem: hub.app.privateKey });
  expect(hub.violations).toEqual([]);
});
