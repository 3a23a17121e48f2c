import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A real contract file: `odcs/name.yaml`, as it is. */
export interface CorpusFile {
  readonly path: string;
  readonly text: string;
}

const OURS = join(import.meta.dirname, "../../fixtures/contract/corpus");

/** All files of a folder of <format>/<file>, in the order of their names. */
export function readCorpus(folder: string = OURS): readonly CorpusFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== folder)
    .map((entry) => ({ path: join(entry.parentPath, entry.name).slice(folder.length + 1), entry }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, entry }) => ({ path, text: readFileSync(join(entry.parentPath, entry.name), "utf8") }));
}
