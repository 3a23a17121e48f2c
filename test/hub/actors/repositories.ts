import type { CommitOptions } from "../acts/commits.ts";
import { makeCommit } from "../acts/commits.ts";
import { moveBranch } from "../acts/refs.ts";
import { announce } from "../events.ts";
import type { Files } from "../git/content.ts";
import { createObjectStore, filesAt } from "../git/objects.ts";
import { accountByLogin, atLeast, pullOf, repoByName, resolveRef, roleOn, teamByName } from "../lookup.ts";
import { HubRefusal } from "../refusal.ts";
import type { Account, Protection, Repo, Role, Ruleset, World } from "../state.ts";
import { stamp } from "../state.ts";
import { protectionView, rulesetView } from "../views/repositories.ts";

export interface RepoOptions {
  /** Login or `org/team` -> role. */
  readonly grants?: Readonly<Record<string, Role>>;
  readonly private?: boolean;
  readonly defaultBranch?: string;
  /** Who makes the first commit; default the owner. */
  readonly actor?: string;
}

export function repositoryActors(world: World) {
  const named = (name: string) => repoByName(world, name);

  function newRepo(owner: Account, name: string, isPrivate: boolean, defaultBranch: string, parent: Repo | null): Repo {
    const at = stamp(world);
    const repo: Repo = {
      id: world.nextId(),
      ownerId: owner.id,
      name,
      private: isPrivate,
      forkOf: parent?.id ?? null,
      createdAt: at,
      pushedAt: at,
      defaultBranch,
      store: parent?.store ?? createObjectStore(),
      refs: new Map(),
      grants: new Map(),
      teamGrants: new Map(),
      protections: new Map(),
      rulesets: [],
      ruleSuites: [],
      labels: [],
      activities: [],
      issues: new Map(),
      suites: [],
      runs: [],
      statuses: [],
    };
    world.repos.set(repo.id, repo);
    return repo;
  }

  function grant(repoName: string, to: string, role: Role | null): void {
    const repo = named(repoName);
    const map = to.includes("/") ? repo.teamGrants : repo.grants;
    const id = to.includes("/") ? teamByName(world, to).id : accountByLogin(world, to).id;
    if (role === null) map.delete(id);
    else map.set(id, role);
  }

  function pusher(repo: Repo, login: string): Account {
    const account = accountByLogin(world, login);
    if (account.type !== "Organization" && !atLeast(roleOn(world, repo, account.id), "write"))
      throw new HubRefusal(403, `${login} may not push to ${repo.name}`);
    return account;
  }

  return {
    createRepo(name: string, files: Files = { "README.md": "# Read me\n" }, o: RepoOptions = {}): Repo {
      const [owner = "", short = ""] = name.split("/");
      const account = accountByLogin(world, owner);
      const repo = newRepo(account, short, o.private ?? true, o.defaultBranch ?? "main", null);
      for (const [to, role] of Object.entries(o.grants ?? {})) grant(name, to, role);
      const actor = o.actor ?? owner;
      const sha = makeCommit(world, repo, files, [], { actor, message: "Start" });
      announce(world, repo, "repository", "created", accountByLogin(world, actor).id, {});
      moveBranch(world, repo, repo.defaultBranch, sha, accountByLogin(world, actor).id);
      return repo;
    },
    fork(name: string, owner: string): Repo {
      const parent = named(name);
      const repo = newRepo(accountByLogin(world, owner), parent.name, parent.private, parent.defaultBranch, parent);
      for (const [ref, sha] of parent.refs) if (ref.startsWith("refs/heads/")) repo.refs.set(ref, sha);
      return repo;
    },
    grant,
    renameRepo(name: string, to: string): void {
      const repo = named(name);
      const from = repo.name;
      repo.name = to;
      announce(world, repo, "repository", "renamed", repo.ownerId, { changes: { repository: { name: { from } } } });
    },
    setDefaultBranch(name: string, branch: string): void {
      const repo = named(name);
      const from = repo.defaultBranch;
      repo.defaultBranch = branch;
      announce(world, repo, "repository", "edited", repo.ownerId, { changes: { default_branch: { from } } });
    },
    protect(name: string, branch: string, protection: Protection | null): void {
      const repo = named(name);
      const before = repo.protections.get(branch);
      if (protection === null) repo.protections.delete(branch);
      else repo.protections.set(branch, protection);
      const action = protection === null ? "deleted" : before === undefined ? "created" : "edited";
      const rule = protection ?? before;
      if (rule !== undefined)
        announce(world, repo, "branch_protection_rule", action, repo.ownerId, {
          rule: { name: branch, ...protectionView(world, repo, branch, rule) },
        });
    },
    addRuleset(name: string, input: Partial<Omit<Ruleset, "id" | "createdAt">> & Pick<Ruleset, "name" | "rules">): { id: number } {
      const repo = named(name);
      const defaults = { branches: [repo.defaultBranch], enforcement: "active" as const, bypassActors: [] };
      const ruleset: Ruleset = { ...defaults, ...input, id: world.nextId(), createdAt: stamp(world) };
      repo.rulesets.push(ruleset);
      announce(world, repo, "repository_ruleset", "created", repo.ownerId, { repository_ruleset: rulesetView(world, repo, ruleset) });
      return ruleset;
    },
    /** Commits on the branch (made from the default branch when new) or on `onto`, and moves it there. */
    push(name: string, branch: string, files: Files, o: CommitOptions & { readonly onto?: string }): string {
      const repo = named(name);
      const actor = pusher(repo, o.actor);
      const tip = repo.refs.get(`refs/heads/${branch}`) ?? repo.refs.get(`refs/heads/${repo.defaultBranch}`)!;
      const sha = makeCommit(world, repo, files, [o.onto ?? tip], o);
      moveBranch(world, repo, branch, sha, actor.id);
      return sha;
    },
    commit(name: string, files: Files, o: CommitOptions & { readonly parents: readonly string[] }): string {
      return makeCommit(world, named(name), files, o.parents, o);
    },
    pushCommit(name: string, branch: string, sha: string, o: { readonly actor: string }): void {
      const repo = named(name);
      moveBranch(world, repo, branch, sha, pusher(repo, o.actor).id);
    },
    /** GitHub's "update branch": the base merged into the head, with `files` laid over the result. */
    mergeBaseInto(name: string, number: number, o: CommitOptions & { readonly files?: Files }): string {
      const repo = named(name);
      const { pull } = pullOf(repo, number);
      const base = resolveRef(repo, `refs/heads/${pull.baseRef}`);
      const message = o.message ?? `Merge branch '${pull.baseRef}' into ${pull.headRef}`;
      const sha = makeCommit(world, repo, o.files ?? {}, [pull.headSha, base], { ...o, message });
      moveBranch(world, world.repos.get(pull.headRepoId)!, pull.headRef, sha, accountByLogin(world, o.actor).id);
      return sha;
    },
    deleteBranch(name: string, branch: string, o: { readonly actor: string }): void {
      const repo = named(name);
      moveBranch(world, repo, branch, null, pusher(repo, o.actor).id);
    },
    /** A tag, which may have the name of a branch. */
    tag(name: string, tag: string, sha: string): void {
      named(name).refs.set(`refs/tags/${tag}`, sha);
    },
    tip: (name: string, branch: string): string => resolveRef(named(name), `refs/heads/${branch}`),
    read(name: string, ref: string, path: string): string | null {
      const repo = named(name);
      const file = filesAt(repo.store, resolveRef(repo, ref)).get(path);
      return file === undefined ? null : Buffer.from(repo.store.blobs.get(file.sha) ?? new Uint8Array()).toString("utf8");
    },
  };
}
