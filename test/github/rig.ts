import type { PullRef, RepositoryRef } from "../../src/gate/ports.ts";
import { createChecks, createGitHub, createPullRequests, type GitHubOptions } from "../../src/github/index.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { appClient, jwtClient } from "../hub/world.ts";

export type Options = Partial<GitHubOptions>;

/** An organisation with a team, a repository and one pull request by alice, read through the adapter over HTTP. */
export async function openRig(options: Options = {}) {
  const hub = await startHub();
  hub.createOrg("acme");
  for (const login of ["alice", "bob", "carol", "ana"]) hub.createUser(login);
  for (const login of ["alice", "bob", "carol"]) hub.addOrgMember("acme", login);
  hub.addOrgMember("acme", "ana", { role: "admin" });
  hub.createTeam("acme", "sec-ops");
  hub.addMember("acme/sec-ops", "bob");
  hub.createRepo(
    "acme/data",
    { "contracts/c.yaml": "pii: true\n", "contracts/deep/er/d.yaml": "a: 1\n", "docs/guide.md": "hi\n" },
    { grants: { alice: "write", carol: "triage", "acme/sec-ops": "write" } },
  );
  hub.push("acme/data", "strip", { "contracts/c.yaml": "pii: false\n" }, { actor: "alice" });
  const { number } = hub.openPull("acme/data", { actor: "alice", head: "strip", base: "main", title: "Strip" });
  const adapter = await connect(hub, options);
  const pull: PullRef = { repository: adapter.repository, number };
  return { hub, number, pull, ...adapter, close: () => hub.close() };
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

/** The adapter for `acme/data`. */
export async function connect(hub: Hub, options: Options = {}) {
  const jwt = jwtClient(hub);
  const { data: installation } = await jwt.request("GET /orgs/{org}/installation", { org: "acme" });
  const { data } = await (await appClient(hub, "acme")).request("GET /repos/{owner}/{repo}", { owner: "acme", repo: "data" });
  const repository: RepositoryRef = {
    id: Number(data.id),
    owner: "acme",
    name: "data",
    ownerId: Number(data.owner.id),
    installationId: installation.id,
  };
  const app = signIn(hub, options);
  hub.requests.length = 0;
  return { app, repository, pulls: createPullRequests(app), checks: createChecks(app, { publicUrl: "https://countersign.example" }) };
}

/** The app, with nothing kept from before. */
export function signIn(hub: Hub, options: Options = {}) {
  return createGitHub({ appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url, ...options });
}
