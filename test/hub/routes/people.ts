import { accountByLogin, orgByLogin, teamByName, teamFamily } from "../lookup.ts";
import { HubRefusal, notFound } from "../refusal.ts";
import type { Call, Reply, Routes } from "../server.ts";
import type { Team } from "../state.ts";
import { organizationFull, orgMembership, publicUser, simpleUser, teamFull, teamView } from "../views/accounts.ts";
import { list, ok } from "./reply.ts";

const MEMBERS = ["members:read"] as const;

export const peopleRoutes: Routes = {
  "users/get-authenticated": {
    need: ["metadata:read"],
    handle: ({ world, caller }) => {
      if (caller.kind !== "user") throw new HubRefusal(403, "Resource not accessible by integration");
      return ok(publicUser(world, world.accounts.get(caller.userId)!));
    },
  },
  "users/get-by-username": {
    need: "public",
    handle: ({ world, params }) => ok(publicUser(world, accountByLogin(world, params["username"]!))),
  },
  "orgs/get": { need: "public", handle: ({ world, params }) => ok(organizationFull(world, orgByLogin(world, params["org"]!))) },
  "orgs/list-members": { need: MEMBERS, handle: listOrgMembers },
  "orgs/get-membership-for-user": { need: MEMBERS, handle: getOrgMembership },
  "teams/list": {
    need: MEMBERS,
    handle: (call) => {
      const { world } = call;
      const org = installedOrg(call);
      const teams = [...world.teams.values()].filter((team) => team.orgId === org.id);
      return list(call, teams, (team) => teamView(world, team));
    },
  },
  "teams/get-by-name": { need: MEMBERS, handle: (call) => ok(teamFull(call.world, teamOf(call))) },
  "teams/list-members-in-org": { need: MEMBERS, handle: listTeamMembers },
  "teams/get-membership-for-user-in-org": { need: MEMBERS, handle: getTeamMembership },
};

/** An installation reads the members of its own organisation only. */
function installedOrg(call: Call) {
  const org = orgByLogin(call.world, call.params["org"]!);
  if (call.caller.kind === "installation" && call.caller.installation.accountId !== org.id)
    throw new HubRefusal(403, "Resource not accessible by integration");
  return org;
}

function teamOf(call: Call): Team {
  installedOrg(call);
  return teamByName(call.world, `${call.params["org"]}/${call.params["team_slug"]}`);
}

function listOrgMembers(call: Call): Reply {
  const role = call.query.get("role") ?? "all";
  const rows = [...installedOrg(call).members].filter(([, one]) => one.state === "active" && (role === "all" || one.role === role));
  return list(call, rows, ([id]) => simpleUser(call.world, call.world.accounts.get(id)!));
}

function getOrgMembership(call: Call): Reply {
  const org = installedOrg(call);
  const user = accountByLogin(call.world, call.params["username"]!);
  if (!org.members.has(user.id)) throw notFound();
  return ok(orgMembership(call.world, org, user));
}

/** Active members, those of child teams included (`inherited` true). Invitations are not listed. */
function listTeamMembers(call: Call): Reply {
  const { world } = call;
  const team = teamOf(call);
  const role = call.query.get("role") ?? "all";
  const rows = new Map<number, { id: number; inherited: boolean }>();
  for (const one of teamFamily(world, team)) {
    for (const [id, member] of one.members) {
      const inherited = one.id !== team.id;
      if (member.state === "active" && !rows.has(id) && (role === "all" || (!inherited && member.role === role)))
        rows.set(id, { id, inherited });
    }
  }
  const visible = [...rows.values()].filter(({ id }) => !world.accounts.get(id)!.deleted);
  return list(call, visible, ({ id, inherited }) => ({ ...simpleUser(world, world.accounts.get(id)!), inherited }));
}

function getTeamMembership(call: Call): Reply {
  const { world } = call;
  const team = teamOf(call);
  const user = accountByLogin(world, call.params["username"]!);
  const memberships = teamFamily(world, team).flatMap((one) => one.members.get(user.id) ?? []);
  const best = memberships.find((one) => one.state === "active") ?? memberships[0];
  if (best === undefined) throw notFound();
  const url = `${world.url}/organizations/${team.orgId}/team/${team.id}/memberships/${user.login}`;
  return ok({ url, role: best.role, state: best.state });
}
