import { createHash } from "node:crypto";

export const TREE_MODE = "040000";

export interface TreeEntry {
  readonly name: string;
  readonly mode: string;
  readonly id: string;
  /** Bytes, for blobs, when GitHub says it. */
  readonly size: number | null;
}

/**
 * The folders of a recursive listing of the tree `root`, by id. Only those whose entries hash to their id are given: a listing that is
 * cut short, or that lies, gives fewer folders and never a wrong one.
 */
export function foldersOf(root: string, listing: readonly TreeEntry[]): ReadonlyMap<string, readonly TreeEntry[]> {
  const ids = new Map([["", root]]);
  const entries = new Map<string, TreeEntry[]>([["", []]]);
  for (const { name: path, mode, id, size } of listing) {
    const cut = path.lastIndexOf("/");
    const folder = path.slice(0, Math.max(cut, 0));
    const siblings = entries.get(folder) ?? [];
    siblings.push({ name: path.slice(cut + 1), mode, id, size });
    entries.set(folder, siblings);
    if (mode === TREE_MODE) ids.set(path, id);
  }
  const whole = [...entries].flatMap(([folder, list]) => {
    const id = ids.get(folder);
    return id !== undefined && treeId(list, id.length) === id && isFolder(list, id.length) ? [[id, list] as const] : [];
  });
  return new Map(whole);
}

/**
 * Whether git can have written these as one folder: a longer id, or a name that ends early, would swallow the entries after it, and the
 * rest hash to the same id as all of them. Of one name that is there twice nobody can say which file it is.
 */
export function isFolder(entries: readonly TreeEntry[], idLength: number): boolean {
  const isEntry = ({ name, id }: TreeEntry) =>
    !/[/\0]/.test(name) && name.isWellFormed() && id.length === idLength && /^[0-9a-f]+$/.test(id);
  return entries.every(isEntry) && new Set(entries.map(({ name }) => name)).size === entries.length;
}

/** Git's own id of a folder: of entries that can be one. */
export function treeId(entries: readonly TreeEntry[], idLength: number): string {
  const rows = entries.map(({ name, mode, id }) => ({
    // A folder sorts as if its name ended with a slash, and its mode is written without the leading zero.
    order: Buffer.from(mode === TREE_MODE ? `${name}/` : name),
    bytes: Buffer.concat([Buffer.from(`${mode.replace(/^0/, "")} ${name}\0`), Buffer.from(id, "hex")]),
  }));
  const body = Buffer.concat(rows.sort((left, right) => Buffer.compare(left.order, right.order)).map(({ bytes }) => bytes));
  return createHash(idLength === 64 ? "sha256" : "sha1")
    .update(`tree ${body.length}\0`)
    .update(body)
    .digest("hex");
}
