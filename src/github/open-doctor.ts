import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Protection } from "../gate/ports/protection.ts";
import type { PullRequests, RepositoryRef } from "../gate/ports/pulls.ts";
import { Refusal, TruthError } from "../gate/ports/truth.ts";
import { createCaller, createGitHub } from "./client.ts";
import { failureOf } from "./failure.ts";
import { createProtection } from "./protection.ts";
import { createPullRequests } from "./pull-requests.ts";
import { createTransport } from "./transport.ts";

/** How the caller signs in: a token of their own, or as the app. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "app"; readonly appId: number; readonly privateKey: string };

const TIMEOUT_MS = 15_000;
const installation = z.object({ id: z.number().int().positive() });

/** The settings of one repository, read as whoever asks. `appId`: our app; null = as it signs in, or not known. */
export async function openDoctor(
  baseUrl: string,
  credentials: Credentials | null,
  { owner, name, appId }: { readonly owner: string; readonly name: string; readonly appId: number | null },
): Promise<{ deps: { protection: Protection; pulls: Pick<PullRequests, "content"> }; ref: RepositoryRef }> {
  if (credentials === null)
    throw new Refusal("usage", "nothing to sign in with", "set GITHUB_TOKEN, or APP_ID with PRIVATE_KEY or PRIVATE_KEY_PATH");
  const app = credentials.kind === "app" ? createGitHub({ ...credentials, baseUrl }) : createCaller({ token: credentials.token, baseUrl });
  const installationId = credentials.kind === "app" ? await findInstallation(baseUrl, credentials, owner, name) : 0;
  const protection = createProtection(app, appId ?? (credentials.kind === "app" ? credentials.appId : null));
  const truth = await protection.repository({ id: 0, owner, name, ownerId: 0, installationId });
  const ref = { id: truth.id, owner: truth.owner, name: truth.name, ownerId: truth.ownerId, installationId };
  return { deps: { protection, pulls: createPullRequests(app) }, ref };
}

/** Asked with the app's own signature: no installation is known before. */
async function findInstallation(
  baseUrl: string,
  app: { readonly appId: number; readonly privateKey: string },
  owner: string,
  repo: string,
): Promise<number> {
  const what = `installation on ${owner}/${repo}`;
  const request = { fetch: createTransport(baseUrl, TIMEOUT_MS) };
  const octokit = new Octokit({ baseUrl, userAgent: "countersign", log: { debug() {}, info() {}, warn() {}, error() {} }, request });
  const { token } = await createAppAuth({ ...app, request: octokit.request })({ type: "app" });
  const headers = { authorization: `bearer ${token}` };
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/installation", { owner, repo, headers }).catch((error: unknown) => {
    throw failureOf(what, error);
  });
  const parsed = installation.safeParse(data);
  if (!parsed.success) throw new TruthError(what, "network", `${what}: GitHub's answer cannot be understood`);
  return parsed.data.id;
}
