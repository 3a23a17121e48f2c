import type { Electorate, ElectorateAsk, ElectorateReading } from "../gate/ports/electorate.ts";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { createDirectory, type Directory } from "./directory.ts";
import type { Installations, InstalledAccount } from "./installations.ts";
import { listAll } from "./pages.ts";
import { readPermissions, suspendedAmong } from "./people.ts";
import { createRepositoryReads } from "./repositories.ts";
import * as schemas from "./schemas.ts";
import { readOwners, readTeam, withPending } from "./teams.ts";

export interface ElectorateDeps {
  readonly app: GitHubApp;
  readonly installations: Pick<Installations, "onAccount">;
  /** The account that a tenant is; null = there is no such tenant. */
  accountOf(tenantId: string): Promise<{ readonly accountId: number } | null>;
  /** A repository of the tenant that the app has seen; null = none. */
  repositoryOf(tenantId: string, repositoryId: number): Promise<RepositoryRef | null>;
}

/**
 * Who may vote in Studio, read from GitHub as the installation on the tenant's account. Nothing is remembered from one reading to the
 * next. Whoever is no member of the organisation has no standing, and no login here.
 */
export function createElectorate(deps: ElectorateDeps): Electorate {
  return {
    async read(ask) {
      const tenant = await deps.accountOf(ask.tenantId);
      if (tenant === null) throw new TruthError("people", "auth", `people: there is no tenant ${ask.tenantId}`);
      return readingOf(deps, ask, await deps.installations.onAccount(tenant.accountId));
    },
  };
}

async function readingOf(deps: ElectorateDeps, ask: ElectorateAsk, account: InstalledAccount): Promise<ElectorateReading> {
  const { app } = deps;
  const { login: owner, id: ownerId, type: ownerType, installationId } = account;
  const home = { repository: { owner, ownerId, ownerType, installationId } };
  const directory = createDirectory();
  const [owners, members, read] = await Promise.all([
    readOwners(app, home, directory),
    readMembers(app, account, directory),
    Promise.all([...new Set(ask.teams)].map((slug) => readTeam(app, home, slug, directory))),
  ]);
  if (ownerType === "User") directory.byId(ownerId, owner);
  const logins = directory.actors().flatMap((actor) => (ask.people.includes(actor.id) ? actor.login : []));
  const teams = await Promise.all(read.map((team) => withPending(app, home, team, logins)));
  const permissions = ask.repositoryId === null ? {} : await permissionsOn(deps, ask.tenantId, ask.repositoryId, logins);
  if (app.enterprise) for (const login of await suspendedAmong(app, home, logins)) directory.suspend(login);
  return {
    actors: directory.actors(),
    teams,
    owners,
    permissions,
    ...(members === null ? {} : { organisation: members.map((user) => ({ user, state: "active" })) }),
  };
}

/** Active members; null = a personal account has none. A refusal rejects: nobody is taken for a stranger because the app may not look. */
async function readMembers(
  app: GitHubApp,
  { login, type, installationId }: InstalledAccount,
  directory: Directory,
): Promise<readonly string[] | null> {
  if (type === "User") return null;
  const call = { installationId, what: `members of ${login}`, route: "GET /orgs/{org}/members", parameters: { org: login } };
  return (await listAll(app, call, schemas.user)).map((person) => directory.note(person)!);
}

async function permissionsOn(
  { app, repositoryOf }: ElectorateDeps,
  tenantId: string,
  repositoryId: number,
  logins: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const known = await repositoryOf(tenantId, repositoryId);
  const what = `repository ${repositoryId}`;
  if (known === null) throw new TruthError(what, "auth", `${what}: the app has not seen it`);
  const repository = await createRepositoryReads(app).repository(known);
  return readPermissions(app, { repository }, logins);
}
