import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadOperations } from "./openapi.ts";
import { jwtClient, smallWorld, statusOf } from "./world.ts";

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
    const { status } = await client.request(`GET ${path}`);
    expect([id, status, hub.violations]).toEqual([id, 200, []]);
  });
});

function blobOf(hub: World["hub"]): string {
  expect(hub.read("acme/data", "main", "contracts/c.yaml")).toBe("tags: [pii]\n");
  return "68a42220e7c45ff85018c817e68ea28090d36cce";
}

test("an unknown route is 404 and remembered", async () => {
  expect(await statusOf(world.octokit.request("GET /nothing/here"))).toBe(404);
  expect(world.hub.unknownRequests).toEqual(["GET /nothing/here"]);
});
