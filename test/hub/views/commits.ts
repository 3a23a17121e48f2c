import type { FileChange } from "../git/diff.ts";
import type { Commit, Signature } from "../git/objects.ts";
import { commitOf } from "../git/objects.ts";
import type { Account, Repo, World } from "../state.ts";
import { nodeId, simpleUser } from "./accounts.ts";
import { repoHtmlUrl, repoUrl } from "./repositories.ts";

/** The person an e-mail address belongs to, as GitHub links commits; null = nobody. */
export function accountByEmail(world: World, email: string): Account | null {
  const wanted = email.toLowerCase();
  const noreply = /^(\d+)\+.*@users\.noreply\.github\.com$/.exec(wanted);
  if (noreply) return world.accounts.get(Number(noreply[1])) ?? null;
  for (const account of world.accounts.values()) if (!account.deleted && account.email.toLowerCase() === wanted) return account;
  return null;
}

function person(signature: Signature) {
  return { name: signature.name, email: signature.email, date: signature.date.toISOString().replace(/\.\d{3}Z$/, "Z") };
}

function verification(commit: Commit) {
  const signed = commit.signature !== null;
  return {
    verified: signed,
    reason: signed ? "valid" : "unsigned",
    signature: commit.signature,
    payload: signed ? `tree ${commit.tree}\n` : null,
    verified_at: signed ? commit.committer.date.toISOString().replace(/\.\d{3}Z$/, "Z") : null,
  };
}

export function commitView(world: World, repo: Repo, sha: string) {
  const commit = commitOf(repo.store, sha);
  const [url, html] = [repoUrl(world, repo), repoHtmlUrl(world, repo)];
  const [author, committer] = [accountByEmail(world, commit.author.email), accountByEmail(world, commit.committer.email)];
  return {
    sha,
    node_id: nodeId("Commit", sha),
    url: `${url}/commits/${sha}`,
    html_url: `${html}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      verification: verification(commit),
    },
    author: author === null ? null : simpleUser(world, author),
    committer: committer === null ? null : simpleUser(world, committer),
    parents: commit.parents.map((parent) => ({ sha: parent, url: `${url}/commits/${parent}`, html_url: `${html}/commit/${parent}` })),
  };
}

export function gitCommitView(world: World, repo: Repo, sha: string) {
  const commit = commitOf(repo.store, sha);
  const [url, html] = [repoUrl(world, repo), repoHtmlUrl(world, repo)];
  return {
    sha,
    node_id: nodeId("Commit", sha),
    url: `${url}/git/commits/${sha}`,
    html_url: `${html}/commit/${sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    parents: commit.parents.map((parent) => ({ sha: parent, url: `${url}/git/commits/${parent}`, html_url: `${html}/commit/${parent}` })),
    verification: verification(commit),
  };
}

/** The form that push webhooks and check suites carry. */
export function pushedCommit(world: World, repo: Repo, sha: string) {
  const commit = commitOf(repo.store, sha);
  const named = (signature: Signature) => {
    const account = accountByEmail(world, signature.email);
    return { name: signature.name, email: signature.email, ...(account === null ? {} : { username: account.login }) };
  };
  return {
    id: sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: person(commit.committer).date,
    url: `${repoHtmlUrl(world, repo)}/commit/${sha}`,
    author: named(commit.author),
    committer: named(commit.committer),
  };
}

export function fileView(world: World, repo: Repo, ref: string, change: FileChange) {
  const html = repoHtmlUrl(world, repo);
  const path = change.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${html}/blob/${ref}/${path}`,
    raw_url: `${html}/raw/${ref}/${path}`,
    contents_url: `${repoUrl(world, repo)}/contents/${path}?ref=${ref}`,
    ...(change.previousPath === null ? {} : { previous_filename: change.previousPath }),
  };
}
