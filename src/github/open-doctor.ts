import type { Protection } from "../gate/ports/protection.ts";
import type { PullRequests, RepositoryRef } from "../gate/ports/pulls.ts";
import { Refusal } from "../gate/ports/truth.ts";
import { createCaller, createGitHub } from "./client.ts";
import { createInstallations } from "./installations.ts";
import { createProtection } from "./protection.ts";
import { createPullRequests } from "./pull-requests.ts";

/** How the caller signs in: a token of their own, or as the app. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "app"; readonly appId: number; readonly privateKey: string };

/** The settings of one repository, read as whoever asks. `appId`: our app; null = as it signs in, or not known. */
export async function openDoctor(
  baseUrl: string,
  credentials: Credentials | null,
  { owner, name, appId }: { readonly owner: string; readonly name: string; readonly appId: number | null },
): Promise<{ deps: { protection: Protection; pulls: Pick<PullRequests, "content"> }; ref: RepositoryRef }> {
  if (credentials === null)
    throw new Refusal("usage", "nothing to sign in with", "set GITHUB_TOKEN, or APP_ID with PRIVATE_KEY or PRIVATE_KEY_PATH");
  const app = credentials.kind === "app" ? createGitHub({ ...credentials, baseUrl }) : createCaller({ token: credentials.token, baseUrl });
  const installationId = credentials.kind === "app" ? await createInstallations({ ...credentials, baseUrl }).onRepository(owner, name) : 0;
  const protection = createProtection(app, appId ?? (credentials.kind === "app" ? credentials.appId : null));
  const truth = await protection.repository({ id: 0, owner, name, ownerId: 0, installationId });
  const ref = { id: truth.id, owner: truth.owner, name: truth.name, ownerId: truth.ownerId, installationId };
  return { deps: { protection, pulls: createPullRequests(app) }, ref };
}
