import type { FileEntry, ObjectStore } from "./objects.ts";
import { writeBlob } from "./objects.ts";

/** Text or bytes for a regular file; null deletes the path. */
export type FileContent =
  | string
  | Uint8Array
  | null
  | { readonly mode: "100644" | "100755"; readonly content: string | Uint8Array }
  | { readonly symlink: string }
  | { readonly submodule: string };

export type Files = Readonly<Record<string, FileContent>>;

/** The files of a tree after `changes` are laid over it. A new file replaces a folder of the same name, and the other way round. */
export function applyFiles(store: ObjectStore, before: ReadonlyMap<string, FileEntry>, changes: Files): Map<string, FileEntry> {
  const files = new Map(before);
  for (const [path, content] of Object.entries(changes)) {
    if (content === null) {
      files.delete(path);
      continue;
    }
    for (const other of files.keys()) if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) files.delete(other);
    files.set(path, writeEntry(store, content));
  }
  return files;
}

function writeEntry(store: ObjectStore, content: Exclude<FileContent, null>): FileEntry {
  if (typeof content === "string" || content instanceof Uint8Array) return { mode: "100644", sha: writeBlob(store, bytes(content)) };
  if ("symlink" in content) return { mode: "120000", sha: writeBlob(store, bytes(content.symlink)) };
  if ("submodule" in content) return { mode: "160000", sha: content.submodule };
  return { mode: content.mode, sha: writeBlob(store, bytes(content.content)) };
}

function bytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? Buffer.from(content, "utf8") : content;
}
