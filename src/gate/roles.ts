import type { Person, Reach, Role, Standings, TeamRef } from "./ports.ts";

/** One entry of STATION_ROLES: the active members of this team, or of the whole organisation, have this role. */
export interface RoleGrant {
  /** Login of the organisation, in small letters. */
  readonly organization: string;
  /** null = every active member. */
  readonly team: TeamRef | null;
  readonly role: Exclude<Role, "admin">;
}

/** How long an answer may be shown again. A write never goes by one. */
const FRESH_MS = 60_000;
const KEPT = 10_000;

export interface Roles {
  /**
   * null = no member of that account any more. `toWrite`: read from GitHub now, whatever is remembered.
   * Rejects with a TruthError when GitHub does not say.
   */
  of(reach: Reach, person: Person, toWrite: boolean): Promise<readonly Role[] | null>;
}

/** Organisation owners are admins, as the owner of a personal account is; the rest is what the configuration says of teams. `now`: milliseconds that never jump. */
export function createRoles(standings: Standings, grants: readonly RoleGrant[], now: () => number): Roles {
  const known = new Map<string, { readonly roles: readonly Role[] | null; readonly until: number }>();

  async function read(reach: Reach, person: Person): Promise<readonly Role[] | null> {
    const { account } = reach;
    if (!account.isOrganization) return account.id === person.id ? ["admin"] : null;
    const mine = grants.filter(({ organization }) => organization === account.login.toLowerCase());
    const teams = mine.flatMap(({ team }) => team ?? []);
    const standing = await standings.standing(reach, person, teams);
    if (standing === null) return null;
    const granted = mine.filter(({ team }) => team === null || standing.teams.includes(team.slug)).map(({ role }) => role);
    return [...new Set<Role>([...(standing.isOwner ? (["admin"] as const) : []), ...granted])];
  }

  return {
    async of(reach, person, toWrite) {
      const key = `${reach.tenantId} ${reach.installationId} ${person.id}`;
      const held = known.get(key);
      if (!toWrite && held !== undefined && now() < held.until) return held.roles;
      known.delete(key);
      // What is read counts from when it was asked for.
      const until = now() + FRESH_MS;
      const roles = await read(reach, person);
      if (known.size >= KEPT) known.clear();
      known.set(key, { roles, until });
      return roles;
    },
  };
}
