import type { CommitListing } from "./ports/contributions.ts";
import type { Repository } from "./ports.ts";
import { TruthError } from "./ports.ts";

/** Questions about which of two commits is older, for one pull request: each is a request to GitHub where it was not asked before. */
const QUESTIONS_MAX = 300;

/**
 * What the commits of a branch stand on: by commit, the newest commits of the base below it. More than one = none of them is older than the
 * others. null = too many merges to tell.
 */
export type Forks = ReadonlyMap<string, readonly string[]> | null;

/**
 * Read from the parents of the commits, never from dates: GitHub names one merge base, and of several the one whose committer wrote the
 * latest date. `tip`: of the base now; `listedOn`: when the commits were listed. @throws TruthError
 */
export async function readForks(
  content: Repository,
  { commits }: Pick<CommitListing, "commits">,
  { mergeBase, tip, listedOn }: { readonly mergeBase: string; readonly tip: string; readonly listedOn: string },
): Promise<Forks> {
  // One line of commits has one fork.
  if (commits.every(({ parents }) => parents.length < 2)) return new Map(commits.map(({ sha }) => [sha, [mergeBase]]));
  const parentsOf = new Map(commits.map(({ sha, parents }) => [sha, parents]));
  const order = createOrder(content);
  const inBase = historyIn(parentsOf, [mergeBase]);
  const forks = new Map<string, readonly string[]>();
  try {
    const since = await readMove(order, parentsOf, { tip, listedOn });
    for (const sha of parentsFirst(parentsOf)) {
      const parents = parentsOf.get(sha)!;
      const below = new Set<string>();
      for (const parent of parents) {
        const isListed = parentsOf.has(parent) && !inBase.has(parent);
        for (const fork of isListed ? (forks.get(parent) ?? []) : []) below.add(fork);
        const isAsked = isListed ? since.mayHoldListed && parents.length > 1 : since.mayHaveLost;
        const met = isAsked ? await order.common(tip, parent) : isListed ? null : parent;
        if (met !== null) below.add(met);
      }
      forks.set(sha, await newest([...below], order));
    }
  } catch (error) {
    if (error instanceof TooMany) return null;
    throw error;
  }
  return forks;
}

/** The commits of a branch that no base holds: what landed since they were listed is no part of what lands. */
export function aheadOf(commits: CommitListing["commits"], bases: readonly string[]): CommitListing["commits"] {
  const landed = historyIn(new Map(commits.map(({ sha, parents }) => [sha, parents])), bases);
  return commits.filter(({ sha }) => !landed.has(sha));
}

class TooMany extends Error {}

type ParentsOf = ReadonlyMap<string, readonly string[]>;

/**
 * Whether the base may hold listed commits by now, or have been pushed back. It stands elsewhere after every merge of another pull request,
 * so the common case takes one question, and one for each commit that the others stand on: without those it can hold none of them.
 */
async function readMove(
  order: Order,
  parentsOf: ParentsOf,
  { tip, listedOn }: { readonly tip: string; readonly listedOn: string },
): Promise<{ readonly mayHoldListed: boolean; readonly mayHaveLost: boolean }> {
  if (tip === listedOn) return { mayHoldListed: false, mayHaveLost: false };
  const mayHaveLost = (await order.common(tip, listedOn)) !== listedOn;
  for (const [sha, parents] of parentsOf) {
    if (parents.some((parent) => parentsOf.has(parent))) continue;
    if ((await order.common(tip, sha)) === sha) return { mayHoldListed: true, mayHaveLost };
  }
  return { mayHoldListed: false, mayHaveLost };
}

interface Order {
  isOlder(older: string, newer: string): Promise<boolean>;
  /** null = nothing. */
  common(base: string, other: string): Promise<string | null>;
}

function createOrder(content: Repository): Order {
  let left = QUESTIONS_MAX;
  const common = async (base: string, other: string): Promise<string | null> => {
    if (left === 0) throw new TooMany();
    left -= 1;
    try {
      return await content.mergeBase(base, other);
    } catch (error) {
      // GitHub's word for it. "Not Found" is none: it says so too of a commit that it does not know yet.
      if (error instanceof TruthError && error.kind === "auth" && /no common ancestor/i.test(error.message)) return null;
      throw error;
    }
  };
  return { common, isOlder: async (older, newer) => older === newer || (await common(older, newer)) === older };
}

/** Without those that another one descends from. What comes later in the list is mostly the newer one. */
async function newest(commits: readonly string[], { isOlder }: Order): Promise<readonly string[]> {
  let kept: readonly string[] = [];
  for (const commit of commits) {
    const others: string[] = [];
    for (const other of kept) if (!(await isOlder(other, commit))) others.push(other);
    let isCovered = false;
    for (const other of others) isCovered ||= await isOlder(commit, other);
    kept = isCovered ? others : [...others, commit];
  }
  return kept;
}

/** `from` and what is listed below it. */
function historyIn(parentsOf: ParentsOf, from: readonly string[]): ReadonlySet<string> {
  const seen = new Set(from);
  for (const sha of seen) for (const parent of parentsOf.get(sha) ?? []) if (parentsOf.has(parent)) seen.add(parent);
  return seen;
}

function parentsFirst(parentsOf: ParentsOf): readonly string[] {
  const order = new Set<string>();
  for (const start of parentsOf.keys()) {
    const way = [start];
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      const next = order.has(at) ? undefined : parentsOf.get(at)!.find((parent) => parentsOf.has(parent) && !order.has(parent));
      if (next !== undefined) way.push(next);
      else {
        order.add(at);
        way.pop();
      }
    }
  }
  return [...order];
}
