import type { Team } from "../engine/facts.ts";
import type { PullTruth } from "../gate/ports/pulls.ts";
import type { GitHubApp } from "./client.ts";
import type { Directory } from "./directory.ts";
import { isRefused } from "./failure.ts";
import { listAll } from "./pages.ts";
import * as schemas from "./schemas.ts";

type Member = Team["members"][number];
/** Whose organisation. */
export interface Home {
  readonly repository: Pick<PullTruth["repository"], "owner" | "ownerId" | "ownerType" | "installationId">;
}

/**
 * One team as it is now. 404 and 403 come back as `readable: false`; everything else that fails rejects.
 * The members list holds active members only, so a listed person is active.
 */
export async function readTeam(app: GitHubApp, pull: Home, slug: string, directory: Directory): Promise<Team> {
  const { owner, ownerId, ownerType, installationId } = pull.repository;
  if (ownerType !== "Organization") return unreadable(slug);
  const call = { installationId, what: `team ${slug}`, parameters: { org: owner, slug } };
  try {
    const [{ data: team }, listed] = await Promise.all([
      app.request({ ...call, route: "GET /orgs/{org}/teams/{slug}" }, schemas.team),
      listAll(app, { ...call, what: `members of ${slug}`, route: "GET /orgs/{org}/teams/{slug}/members" }, schemas.member),
    ]);
    const elsewhere = team.organization !== undefined && team.organization.id !== ownerId;
    if (elsewhere || team.slug !== slug) return unreadable(slug);
    const saysInherited = listed.every((person) => person.inherited !== undefined);
    // Older servers do not say who came in through a child team: where there is one, nobody can be told apart.
    const unclear = !saysInherited && listed.length > 0 && (await hasChildTeam(app, pull, team.id));
    const members = listed.map(
      (person): Member => ({ user: directory.note(person)!, state: "active", inherited: person.inherited ?? unclear }),
    );
    return { slug, id: team.id, readable: true, members };
  } catch (error) {
    if (isRefused(error)) return unreadable(slug);
    throw error;
  }
}

function unreadable(slug: string): Team {
  return { slug, id: 0, readable: false, members: [] };
}

async function hasChildTeam(app: GitHubApp, pull: Home, teamId: number): Promise<boolean> {
  const { owner, installationId } = pull.repository;
  const teams = await listAll(
    app,
    { installationId, what: "teams", route: "GET /orgs/{org}/teams", parameters: { org: owner } },
    schemas.listedTeam,
  );
  return teams.some((team) => team.parent?.id === teamId);
}

/** Adds the voters whose membership is an unanswered invitation, so that the refusal can say so. They never count. */
export async function withPending(app: GitHubApp, pull: Home, team: Team, voters: readonly string[]): Promise<Team> {
  const { owner, installationId } = pull.repository;
  const missing = team.readable ? voters.filter((voter) => !team.members.some((member) => member.user === voter)) : [];
  const found = await Promise.all(
    missing.map(async (username): Promise<Member[]> => {
      const call = {
        installationId,
        what: `membership of ${username} in ${team.slug}`,
        parameters: { org: owner, slug: team.slug, username },
      };
      const state = await app
        .request({ ...call, route: "GET /orgs/{org}/teams/{slug}/memberships/{username}" }, schemas.membership)
        .catch((error: unknown) => {
          if (isRefused(error)) return null;
          throw error;
        });
      return state?.data.state === "pending" ? [{ user: username, state: "pending", inherited: false }] : [];
    }),
  );
  return { ...team, members: [...team.members, ...found.flat()] };
}

/** Logins of the organisation's owners, or of the account itself. Refused = nobody: an owner that cannot be seen has no say. */
export async function readOwners(app: GitHubApp, pull: Home, directory: Directory): Promise<readonly string[]> {
  const { owner, ownerType, installationId } = pull.repository;
  if (ownerType === "User") return [owner];
  const call = { installationId, what: `owners of ${owner}`, route: "GET /orgs/{org}/members", parameters: { org: owner, role: "admin" } };
  try {
    return (await listAll(app, call, schemas.user)).map((person) => directory.note(person)!);
  } catch (error) {
    if (isRefused(error)) return [];
    throw error;
  }
}
