import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import type { Hub, HubOptions } from "./hub.ts";
import { startHub } from "./hub.ts";

/** A small organisation with one repository, one open pull request and an octokit that signs in as the app. */
export async function smallWorld(options: HubOptions = {}) {
  const hub = await startHub(options);
  hub.createOrg("acme");
  for (const login of ["alice", "bob", "ana"]) hub.createUser(login);
  hub.addOrgMember("acme", "alice");
  hub.addOrgMember("acme", "ana", { role: "admin" });
  hub.createTeam("acme", "sec-ops");
  hub.addMember("acme/sec-ops", "bob");
  hub.createRepo(
    "acme/data",
    { "contracts/c.yaml": "tags: [pii]\n", "README.md": "hi\n" },
    { grants: { alice: "write", "acme/sec-ops": "write" } },
  );
  hub.push("acme/data", "strip", { "contracts/c.yaml": "tags: []\n" }, { actor: "alice", message: "Strip" });
  const pull = hub.openPull("acme/data", { actor: "alice", head: "strip", title: "Strip" });
  return { hub, pull, octokit: await appClient(hub, "acme"), repo: { owner: "acme", repo: "data" } };
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function appClient(hub: Hub, owner: string): Promise<Octokit> {
  const app = jwtClient(hub);
  const { data } = await app.apps.getOrgInstallation({ org: owner });
  const auth = { appId: hub.app.id, privateKey: hub.app.privateKey, installationId: data.id };
  return new Octokit({ authStrategy: createAppAuth, auth, baseUrl: hub.url, log: quiet });
}

export function jwtClient(hub: Hub): Octokit {
  return new Octokit({
    authStrategy: createAppAuth,
    auth: { appId: hub.app.id, privateKey: hub.app.privateKey },
    baseUrl: hub.url,
    log: quiet,
  });
}

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A webhook receiver that answers with `status` (0: never) and keeps what came. */
export async function receiver(answer: { status: number } = { status: 202 }) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      if (answer.status !== 0) response.writeHead(answer.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url, received, answer, close };
}

/** The status an octokit call failed with; 200 when it did not. */
export async function statusOf(call: Promise<unknown>): Promise<number> {
  return call.then(
    () => 200,
    (error: { status?: number }) => error.status ?? 0,
  );
}
