import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * Copies of modules beside each other in one process: a module that was changed, and every module that leads to it, are loaded anew
 * under a name of their own (`?copy=<name>`); all others are shared.
 */
const IMPORTED = /(\bfrom\s*|\bimport\s*|\bimport\(\s*)"(\.{1,2}\/[^"]+)"/g;

/** Absolute paths of the modules that each one imports, of all that stand below the folders. */
export function readImports(root: string, folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => join(root, folder, file)),
  );
  return new Map(files.map((file) => [file, importedBy(file, readFileSync(file, "utf8"))]));
}

function importedBy(file: string, code: string): readonly string[] {
  return [...code.matchAll(IMPORTED)].map(([, , specifier]) => resolve(dirname(file), specifier!));
}

/** The file, and all that import it, or what imports it. */
export function leadingTo(file: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([file]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const [importer, imported] of imports) if (imported.some((each) => found.has(each))) found.add(importer);
  }
  return found;
}

/** The code of `file` in the copy: what it imports of the copied modules is of the same copy. */
export function inCopy(code: string, file: string, copied: ReadonlySet<string>, copy: string): string {
  return code.replace(IMPORTED, (whole, before: string, specifier: string) =>
    copied.has(resolve(dirname(file), specifier)) ? `${before}"${specifier}?copy=${copy}"` : whole,
  );
}
