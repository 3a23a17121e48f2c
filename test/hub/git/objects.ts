import { createHash } from "node:crypto";

export interface TreeEntry {
  readonly name: string;
  /** "100644", "100755", "120000", "160000" or "040000". */
  readonly mode: string;
  readonly sha: string;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
}

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** Armoured signature (`gpgsig` header); null = unsigned. */
  readonly signature: string | null;
}

/** What a path of a commit's whole tree holds. */
export interface FileEntry {
  readonly mode: string;
  readonly sha: string;
}

/** Git objects in memory, shared by a repository and its forks. Ids are git's own SHA-1 ids. */
export interface ObjectStore {
  readonly blobs: Map<string, Uint8Array>;
  readonly trees: Map<string, readonly TreeEntry[]>;
  readonly commits: Map<string, Commit>;
  readonly flat: Map<string, ReadonlyMap<string, FileEntry>>;
}

export function createObjectStore(): ObjectStore {
  return { blobs: new Map(), trees: new Map(), commits: new Map(), flat: new Map() };
}

export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

export function hashObject(kind: "blob" | "tree" | "commit", body: Uint8Array): string {
  return createHash("sha1").update(`${kind} ${body.length}\0`).update(body).digest("hex");
}

export function writeBlob(store: ObjectStore, bytes: Uint8Array): string {
  const sha = hashObject("blob", bytes);
  store.blobs.set(sha, bytes);
  return sha;
}

export function writeTree(store: ObjectStore, entries: readonly TreeEntry[]): string {
  const sorted = [...entries].sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  const parts = sorted.flatMap((entry) => [
    Buffer.from(`${entry.mode.replace(/^0/, "")} ${entry.name}\0`, "utf8"),
    Buffer.from(entry.sha, "hex"),
  ]);
  const sha = hashObject("tree", Buffer.concat(parts));
  store.trees.set(sha, sorted);
  return sha;
}

/** Git sorts directories as if their name ended in a slash. */
function sortKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.mode === "040000" ? `${entry.name}/` : entry.name, "utf8");
}

export function writeCommit(store: ObjectStore, commit: Commit): string {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${signatureLine(commit.author)}`,
    `committer ${signatureLine(commit.committer)}`,
  ];
  if (commit.signature !== null) lines.push(`gpgsig ${commit.signature.trimEnd().replaceAll("\n", "\n ")}`);
  const sha = hashObject("commit", Buffer.from(`${lines.join("\n")}\n\n${commit.message}`, "utf8"));
  store.commits.set(sha, commit);
  return sha;
}

function signatureLine(signature: Signature): string {
  return `${signature.name} <${signature.email}> ${Math.floor(signature.date.getTime() / 1000)} +0000`;
}

export function commitOf(store: ObjectStore, sha: string): Commit {
  const commit = store.commits.get(sha);
  if (commit === undefined) throw new Error(`hub: no commit ${sha}`);
  return commit;
}

/** Every non-directory path of a tree, in git's order. */
export function flatten(store: ObjectStore, tree: string): ReadonlyMap<string, FileEntry> {
  const known = store.flat.get(tree);
  if (known !== undefined) return known;
  const files = new Map<string, FileEntry>();
  for (const entry of store.trees.get(tree) ?? []) {
    if (entry.mode !== "040000") files.set(entry.name, { mode: entry.mode, sha: entry.sha });
    else for (const [path, file] of flatten(store, entry.sha)) files.set(`${entry.name}/${path}`, file);
  }
  store.flat.set(tree, files);
  return files;
}

export function filesAt(store: ObjectStore, commit: string): ReadonlyMap<string, FileEntry> {
  return flatten(store, commitOf(store, commit).tree);
}

/** Writes nested trees for a flat list of files and returns the root's id. */
export function writeFiles(store: ObjectStore, files: ReadonlyMap<string, FileEntry>): string {
  const entries: TreeEntry[] = [];
  const folders = new Map<string, Map<string, FileEntry>>();
  for (const [path, file] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      entries.push({ name: path, ...file });
      continue;
    }
    const folder = path.slice(0, slash);
    const inside = folders.get(folder) ?? new Map<string, FileEntry>();
    inside.set(path.slice(slash + 1), file);
    folders.set(folder, inside);
  }
  for (const [name, inside] of folders) entries.push({ name, mode: "040000", sha: writeFiles(store, inside) });
  return writeTree(store, entries);
}
