import { diffCommits } from "../git/diff.ts";
import { ancestors, commitsBetween, mergeBase } from "../git/history.ts";
import { commitOf, filesAt } from "../git/objects.ts";
import { accountByLogin, branchNames, isProtected, pullsOf, repoByName, resolveRef, roleOn } from "../lookup.ts";
import { HubRefusal, notFound } from "../refusal.ts";
import type { Call, Reply, Routes } from "../server.ts";
import { nodeId, simpleUser } from "../views/accounts.ts";
import { accountByEmail, commitView, fileView } from "../views/commits.ts";
import { pullSimple } from "../views/pulls.ts";
import {
  activityView,
  branchProtectionSummary,
  fullRepository,
  protectionView,
  repoHtmlUrl,
  repoUrl,
  rulesetView,
} from "../views/repositories.ts";
import { list, ok } from "./reply.ts";

const CONTENTS = ["contents:read"] as const;
const METADATA = ["metadata:read"] as const;

export const repositoryRoutes: Routes = {
  "repos/get": { need: METADATA, handle: ({ world, repo }) => ok(fullRepository(world, repo)) },
  "repos/list-branches": {
    need: CONTENTS,
    handle: (call) => list(call, branchNames(call.repo), (name) => shortBranch(call, name)),
  },
  "repos/get-branch": { need: CONTENTS, handle: getBranch },
  "repos/get-branch-protection": { need: ["administration:read"], handle: getProtection },
  "repos/get-branch-rules": { need: METADATA, handle: branchRules },
  "repos/get-repo-rulesets": {
    need: METADATA,
    handle: (call) =>
      list(call, call.repo.rulesets, (one) => ({ ...rulesetView(call.world, call.repo, one), rules: undefined, bypass_actors: undefined })),
  },
  "repos/get-repo-ruleset": {
    need: METADATA,
    handle: ({ world, repo, params }) => {
      const found = repo.rulesets.find((one) => one.id === Number(params["ruleset_id"]));
      if (found === undefined) throw notFound();
      return ok(rulesetView(world, repo, found));
    },
  },
  "repos/get-repo-rule-suites": { need: ["administration:read"], handle: (call) => list(call, call.repo.ruleSuites, (one) => one) },
  "repos/get-collaborator-permission-level": { need: METADATA, handle: permissionLevel },
  "repos/list-commits": { need: CONTENTS, handle: listCommits },
  "repos/get-commit": { need: CONTENTS, handle: getCommit },
  "repos/list-pull-requests-associated-with-commit": { need: ["pull_requests:read", "contents:read"], handle: pullsOfCommit },
  "repos/list-activities": { need: CONTENTS, handle: listActivities },
  "repos/compare-commits-with-basehead": { need: CONTENTS, handle: compare },
};

function shortBranch({ world, repo }: Call, name: string) {
  const sha = repo.refs.get(`refs/heads/${name}`)!;
  return { name, commit: { sha, url: `${repoUrl(world, repo)}/commits/${sha}` }, protected: isProtected(repo, name) };
}

function getBranch({ world, repo, params }: Call): Reply {
  const name = params["branch"]!;
  const sha = repo.refs.get(`refs/heads/${name}`);
  if (sha === undefined) throw new HubRefusal(404, "Branch not found");
  const self = `${repoUrl(world, repo)}/branches/${encodeURIComponent(name)}`;
  const protection = repo.protections.get(name);
  return ok({
    name,
    commit: commitView(world, repo, sha),
    _links: { self, html: `${repoHtmlUrl(world, repo)}/tree/${encodeURIComponent(name)}` },
    protected: isProtected(repo, name),
    protection: branchProtectionSummary(protection),
    protection_url: `${self}/protection`,
  });
}

function getProtection({ world, repo, params }: Call): Reply {
  const branch = params["branch"]!;
  if (!repo.refs.has(`refs/heads/${branch}`)) throw new HubRefusal(404, "Branch not found");
  const protection = repo.protections.get(branch);
  if (protection === undefined) throw new HubRefusal(404, "Branch not protected");
  return ok(protectionView(world, repo, branch, protection));
}

/** Active rules only, as GitHub lists them. */
function branchRules(call: Call): Reply {
  const active = call.repo.rulesets.filter((one) => one.enforcement === "active" && one.branches.includes(call.params["branch"]!));
  const source = `${call.params["owner"]}/${call.params["repo"]}`;
  const rules = active.flatMap((one) =>
    one.rules.map((rule) => ({ ...rule, ruleset_source_type: "Repository", ruleset_source: source, ruleset_id: one.id })),
  );
  return list(call, rules, (rule) => rule);
}

const LEGACY = { read: "read", triage: "read", write: "write", maintain: "write", admin: "admin" } as const;

function permissionLevel({ world, repo, params }: Call): Reply {
  const user = accountByLogin(world, params["username"]!);
  const role = roleOn(world, repo, user.id);
  const at = (...roles: string[]) => role !== null && roles.includes(role);
  const permissions = {
    pull: role !== null,
    triage: at("triage", "write", "maintain", "admin"),
    push: at("write", "maintain", "admin"),
    maintain: at("maintain", "admin"),
    admin: at("admin"),
  };
  const role_name = role ?? "none";
  return ok({ permission: role === null ? "none" : LEGACY[role], role_name, user: { ...simpleUser(world, user), permissions, role_name } });
}

/** Newest first from `sha` (default: the default branch), optionally only those touching a path. */
function listCommits(call: Call): Reply {
  const { repo, query, world } = call;
  const start = resolveRef(repo, query.get("sha") ?? repo.defaultBranch);
  let shas = commitsBetween(repo.store, null, start).reverse();
  const path = query.get("path");
  if (path !== null) shas = shas.filter((sha) => touches(call, sha, path));
  const author = query.get("author");
  if (author !== null) shas = shas.filter((sha) => accountByEmail(world, commitOf(repo.store, sha).author.email)?.login === author);
  return list(call, shas, (sha) => commitView(world, repo, sha));
}

