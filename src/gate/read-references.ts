import { isGoverned } from "../engine/contract/governed.ts";
import type { ContractFile } from "../engine/contract/model.ts";
import { mayReference } from "../engine/contract/references.ts";
import type { Config } from "../engine/policy/model.ts";
import type { Repository } from "./ports.ts";

/** Files that one change may lead to. What is beyond stays unread, and a reference to it an unknown class. */
const REFERENCED_FILES_MAX = 200;

/**
 * The governed files of one commit that `files` refer to, and those that these refer to in turn. A file outside the governed paths is
 * not followed: it could change later without anybody being asked.
 */
export async function readReferenced(
  repository: Repository,
  commit: string,
  files: readonly ContractFile[],
  contracts: Config["contracts"],
): Promise<ContractFile[]> {
  const known = new Set(files.map((file) => file.path));
  const found: ContractFile[] = [];
  let open = files;
  while (open.length > 0) {
    const paths = [...new Set(open.flatMap(mayReference))].filter((path) => !known.has(path) && isGoverned(path, contracts));
    const next: ContractFile[] = [];
    for (const path of paths.sort().slice(0, REFERENCED_FILES_MAX - found.length)) {
      known.add(path);
      const entry = await repository.entryAt(commit, path);
      if (entry !== null) next.push(await repository.readFile({ path, ...entry }, contracts.maxFileBytes));
    }
    found.push(...next);
    open = next;
  }
  return found;
}
