import type { Files } from "../git/content.ts";
import { applyFiles } from "../git/content.ts";
import { mergeBases, mergeFiles } from "../git/history.ts";
import type { FileEntry, Signature } from "../git/objects.ts";
import { commitOf, filesAt, writeCommit, writeFiles } from "../git/objects.ts";
import { accountByLogin } from "../lookup.ts";
import { HubRefusal } from "../refusal.ts";
import type { Account, Repo, World } from "../state.ts";

/** A login, or any name and e-mail; an unknown e-mail maps to nobody. */
export type Identity = string | { readonly name: string; readonly email: string };

export interface CommitOptions {
  readonly actor: string;
  readonly message?: string;
  readonly author?: Identity;
  readonly committer?: Identity;
  /** Logins or `Name <email>` for `Co-authored-by:` trailers. */
  readonly coAuthors?: readonly string[];
  readonly verified?: boolean;
  readonly date?: Date;
}

export const WEB_FLOW_ID = 19864447;

export function signatureOf(world: World, identity: Identity, date: Date): Signature {
  if (typeof identity !== "string") return { ...identity, date };
  return accountSignature(accountByLogin(world, identity), date);
}

export function accountSignature(account: Account, date: Date): Signature {
  return { name: account.name ?? account.login, email: account.email, date };
}

export function webFlow(world: World): Signature {
  return { name: "GitHub", email: "noreply@github.com", date: world.clock() };
}

export function fakeSignature(seed: string): string {
  return `-----BEGIN PGP SIGNATURE-----\n\n${Buffer.from(seed).toString("base64")}\n-----END PGP SIGNATURE-----`;
}

/** Commits `changes` on top of the first parent; with two parents, on top of their merge where it is clean. */
export function makeCommit(world: World, repo: Repo, changes: Files, parents: readonly string[], options: CommitOptions): string {
  const date = options.date ?? world.clock();
  const author = signatureOf(world, options.author ?? options.actor, date);
  const committer = signatureOf(world, options.committer ?? options.author ?? options.actor, date);
  const trailers = (options.coAuthors ?? []).map(
    (one) => `Co-authored-by: ${one.includes("<") ? one : written(signatureOf(world, one, date))}`,
  );
  const message = [options.message ?? "Change files", ...(trailers.length > 0 ? ["", ...trailers] : [])].join("\n");
  const files = applyFiles(repo.store, startingFiles(repo, parents), changes);
  const signature = options.verified ? fakeSignature(message) : null;
  return writeCommit(repo.store, { tree: writeFiles(repo.store, files), parents, author, committer, message, signature });
}

function written(signature: Signature): string {
  return `${signature.name} <${signature.email}>`;
}

function startingFiles(repo: Repo, parents: readonly string[]): ReadonlyMap<string, FileEntry> {
  const [first, second] = parents;
  if (first === undefined) return new Map();
  if (second === undefined) return filesAt(repo.store, first);
  return mergedFiles(repo, first, second) ?? filesAt(repo.store, first);
}

/** Files of the merge of two commits; null = conflict or unrelated histories. Several merge bases are merged first, as git does. */
export function mergedFiles(repo: Repo, ours: string, theirs: string): Map<string, FileEntry> | null {
  const [first, ...others] = mergeBases(repo.store, ours, theirs);
  if (first === undefined) return null;
  let base: ReadonlyMap<string, FileEntry> = filesAt(repo.store, first);
  for (const other of others) {
    const both = mergedFiles(repo, first, other);
    if (both === null) return null;
    base = both;
  }
  const merged = mergeFiles(base, filesAt(repo.store, ours), filesAt(repo.store, theirs));
  return merged.status === "merged" ? merged.files : null;
}

/** Replays one commit onto another, as a rebase merge does. */
export function cherryPick(world: World, repo: Repo, sha: string, onto: string): string {
  const commit = commitOf(repo.store, sha);
  const before = commit.parents[0] === undefined ? new Map() : filesAt(repo.store, commit.parents[0]);
  const merged = mergeFiles(before, filesAt(repo.store, onto), filesAt(repo.store, sha));
  if (merged.status === "conflict") throw new HubRefusal(405, "This branch can't be rebased");
  const tree = writeFiles(repo.store, merged.files);
  return writeCommit(repo.store, { ...commit, tree, parents: [onto], committer: webFlow(world), signature: null });
}