function touches({ repo }: Call, sha: string, path: string): boolean {
  const at = (commit: string | undefined) => (commit === undefined ? undefined : filesAt(repo.store, commit).get(path)?.sha);
  const now = at(sha);
  const parents = commitOf(repo.store, sha).parents;
  return parents.length === 0 ? now !== undefined : parents.every((parent) => at(parent) !== now);
}

function commitNamed(call: Call, ref: string): string {
  if (/^[0-9a-f]{40}$/.test(ref)) {
    if (!call.repo.store.commits.has(ref)) throw new HubRefusal(422, `No commit found for SHA: ${ref}`);
    return ref;
  }
  return resolveRef(call.repo, ref);
}

function getCommit(call: Call): Reply {
  const { repo, world } = call;
  const sha = commitNamed(call, call.params["ref"]!);
  if (call.accept.includes("application/vnd.github.sha"))
    return { status: 200, body: sha, headers: { "content-type": "application/vnd.github.sha" } };
  const [parent] = commitOf(repo.store, sha).parents;
  const files = parent === undefined ? [] : diffCommits(repo.store, parent, sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return ok({
    ...commitView(world, repo, sha),
    stats: { additions, deletions, total: additions + deletions },
    files: files.slice(0, 300).map((file) => fileView(world, repo, sha, file)),
  });
}

/** Open pull requests that contain the commit, and merged ones that brought it. */
function pullsOfCommit(call: Call): Reply {
  const { repo, world } = call;
  const sha = commitNamed(call, call.params["commit_sha"]!);
  const found = pullsOf(repo).filter(({ pull, state }) => {
    if (pull.merged && pull.mergeCommitSha === sha) return true;
    if (state === "closed" && !pull.merged) return pull.headSha === sha;
    return commitsBetween(repo.store, pull.baseSha, pull.headSha).includes(sha);
  });
  return list(call, found, (issue) => pullSimple(world, repo, issue));
}

/** Newest first, with GitHub's cursor in `after`. */
function listActivities(call: Call): Reply {
  const { repo, query, world } = call;
  const ref = query.get("ref");
  const [actor, type] = [query.get("actor"), query.get("activity_type")];
  const wanted = ref === null || ref.startsWith("refs/") ? ref : `refs/heads/${ref}`;
  const rows = repo.activities
    .filter((one) => (wanted === null || one.ref === wanted) && (type === null || one.type === type))
    .filter((one) => actor === null || world.accounts.get(one.actorId)?.login === actor)
    .sort((a, b) => (query.get("direction") === "asc" ? a.id - b.id : b.id - a.id));
  const perPage = Math.min(100, Number(query.get("per_page") ?? 30) || 30);
  const after = query.get("after");
  const start = after === null ? 0 : rows.findIndex((one) => nodeId("cursor", one.id) === after) + 1;
  const page = rows.slice(start, start + perPage);
  const next = new URL(`${repoUrl(world, repo)}/activity`);
  for (const [key, value] of query) next.searchParams.set(key, value);
  next.searchParams.set("after", nodeId("cursor", page.at(-1)?.id ?? 0));
  const headers: Record<string, string> = start + perPage < rows.length ? { link: `<${next.href}>; rel="next"` } : {};
  return { status: 200, body: page.map((one) => activityView(world, one)), headers };
}

/** `base...head` by the merge base; 300 files on the first page, 250 commits when not paged. */
function compare(call: Call): Reply {
  const { repo, world, query } = call;
  const [left, right] = call.params["basehead"]!.split("...");
  if (left === undefined || right === undefined) throw notFound();
  const [base, head] = [side(call, left), side(call, right)];
  const merge = mergeBase(repo.store, base, head);
  if (merge === null) throw new HubRefusal(404, "No common ancestor between the two commits.");
  const commits = commitsBetween(repo.store, base, head);
  const behind = [...ancestors(repo.store, base)].filter((sha) => !ancestors(repo.store, head).has(sha)).length;
  const paged = query.has("page") || query.has("per_page");
  const perPage = paged ? Math.min(100, Number(query.get("per_page") ?? 30)) : 250;
  const page = Number(query.get("page") ?? 1);
  const shown = commits.slice((page - 1) * perPage, page * perPage);
  const files = page === 1 ? diffCommits(repo.store, merge, head).slice(0, 300) : [];
  const html = `${repoHtmlUrl(world, repo)}/compare/${left}...${right}`;
  const status = commits.length === 0 ? (behind === 0 ? "identical" : "behind") : behind === 0 ? "ahead" : "diverged";
  const body = {
    url: `${repoUrl(world, repo)}/compare/${encodeURIComponent(left)}...${encodeURIComponent(right)}`,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitView(world, repo, base),
    merge_base_commit: commitView(world, repo, merge),
    status,
    ahead_by: commits.length,
    behind_by: behind,
    total_commits: commits.length,
    commits: shown.map((sha) => commitView(world, repo, sha)),
    files: files.map((file) => fileView(world, repo, head, file)),
  };
  return { status: 200, body, headers: paged ? { "x-hub-last-page": String(Math.ceil(commits.length / perPage)) } : {} };
}

/** A ref here, or `owner:ref` in that owner's fork. */
function side(call: Call, name: string): string {
  const [owner, ref] = name.includes(":") ? (name.split(":") as [string, string]) : [null, name];
  return owner === null ? resolveRef(call.repo, ref) : resolveRef(repoByName(call.world, `${owner}/${call.repo.name}`), ref);
}
