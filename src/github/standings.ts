import { z } from "zod";
import type { Person, Reach, Standings, TeamRef } from "../gate/ports/access.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { isRefused } from "./failure.ts";
import * as schemas from "./schemas.ts";

const orgMembership = z.object({
  state: z.enum(["active", "pending"]),
  role: z.string(),
  organization: z.object({ id: z.number().int().positive() }),
  user: schemas.user.nullable(),
});

/**
 * Standing by account ids, read by names as the API wants it: an organisation or a person that now goes under a name that was theirs
 * is somebody else. 404 is an answer (no member, no such team); every other refusal rejects.
 */
export function createStandings(app: GitHubApp): Standings {
  async function isInTeam({ account, installationId }: Reach, person: Person, { slug, id }: TeamRef): Promise<boolean> {
    const call = { installationId, parameters: { org: account.login, team_slug: slug, username: person.login } };
    try {
      if (id !== null) {
        const { data } = await app.request({ ...call, what: `team ${slug}`, route: "GET /orgs/{org}/teams/{team_slug}" }, schemas.team);
        if (data.id !== id) return false;
      }
      const what = `membership of ${person.login} in ${slug}`;
      const route = "GET /orgs/{org}/teams/{team_slug}/memberships/{username}";
      const { data } = await app.request({ ...call, what, route }, schemas.membership);
      return data.state === "active";
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  return {
    async standing(reach, person, teams) {
      const { account, installationId } = reach;
      const what = `membership of ${person.login} in ${account.login}`;
      const route = "GET /orgs/{org}/memberships/{username}";
      const parameters = { org: account.login, username: person.login };
      try {
        const { data } = await app.request({ installationId, what, route, parameters }, orgMembership);
        if (data.state !== "active" || data.user?.id !== person.id || data.organization.id !== account.id) return null;
        const member = await Promise.all(teams.map((team) => isInTeam(reach, person, team)));
        return { isOwner: data.role === "admin", teams: teams.filter((_, at) => member[at]).map(({ slug }) => slug) };
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
  };
}

/** 403 is no answer here: an app that lost the permission to read members must not make everybody a stranger silently. */
function isAbsent(error: unknown): boolean {
  return error instanceof TruthError && isRefused(error) && "status" in error && error.status === 404;
}
