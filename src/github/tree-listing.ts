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
    return id !== undefined && treeId(list, id.length) === id ? [[id, list] as const] : [];
  });
  return new Map(whole);
}

/** Git's own id of a folder. */
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
