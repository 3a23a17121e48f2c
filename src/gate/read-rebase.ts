import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import type { Problem } from "../engine/problem.ts";
import type { SideChange } from "../engine/side-facts.ts";
import type { CommitListing } from "./ports/contributions.ts";
import type { Repository } from "./ports.ts";
import { type ChangeDeps, type ChangeReading, limit, readChange } from "./read-change.ts";

/** What two lines of commits changed: git merges it as text, if at all. */
const MERGED = "merged";
const NOTHING = "null null";

/** What lands beside the difference of base and head. */
export interface SideCommits {
  readonly sides: readonly SideChange[];
  readonly limits: readonly Problem[];
}

export interface Rebase {
  readonly mergeBase: string;
  readonly head: string;
  readonly net: ChangeReading;
}

/**
 * A rebase puts the commits on the base one by one and leaves merge commits out, with all that only they bring. Replayed here by whole files:
 * where a governed file then ends otherwise than at the head, that is a change of its own which may land. A file that both sides of a merge
 * changed is taken as it is at the head, and compared when it has landed. @throws TruthError
 */
export async function readRebase(
  deps: ChangeDeps,
  { commits }: Pick<CommitListing, "commits">,
  { mergeBase, head, net }: Rebase,
  set: PolicySet,
): Promise<SideCommits> {
  const merge = commits.find(({ parents }) => parents.length > 1);
  if (merge === undefined) return { sides: [], limits: [] };
  const { repository } = deps;
  const atBase = new Map<string, string>();
  const state = new Map<string, string>();
  const standing = async (path: string): Promise<string> => {
    const known = state.get(path);
    if (known !== undefined) return known;
    const entry = await repository.entryAt(mergeBase, path);
    const start = entry === null ? NOTHING : `${entry.mode} ${entry.blob}`;
    atBase.set(path, start);
    state.set(path, start);
    return start;
  };
  for (const { sha, parents } of commits) {
    if (parents.length !== 1) continue;
    const changes = await repository.changedFiles(parents[0]!, sha);
    if (changes.incomplete !== null) return { sides: [], limits: [limit(`commit ${sha.slice(0, 7)}: ${changes.incomplete}`)] };
    const { governed, governance } = sortChangedFiles(changes.files, set.config.contracts);
    for (const file of [...governed, ...governance]) {
      const stands = await standing(file.path);
      state.set(file.path, stands === sideOf(file, "base") || stands === sideOf(file, "head") ? sideOf(file, "head") : MERGED);
    }
  }
  const atHead = new Map(net.changed.map((file) => [file.path, sideOf(file, "head")]));
  for (const { path } of [...net.diff.files, ...net.governanceFiles]) await standing(path);
  const other = [...state].filter(([path, stands]) => stands !== MERGED && stands !== (atHead.get(path) ?? atBase.get(path)));
  if (other.length === 0) return { sides: [], limits: [] };
  const left = new Map(other);
  const rebased = withFiles(repository, head, left, replaced(net.changed, left, atBase));
  const change = await readChange({ ...deps, repository: rebased }, { base: mergeBase, head }, set);
  const { files, findings, losses, unparseable } = change.diff;
  const side: SideChange = {
    kind: "rebase",
    sha: merge.sha,
    files,
    governanceFiles: change.governanceFiles,
    findings,
    losses,
    unparseable,
  };
  return { sides: [side], limits: change.limits };
}

/** The change with other content at its head. */
function replaced(
  changed: readonly GovernedFile[],
  left: ReadonlyMap<string, string>,
  atBase: ReadonlyMap<string, string>,
): readonly GovernedFile[] {
  const others = [...left].flatMap(([path, stands]): GovernedFile[] => {
    const before = atBase.get(path)!;
    if (before === stands) return [];
    const [base, head] = [entryOf(before), entryOf(stands)];
    return [
      { path, baseMode: base?.mode ?? null, baseBlob: base?.blob ?? null, headMode: head?.mode ?? null, headBlob: head?.blob ?? null },
    ];
  });
  return [...changed.filter(({ path }) => !left.has(path)), ...others];
}

function withFiles(repository: Repository, head: string, left: ReadonlyMap<string, string>, changed: readonly GovernedFile[]): Repository {
  return {
    mergeBase: (base, other) => repository.mergeBase(base, other),
    readFile: (file, maxBytes) => repository.readFile(file, maxBytes),
    changedFiles: async () => ({ files: changed, incomplete: null }),
    entryAt: async (commit, path) => {
      const stands = commit === head ? left.get(path) : undefined;
      return stands === undefined ? repository.entryAt(commit, path) : entryOf(stands);
    },
  };
}

function entryOf(stands: string): { mode: string; blob: string } | null {
  const [mode = "", blob = ""] = stands.split(" ");
  return stands === NOTHING ? null : { mode, blob };
}

function sideOf(file: GovernedFile, side: "base" | "head"): string {
  return side === "base" ? `${file.baseMode} ${file.baseBlob}` : `${file.headMode} ${file.headBlob}`;
}
