import type { FileEntry, TreeEntry } from "../git/objects.ts";
import { EMPTY_TREE, filesAt } from "../git/objects.ts";
import { resolveRef } from "../lookup.ts";
import { HubRefusal, notFound } from "../refusal.ts";
import type { Call, Reply, Routes } from "../server.ts";
import { nodeId } from "../views/accounts.ts";
import { gitCommitView } from "../views/commits.ts";
import { repoHtmlUrl, repoUrl } from "../views/repositories.ts";
import { ok } from "./reply.ts";

const CONTENTS = ["contents:read"] as const;
const MEGABYTE = 1_048_576;

export const gitRoutes: Routes = {
  "git/get-ref": { need: CONTENTS, handle: getRef },
  "git/get-commit": {
    need: CONTENTS,
    handle: ({ world, repo, params }) => {
      if (!repo.store.commits.has(params["commit_sha"]!)) throw notFound();
      return ok(gitCommitView(world, repo, params["commit_sha"]!));
    },
  },
  "git/get-tree": { need: CONTENTS, handle: getTree },
  "git/get-blob": { need: CONTENTS, handle: getBlob },
  "repos/get-content": { need: CONTENTS, handle: getContent },
};

function getRef({ world, repo, params }: Call): Reply {
  const ref = `refs/${params["ref"]}`;
  const sha = repo.refs.get(ref);
  if (sha === undefined) throw notFound();
  const url = repoUrl(world, repo);
  return ok({
    ref,
    node_id: nodeId("Ref", ref),
    url: `${url}/git/${ref}`,
    object: { type: "commit", sha, url: `${url}/git/commits/${sha}` },
  });
}

function typeOf(mode: string): string {
  return mode === "040000" ? "tree" : mode === "160000" ? "commit" : "blob";
}

/** By tree id, commit id or ref name. Past the entry limit a recursive listing stops and says `truncated`. */
function getTree(call: Call): Reply {
  const { world, repo, params, query } = call;
  const named = params["tree_sha"]!;
  const known = repo.store.trees.has(named) || named === EMPTY_TREE;
  const sha = known ? named : repo.store.commits.get(resolveRef(repo, named))!.tree;
  const url = repoUrl(world, repo);
  const entries = query.has("recursive") ? walk(call, sha, "") : [...(repo.store.trees.get(sha) ?? [])];
  const truncated = entries.length > world.treeLimit;
  const tree = entries.slice(0, world.treeLimit).map((entry) => {
    const type = typeOf(entry.mode);
    const size = type === "blob" ? { size: repo.store.blobs.get(entry.sha)!.length } : {};
    const link = type === "commit" ? {} : { url: `${url}/git/${type}s/${entry.sha}` };
    return { path: entry.name, mode: entry.mode, type, sha: entry.sha, ...size, ...link };
  });
  return ok({ sha, url: `${url}/git/trees/${sha}`, tree, truncated });
}

function walk(call: Call, sha: string, prefix: string): TreeEntry[] {
  return (call.repo.store.trees.get(sha) ?? []).flatMap((entry) => {
    const named = { ...entry, name: prefix + entry.name };
    return entry.mode === "040000" ? [named, ...walk(call, entry.sha, `${named.name}/`)] : [named];
  });
}

function getBlob({ world, repo, params, accept }: Call): Reply {
  const sha = params["file_sha"]!;
  const bytes = repo.store.blobs.get(sha);
  if (bytes === undefined) throw notFound();
  if (accept.includes("raw")) {
    return {
      status: 200,
      body: Buffer.from(bytes).toString("utf8"),
      headers: { "content-type": "application/vnd.github.raw; charset=utf-8" },
    };
  }
  if (bytes.length > 100 * MEGABYTE) throw new HubRefusal(403, "This API returns blobs up to 100 MB in size.");
  return ok({
    sha,
    node_id: nodeId("Blob", sha),
    size: bytes.length,
    url: `${repoUrl(world, repo)}/git/blobs/${sha}`,
    content: base64Lines(bytes),
    encoding: "base64",
  });
}

/** GitHub wraps base64 at 60 characters. */
function base64Lines(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("base64")
    .replace(/.{1,60}/g, "$&\n");
}

/** The Contents API with its traps: symlinks to files are followed, content over 1 MB is empty, directories stop at 1,000 entries. */
function getContent(call: Call): Reply {
  const { repo, params, query } = call;
  const ref = query.get("ref") ?? repo.defaultBranch;
  const commit = resolveRef(repo, ref);
  const path = params["path"]!.replace(/\/+$/, "");
  const files = filesAt(repo.store, commit);
  const file = files.get(path);
  if (file === undefined) return directory(call, files, path, ref);
  if (file.mode === "120000") {
    const target = Buffer.from(repo.store.blobs.get(file.sha)!).toString("utf8");
    const followed = files.get(normalise(path, target));
    if (followed?.mode.startsWith("100")) return ok(fileContent(call, path, followed, ref));
    return ok({ ...item(call, path, file, ref), type: "symlink", target });
  }
  if (file.mode === "160000")
    return ok({ ...item(call, path, file, ref), type: "submodule", submodule_git_url: "https://github.test/some/submodule.git" });
  return ok(fileContent(call, path, file, ref));
}

function normalise(path: string, target: string): string {
  return new URL(target, `file:///${path}`).pathname.slice(1);
}

function item({ world, repo }: Call, path: string, file: FileEntry, ref: string) {
  const url = `${repoUrl(world, repo)}/contents/${encodeURI(path)}?ref=${encodeURIComponent(ref)}`;
  const git = `${repoUrl(world, repo)}/git/${typeOf(file.mode)}s/${file.sha}`;
  const html = `${repoHtmlUrl(world, repo)}/blob/${encodeURIComponent(ref)}/${encodeURI(path)}`;
  const size = repo.store.blobs.get(file.sha)?.length ?? 0;
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { name, path, sha: file.sha, size, url, html_url: html, git_url: git, download_url: html, _links: { self: url, git, html } };
}

function fileContent(call: Call, path: string, file: FileEntry, ref: string) {
  const bytes = call.repo.store.blobs.get(file.sha)!;
  if (bytes.length > 100 * MEGABYTE) throw new HubRefusal(403, "This API returns blobs up to 100 MB in size.");
  const large = bytes.length > MEGABYTE;
  return { ...item(call, path, file, ref), type: "file", encoding: large ? "none" : "base64", content: large ? "" : base64Lines(bytes) };
}

function directory(call: Call, files: ReadonlyMap<string, FileEntry>, path: string, ref: string): Reply {
  const prefix = path === "" || path === "/" ? "" : `${path}/`;
  const children = new Map<string, FileEntry>();
  for (const [inside, file] of files) {
    if (!inside.startsWith(prefix)) continue;
    const name = inside.slice(prefix.length).split("/")[0]!;
    children.set(name, prefix + name === inside ? file : { mode: "040000", sha: treeAt(call, ref, prefix + name) });
  }
  if (children.size === 0) throw notFound();
  const rows = [...children].slice(0, 1000).map(([name, file]) => {
    const type = file.mode === "040000" ? "dir" : file.mode === "120000" ? "symlink" : "file";
    return { ...item(call, prefix + name, file, ref), type };
  });
  return ok(rows);
}

function treeAt({ repo }: Call, ref: string, path: string): string {
  let tree = repo.store.commits.get(resolveRef(repo, ref))!.tree;
  for (const name of path.split("/")) tree = repo.store.trees.get(tree)!.find((entry) => entry.name === name)!.sha;
  return tree;
}
