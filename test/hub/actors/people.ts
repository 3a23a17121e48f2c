import { randomBytes } from "node:crypto";
import { accountById, accountByLogin, fullName, orgByLogin, repoByName, teamByName } from "../lookup.ts";
import { mintUserToken } from "../oauth.ts";
import type { Account, Installation, Permissions, Team, World } from "../state.ts";
import { stamp } from "../state.ts";
import { installationView, nodeId, orgMembership, simpleUser, teamView } from "../views/accounts.ts";

type By = { readonly actor?: string };

export function newAccount(
  world: World,
  login: string,
  type: Account["type"],
  o: { id?: number; name?: string; email?: string; siteAdmin?: boolean } = {},
): Account {
  const id = o.id ?? world.nextId();
  const email = o.email ?? `${id}+${login}@users.noreply.github.com`;
  const fixed = { id, login, type, email, name: o.name ?? null, siteAdmin: o.siteAdmin ?? false, createdAt: stamp(world) };
  const account: Account = { ...fixed, suspendedAt: null, deleted: false, members: new Map() };
  world.accounts.set(id, account);
  return account;
}

export function peopleActors(world: World) {
  const teamEvent = (team: Team, name: string, action: string, actor: string | undefined, payload: Record<string, unknown> = {}) => {
    const owner = accountById(world, team.orgId);
    const sender = actor === undefined ? owner : accountByLogin(world, actor);
    world.emit({ name, action, owner, repo: null, sender, payload: { team: teamView(world, team), ...payload } });
  };

  function assertFree(login: string): void {
    for (const one of world.accounts.values())
      if (!one.deleted && one.login.toLowerCase() === login.toLowerCase()) throw new Error(`hub: ${login} is taken`);
  }

  function install(owner: string, o: { repositories?: readonly string[] } = {}): Installation {
    const account = accountByLogin(world, owner);
    const repositories = o.repositories ? new Set(o.repositories.map((name) => repoByName(world, name).id)) : ("all" as const);
    const fixed = { id: world.nextId(), accountId: account.id, repositories, createdAt: stamp(world) };
    const installation: Installation = { ...fixed, permissions: world.app.permissions, suspendedAt: null };
    world.installations.set(installation.id, installation);
    installationEvent(installation, "created");
    return installation;
  }

  function installationEvent(installation: Installation, action: string): void {
    const owner = accountById(world, installation.accountId);
    const repositories = action === "created" ? { repositories: briefRepositories(installation) } : {};
    const payload = { installation: installationView(world, installation), ...repositories };
    world.emit({ name: "installation", action, owner, repo: null, sender: owner, payload });
  }

  function briefRepositories(installation: Installation, only?: number): object[] {
    const repos = [...world.repos.values()].filter(
      (repo) => repo.ownerId === installation.accountId && (only === undefined || repo.id === only),
    );
    const held = repos.filter(
      (repo) => only !== undefined || installation.repositories === "all" || installation.repositories.has(repo.id),
    );
    return held.map((repo) => ({
      id: repo.id,
      node_id: nodeId("Repository", repo.id),
      name: repo.name,
      full_name: fullName(world, repo),
      private: repo.private,
    }));
  }

  /** Adds a repository to, or takes it from, an installation on selected repositories. */
  function select(name: string, action: "added" | "removed"): void {
    const repo = repoByName(world, name);
    const installation = installationOf(name.split("/")[0]!);
    if (installation.repositories === "all") throw new Error("hub: the app is installed on all repositories");
    if (action === "added") installation.repositories.add(repo.id);
    else installation.repositories.delete(repo.id);
    const owner = accountById(world, installation.accountId);
    const lists = {
      repositories_added: [] as object[],
      repositories_removed: [] as object[],
      [`repositories_${action}`]: briefRepositories(installation, repo.id),
    };
    const payload = { installation: installationView(world, installation), repository_selection: "selected", ...lists };
    world.emit({ name: "installation_repositories", action, owner, repo: null, sender: owner, payload });
  }

  function installationOf(owner: string): Installation {
    const id = accountByLogin(world, owner).id;
    const found = [...world.installations.values()].find((one) => one.accountId === id);
    if (found === undefined) throw new Error(`hub: the app is not installed on ${owner}`);
    return found;
  }

  function addOrgMember(org: string, login: string, o: { role?: "admin" | "member"; state?: "active" | "pending" } & By = {}): void {
    const [account, user] = [orgByLogin(world, org), accountByLogin(world, login)];
    account.members.set(user.id, { role: o.role ?? "member", state: o.state ?? "active" });
    const action = o.state === "pending" ? "member_invited" : "member_added";
    orgEvent(account, user, action, o.actor);
  }

  function orgEvent(org: Account, user: Account, action: string, actor: string | undefined): void {
    const sender = actor === undefined ? org : accountByLogin(world, actor);
    world.emit({ name: "organization", action, owner: org, repo: null, sender, payload: { membership: orgMembership(world, org, user) } });
  }

  function removeMember(name: string, login: string, o: By = {}): void {
    const [team, user] = [teamByName(world, name), accountByLogin(world, login)];
    team.members.delete(user.id);
    teamEvent(team, "membership", "removed", o.actor, { scope: "team", member: simpleUser(world, user) });
  }

  return {
    createUser(
      login: string,
      o: { type?: "User" | "Bot" | "Mannequin"; email?: string; name?: string; siteAdmin?: boolean } = {},
    ): Account {
      assertFree(login);
      return newAccount(world, login, o.type ?? "User", o);
    },
    createOrg(login: string, o: { install?: boolean } = {}): Account {
      assertFree(login);
      const org = newAccount(world, login, "Organization");
      if (o.install !== false) install(login);
      return org;
    },
    idOf: (login: string): number => accountByLogin(world, login).id,
    install,
    addToInstallation: (repo: string): void => select(repo, "added"),
    removeFromInstallation: (repo: string): void => select(repo, "removed"),
    uninstall(owner: string): void {
      const installation = installationOf(owner);
      installationEvent(installation, "deleted");
      world.installations.delete(installation.id);
    },
    suspendInstallation(owner: string): void {
      const installation = installationOf(owner);
      installationEvent(installation, "suspend");
      installation.suspendedAt = stamp(world);
    },
    unsuspendInstallation(owner: string): void {
      const installation = installationOf(owner);
      installation.suspendedAt = null;
      installationEvent(installation, "unsuspend");
    },
    /** Of the app and of every installation: tokens lose or gain them at once. */
    setPermissions(permissions: Permissions): void {
      world.app.permissions = permissions;
      for (const installation of world.installations.values()) {
        installation.permissions = permissions;
        installationEvent(installation, "new_permissions_accepted");
      }
    },
    addOrgMember,
    removeOrgMember(org: string, login: string, o: By = {}): void {
      const [account, user] = [orgByLogin(world, org), accountByLogin(world, login)];
      for (const team of world.teams.values())
        if (team.orgId === account.id && team.members.has(user.id)) removeMember(`${org}/${team.slug}`, login, o);
      orgEvent(account, user, "member_removed", o.actor);
      account.members.delete(user.id);
    },
    createTeam(org: string, name: string, o: { slug?: string; parent?: string; secret?: boolean } & By = {}): Team {
      const account = orgByLogin(world, org);
      const slug = o.slug ?? name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
      if ([...world.teams.values()].some((one) => one.orgId === account.id && one.slug === slug))
        throw new Error(`hub: team ${slug} exists`);
      const parentId = o.parent === undefined ? null : teamByName(world, `${org}/${o.parent}`).id;
      const team: Team = {
        id: world.nextId(),
        orgId: account.id,
        slug,
        name,
        secret: o.secret ?? false,
        parentId,
        createdAt: stamp(world),
        members: new Map(),
      };
      world.teams.set(team.id, team);
      teamEvent(team, "team", "created", o.actor);
      return team;
    },
    addMember(name: string, login: string, o: { state?: "active" | "pending"; role?: "member" | "maintainer" } & By = {}): void {
      const [team, user] = [teamByName(world, name), accountByLogin(world, login)];
      const state = o.state ?? "active";
      if (!accountById(world, team.orgId).members.has(user.id)) addOrgMember(name.split("/")[0]!, login, { state });
      team.members.set(user.id, { role: o.role ?? "member", state });
      if (state === "active") teamEvent(team, "membership", "added", o.actor, { scope: "team", member: simpleUser(world, user) });
    },
    removeMember,
    renameTeam(name: string, to: string): Team {
      const team = teamByName(world, name);
      const from = team.name;
      team.name = to;
      team.slug = to.toLowerCase().replace(/[^a-z0-9]+/g, "-");
      teamEvent(team, "team", "edited", undefined, { changes: { name: { from } } });
      return team;
    },
    deleteTeam(name: string): void {
      const team = teamByName(world, name);
      world.teams.delete(team.id);
      for (const repo of world.repos.values()) repo.teamGrants.delete(team.id);
      teamEvent(team, "team", "deleted", undefined);
    },
    suspendUser(login: string): void {
      accountByLogin(world, login).suspendedAt = stamp(world);
    },
    /** The old login is free for anyone afterwards. */
    renameUser(login: string, to: string): void {
      assertFree(to);
      accountByLogin(world, login).login = to;
    },
    deleteUser(login: string): void {
      const user = accountByLogin(world, login);
      for (const team of world.teams.values()) team.members.delete(user.id);
      for (const account of world.accounts.values()) account.members.delete(user.id);
      user.deleted = true;
    },
    /** A token that this app, or another one, was given for the person. */
    appUserToken: (login: string, clientId = world.app.clientId): string => mintUserToken(world, accountByLogin(world, login).id, clientId),
    /** Where people may be sent back to after they signed in, and the secret of the app's client. */
    registerCallback(url: string): { readonly clientId: string; readonly clientSecret: string } {
      world.oauth.callbacks.add(url);
      return { clientId: world.app.clientId, clientSecret: world.oauth.clientSecret };
    },
    /** The person types the code of a device flow in. */
    authorizeDevice(userCode: string, login: string): void {
      const device = [...world.oauth.devices.values()].find((one) => one.userCode === userCode);
      if (device === undefined) throw new Error(`hub: no device shows ${userCode}`);
      device.userId = accountByLogin(world, login).id;
    },
    enforceSingleSignOn(org: string): void {
      world.singleSignOn.add(orgByLogin(world, org).id);
    },
    userToken(login: string): string {
      const token = `ghp_${randomBytes(27).toString("base64url")}`;
      const userId = accountByLogin(world, login).id;
      world.tokens.set(token, { installationId: null, userId, expiresAt: Number.POSITIVE_INFINITY, permissions: {}, repositoryIds: null });
      return token;
    },
  };
}
