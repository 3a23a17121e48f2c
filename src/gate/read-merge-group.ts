import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { GroupFacts } from "../engine/merge-group-facts.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import type { GateDeps } from "./deps.ts";
import type { GroupWork, Repository } from "./ports.ts";
import { TruthError } from "./ports.ts";

/** GitHub queues at most 100 pull requests in a group; a rebased one is many commits. */
const COMMITS_MAX = 250;

/** One commit of the group's first-parent line, and whose it is. */
export interface Link {
  readonly sha: string;
  /** Second parent of a merge: the head that was merged. */
  readonly merged: string | null;
  readonly before: string;
}

export interface GroupMembers {
  /** Pull requests in the order in which the queue put them on the base, with the head that was merged where the commit tells it. */
  readonly members: readonly { readonly number: number; readonly mergedHead: string | null }[];
  /** Commits that belong to no pull request that could be found, oldest first. */
  readonly strays: readonly Link[];
}

/**
 * Whose commits a group holds, from where it leaves its base branch: every entry of the queue that has not landed yet, so that a queue
 * which only asks about its last entry is asked about all. Names of refs and of commits are hints: whoever a commit may belong to must
 * pass, and what belongs to nobody is told. @throws TruthError
 */
export async function readGroupMembers(deps: GateDeps, work: GroupWork, from: string): Promise<GroupMembers> {
  const { repository, baseRef } = work;
  const announced = new Map((await deps.ledger.announcedGroups(repository.id)).map(({ headSha, headRef }) => [headSha, numberOf(headRef)]));
  announced.set(work.headSha, numberOf(work.headRef));
  const members = new Map<number, string | null>();
  const strays: Link[] = [];
  // From the newest down: a rebased pull request is a run of commits that ends where the queue made the next group.
  let entry: number | null = null;
  for (const link of await firstParentLine(deps, work, from)) {
    entry = announced.get(link.sha) ?? entry;
    const told = await deps.pulls.pullsOfCommit(repository, link.merged ?? link.sha);
    const here = told.filter((pull) => pull.baseRef === baseRef && (link.merged === null || pull.headSha === link.merged));
    const connected = here.map(({ number }) => number);
    const owners: readonly number[] =
      entry === null ? connected : connected.length === 0 || connected.includes(entry) ? [entry] : [entry, ...connected];
    if (owners.length === 0) strays.push(link);
    for (const number of owners) {
      const merged = members.get(number) ?? null;
      members.delete(number);
      members.set(number, link.merged ?? merged);
    }
  }
  return { members: [...members].map(([number, mergedHead]) => ({ number, mergedHead })).reverse(), strays: strays.reverse() };
}

/** Newest first. */
async function firstParentLine({ pulls }: GateDeps, { repository, headSha }: GroupWork, from: string): Promise<readonly Link[]> {
  const what = `merge group ${headSha.slice(0, 12)}`;
  const links: Link[] = [];
  for (let sha = headSha; sha !== from; ) {
    if (links.length === COMMITS_MAX) throw new TruthError(what, "network", `${what}: more than ${COMMITS_MAX} commits on its base`);
    const { parents } = await pulls.commit(repository, sha);
    const [before, merged, third] = parents;
    if (before === undefined || third !== undefined)
      throw new TruthError(what, "network", `${what}: commit ${sha.slice(0, 7)} is no commit of a queue`);
    links.push({ sha, merged: merged ?? null, before });
    sha = before;
  }
  return links;
}

/** `gh-readonly-queue/main/pr-12-<sha>` */
function numberOf(ref: string): number | null {
  const digits = /\/pr-(\d{1,10})-[0-9a-f]{40,64}$/.exec(ref)?.[1];
  return digits === undefined ? null : Number(digits);
}

export async function changesGoverned(content: Repository, link: Link, { config }: PolicySet): Promise<boolean> {
  const changes = await content.changedFiles(link.before, link.sha);
  const { governed, governance } = sortChangedFiles(changes.files, config.contracts);
  return changes.incomplete !== null || governed.length > 0 || governance.length > 0;
}

/** What stands at the base of a group under paths that its own diff does not hold. */
export async function standingAt(content: Repository, base: string, paths: Iterable<string>): Promise<GroupFacts["standing"]> {
  const standing: { path: string; mode: string | null; blob: string | null }[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const entry = await content.entryAt(base, path);
    standing.push({ path, mode: entry?.mode ?? null, blob: entry?.blob ?? null });
  }
  return standing;
}
