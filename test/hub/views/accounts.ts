import { accountById, teamFamily } from "../lookup.ts";
import type { Account, App, Installation, Team, World } from "../state.ts";

export const HTML_URL = "https://github.test";

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

export function simpleUser(world: World, account: Account) {
  const url = `${world.url}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("User", account.id),
    avatar_url: `${HTML_URL}/avatars/${account.id}`,
    gravatar_id: "",
    url,
    html_url: `${HTML_URL}/${encodeURIComponent(account.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: "public",
    site_admin: account.siteAdmin,
  };
}

/** null when the account was deleted. */
export function userOrNull(world: World, id: number | null) {
  const account = id === null ? undefined : world.accounts.get(id);
  return account === undefined || account.deleted ? null : simpleUser(world, account);
}

/** For places where GitHub shows `ghost` instead of null. */
export function userOrGhost(world: World, id: number) {
  const account = accountById(world, id);
  return simpleUser(world, account.deleted ? { ...account, id: 10137, login: "ghost" } : account);
}

export function publicUser(world: World, account: Account) {
  return {
    ...simpleUser(world, account),
    name: account.name,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: [...world.repos.values()].filter((repo) => repo.ownerId === account.id && !repo.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt,
    updated_at: account.createdAt,
    ...(account.suspendedAt === null ? {} : { suspended_at: account.suspendedAt }),
  };
}

export function organizationSimple(world: World, org: Account) {
  const url = `${world.url}/orgs/${org.login}`;
  return {
    login: org.login,
    id: org.id,
    node_id: nodeId("Organization", org.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${HTML_URL}/avatars/${org.id}`,
    description: null,
  };
}

export function organizationFull(world: World, org: Account) {
  return {
    ...organizationSimple(world, org),
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${HTML_URL}/${org.login}`,
    type: "Organization",
    created_at: org.createdAt,
    updated_at: org.createdAt,
    archived_at: null,
  };
}

export function orgMembership(world: World, org: Account, user: Account) {
  const { role, state } = org.members.get(user.id)!;
  return {
    url: `${world.url}/orgs/${org.login}/memberships/${user.login}`,
    state,
    role,
    organization_url: `${world.url}/orgs/${org.login}`,
    organization: organizationSimple(world, org),
    user: simpleUser(world, user),
  };
}

function teamSimple(world: World, team: Team) {
  const org = accountById(world, team.orgId);
  const url = `${world.url}/organizations/${team.orgId}/team/${team.id}`;
  return {
    id: team.id,
    node_id: nodeId("Team", team.id),
    url,
    html_url: `${HTML_URL}/orgs/${org.login}/teams/${team.slug}`,
    name: team.name,
    slug: team.slug,
    description: "",
    privacy: team.secret ? "secret" : "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: "organization",
  };
}

export function teamView(world: World, team: Team) {
  const parent = team.parentId === null ? undefined : world.teams.get(team.parentId);
  return { ...teamSimple(world, team), parent: parent === undefined ? null : teamSimple(world, parent) };
}

export function teamFull(world: World, team: Team) {
  const members = new Set(teamFamily(world, team).flatMap((one) => [...one.members.keys()]));
  return {
    ...teamView(world, team),
    members_count: members.size,
    repos_count: [...world.repos.values()].filter((repo) => repo.teamGrants.has(team.id)).length,
    created_at: team.createdAt,
    updated_at: team.createdAt,
    organization: organizationFull(world, accountById(world, team.orgId)),
  };
}

export function integration(world: World, app: App) {
  const owner = accountById(world, app.botId);
  return {
    id: app.id,
    slug: app.slug,
    client_id: app.clientId,
    node_id: nodeId("App", app.id),
    owner: simpleUser(world, { ...owner, type: "Organization", login: `${app.slug}-makers` }),
    name: app.slug,
    description: null,
    external_url: `${HTML_URL}/apps/${app.slug}`,
    html_url: `${HTML_URL}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
  };
}

export function appById(world: World, id: number): App {
  return id === world.app.id ? world.app : world.otherApps.get(id)!;
}

export function installationView(world: World, installation: Installation) {
  const account = accountById(world, installation.accountId);
  return {
    id: installation.id,
    account: simpleUser(world, account),
    repository_selection: installation.repositories === "all" ? "all" : "selected",
    access_tokens_url: `${world.url}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${world.url}/installation/repositories`,
    html_url: `${HTML_URL}/organizations/${account.login}/settings/installations/${installation.id}`,
    app_id: world.app.id,
    client_id: world.app.clientId,
    app_slug: world.app.slug,
    target_id: account.id,
    target_type: account.type === "Organization" ? "Organization" : "User",
    permissions: installation.permissions,
    events: world.app.events,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedAt === null ? null : simpleUser(world, account),
    suspended_at: installation.suspendedAt,
  };
}
