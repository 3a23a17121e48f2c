import { notFound } from "./refusal.ts";
import type { Account, Installation, Issue, Pull, Repo, Role, Team, World } from "./state.ts";

/** Finds things by the names people use. Each throws a 404 refusal when there is no such thing. */
export function accountByLogin(world: World, login: string): Account {
  const wanted = login.toLowerCase();
  for (const account of world.accounts.values()) if (!account.deleted && account.login.toLowerCase() === wanted) return account;
  throw notFound();
}

export function accountById(world: World, id: number): Account {
  const account = world.accounts.get(id);
  if (account === undefined) throw notFound();
  return account;
}

export function orgByLogin(world: World, login: string): Account {
  const account = accountByLogin(world, login);
  if (account.type !== "Organization") throw notFound();
  return account;
}

/** `org/slug`. */
export function teamByName(world: World, name: string): Team {
  const [org = "", slug = ""] = name.split("/");
  const orgId = orgByLogin(world, org).id;
  for (const team of world.teams.values()) if (team.orgId === orgId && team.slug === slug.toLowerCase()) return team;
  throw notFound();
}

/** `owner/name`. */
export function repoByName(world: World, fullName: string): Repo {
  const [owner = "", name = ""] = fullName.split("/");
  const ownerId = accountByLogin(world, owner).id;
  for (const repo of world.repos.values()) if (repo.ownerId === ownerId && repo.name.toLowerCase() === name.toLowerCase()) return repo;
  throw notFound();
}

export function fullName(world: World, repo: Repo): string {
  return `${accountById(world, repo.ownerId).login}/${repo.name}`;
}

export function issueOf(repo: Repo, number: number): Issue {
  const issue = repo.issues.get(number);
  if (issue === undefined) throw notFound();
  return issue;
}

export function pullOf(repo: Repo, number: number): Issue & { readonly pull: Pull } {
  const issue = issueOf(repo, number);
  if (issue.pull === null) throw notFound();
  return issue as Issue & { readonly pull: Pull };
}

export function pullsOf(repo: Repo): (Issue & { readonly pull: Pull })[] {
  return [...repo.issues.values()].filter((issue): issue is Issue & { readonly pull: Pull } => issue.pull !== null);
}

/** Resolves a branch, tag, full ref or (possibly short) commit id. Of a branch and a tag with one name the branch wins; GitHub does not promise that, so ask for full refs. */
export function resolveRef(repo: Repo, ref: string): string {
  const direct =
    repo.refs.get(ref) ?? repo.refs.get(`refs/${ref}`) ?? repo.refs.get(`refs/heads/${ref}`) ?? repo.refs.get(`refs/tags/${ref}`);
  if (direct !== undefined) return direct;
  if (repo.store.commits.has(ref)) return ref;
  if (/^[0-9a-f]{7,39}$/.test(ref)) for (const sha of repo.store.commits.keys()) if (sha.startsWith(ref)) return sha;
  throw notFound();
}

export function installationFor(world: World, ownerId: number, repo: Repo | null): Installation | null {
  for (const installation of world.installations.values()) {
    if (installation.accountId !== ownerId) continue;
    if (repo === null || installation.repositories === "all" || installation.repositories.has(repo.id)) return installation;
  }
  return null;
}

/** A team and, as GitHub counts members, all its descendants. */
export function teamFamily(world: World, team: Team): Team[] {
  const children = [...world.teams.values()].filter((other) => other.parentId === team.id);
  return [team, ...children.flatMap((child) => teamFamily(world, child))];
}

const ROLES: readonly Role[] = ["read", "triage", "write", "maintain", "admin"];

/** The highest role over every grant; null = no access. */
export function roleOn(world: World, repo: Repo, userId: number): Role | null {
  const owner = accountById(world, repo.ownerId);
  if (accountById(world, userId).suspendedAt !== null) return null;
  const roles: (Role | undefined)[] = [repo.grants.get(userId)];
  if (owner.id === userId) roles.push("admin");
  const membership = owner.members.get(userId);
  if (membership?.state === "active") roles.push(membership.role === "admin" ? "admin" : "read");
  for (const [teamId, role] of repo.teamGrants) {
    const team = world.teams.get(teamId);
    if (team && teamFamily(world, team).some((one) => one.members.get(userId)?.state === "active")) roles.push(role);
  }
  if (!repo.private) roles.push("read");
  const best = Math.max(...roles.map((role) => (role === undefined ? -1 : ROLES.indexOf(role))));
  return ROLES[best] ?? null;
}

export function atLeast(role: Role | null, wanted: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}

export function notFoundUnless(condition: boolean): void {
  if (!condition) throw notFound();
}

export function branchNames(repo: Repo): string[] {
  return [...repo.refs.keys()]
    .filter((ref) => ref.startsWith("refs/heads/"))
    .map((ref) => ref.slice("refs/heads/".length))
    .sort();
}

export function isProtected(repo: Repo, branch: string): boolean {
  return repo.protections.has(branch) || repo.rulesets.some((one) => one.enforcement === "active" && one.branches.includes(branch));
}
