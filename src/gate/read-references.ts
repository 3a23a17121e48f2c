import { isGoverned } from "../engine/contract/governed.ts";
import type { ContractFile } from "../engine/contract/model.ts";
import { mayReference } from "../engine/contract/references.ts";
import type { Config } from "../engine/policy/model.ts";
import type { Repository } from "./ports.ts";

/** Files that one change may lead to. */
export const REFERENCED_FILES_MAX = 500;
/** As for the files of the change itself. */
export const READS_AT_ONCE = 8;

/**
 * The governed files of one commit that `files` refer to, and those that these refer to in turn. A file outside the governed paths is
 * not followed: it could change later without anybody being asked. `beyond` is told the files over the cap: a reference to one of them is
 * an unknown class.
 */
export async function readReferenced(
  repository: Repository,
  commit: string,
  files: readonly ContractFile[],
  contracts: Config["contracts"],
  beyond: (paths: readonly string[]) => void = () => {},
): Promise<ContractFile[]> {
  const known = new Set(files.map((file) => file.path));
  const found: ContractFile[] = [];
  const readOne = (path: string) => readEntry(repository, commit, path, contracts.maxFileBytes);
  let open = files;
  while (open.length > 0) {
    const paths = [...new Set(open.flatMap(mayReference))].filter((path) => !known.has(path) && isGoverned(path, contracts)).sort();
    for (const path of paths) known.add(path);
    const wanted = paths.slice(0, REFERENCED_FILES_MAX - found.length);
    if (wanted.length < paths.length) beyond(paths.slice(wanted.length));
    const next: ContractFile[] = [];
    for (let start = 0; start < wanted.length; start += READS_AT_ONCE)
      next.push(...(await Promise.all(wanted.slice(start, start + READS_AT_ONCE).map(readOne))).flat());
    found.push(...next);
    open = next;
  }
  return found;
}

/** One file of a commit, or none. */
export async function readEntry(repository: Repository, commit: string, path: string, maxBytes: number): Promise<readonly ContractFile[]> {
  const entry = await repository.entryAt(commit, path);
  return entry === null ? [] : [await repository.readFile({ path, ...entry }, maxBytes)];
}
