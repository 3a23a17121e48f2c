import type { PolicyPin } from "../engine/policy/pins.ts";
import type { NameReads } from "../gate/ports/policy-pins.ts";
import type { RepositoryRef } from "../gate/ports/refs.ts";
import type { GitHubApp } from "./client.ts";
import { isRefused, RequestFailure } from "./failure.ts";
import * as schemas from "./schemas.ts";

/** What names stand for, by id. Rejects with a TruthError when GitHub's answer is not certain. */
export function createNameReads(app: GitHubApp): NameReads {
  return {
    async namedIds(repository, { teams, users }) {
      const found = await Promise.all([
        ...teams.map((slug) => teamPin(app, repository, slug)),
        ...users.map((login) => userPin(app, repository, login)),
      ]);
      return found.flatMap((pin) => pin ?? []);
    },
  };
}

async function teamPin(app: GitHubApp, { owner, ownerId, installationId }: RepositoryRef, slug: string): Promise<PolicyPin | null> {
  const call = { installationId, what: `team ${slug}`, route: "GET /orgs/{org}/teams/{slug}", parameters: { org: owner, slug } };
  try {
    const { data } = await app.request(call, schemas.team);
    const elsewhere = data.organization !== undefined && data.organization.id !== ownerId;
    return elsewhere || data.slug !== slug ? null : { kind: "team", name: slug.toLowerCase(), id: data.id };
  } catch (error) {
    if (isRefused(error)) return null;
    throw error;
  }
}

async function userPin(app: GitHubApp, { installationId }: RepositoryRef, login: string): Promise<PolicyPin | null> {
  const name = login.toLowerCase();
  const call = { installationId, what: `account ${login}`, route: "GET /users/{username}", parameters: { username: login } };
  try {
    const { data } = await app.request(call, schemas.user);
    return { kind: "user", name, id: data.login.toLowerCase() === name ? data.id : null };
  } catch (error) {
    if (!isRefused(error)) throw error;
    return error instanceof RequestFailure && error.status === 404 ? { kind: "user", name, id: null } : null;
  }
}
