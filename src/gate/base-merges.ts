import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { Facts, PeopleFacts } from "../engine/facts.ts";
import type { Config } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import type { Repository } from "./ports.ts";
import { readForks } from "./read-forks.ts";

/** Merges of one pull request that are looked into; whoever made the others had a hand in it. */
const MERGES_MAX = 20;

/**
 * Marks the merges of the base into the branch that bring nothing of their own: of every governed path they hold what the one side made of it
 * that changed it. "Update branch" then disqualifies nobody. What cannot be told for certain is not marked. `listedOn`: the tip of the base
 * that the commits were listed against. @throws TruthError when a read fails
 */
export async function withBaseMerges(repository: Repository, facts: Facts, people: PeopleFacts, listedOn: string): Promise<PeopleFacts> {
  const own = new Set(people.commits.map(({ sha }) => sha));
  const merges = people.commits.filter(({ parents }) => parents.length === 2 && own.has(parents[0]!) && !own.has(parents[1]!));
  if (merges.length === 0) return people;
  const { baseSha: tip, mergeBase } = facts.subject;
  const forks = await readForks(repository, people, { mergeBase, tip, listedOn });
  const { contracts } = readableSet(facts.policy).config;
  const marked = new Set<string>();
  for (const { sha, parents } of merges.slice(0, MERGES_MAX)) {
    const [branch, base] = parents as readonly [string, string];
    const stands = forks?.get(branch) ?? [];
    if (stands.length === 1 && (await bringsNothing(repository, { sha, branch, base, fork: stands[0]! }, tip, contracts))) marked.add(sha);
  }
  if (marked.size === 0) return people;
  return { ...people, commits: people.commits.map((commit) => (marked.has(commit.sha) ? { ...commit, baseMerge: true } : commit)) };
}

interface Merge {
  readonly sha: string;
  readonly branch: string;
  readonly base: string;
  /** What the branch stood on before. */
  readonly fork: string;
}

async function bringsNothing(
  repository: Repository,
  { sha, branch, base, fork }: Merge,
  tip: string,
  contracts: Config["contracts"],
): Promise<boolean> {
  if ((await repository.mergeBase(tip, base)) !== base) return false;
  const common = await repository.mergeBase(fork, base);
  if (common !== fork && common !== base) return false;
  const between = async (from: string, to: string) => {
    const { files, incomplete } = await repository.changedFiles(from, to);
    return incomplete === null ? files : null;
  };
  const changes = [await between(branch, sha), await between(base, sha), await between(common, branch), await between(common, base)];
  const [fromBranch, fromBase, byBranch, byBase] = changes;
  if (!fromBranch || !fromBase || !byBranch || !byBase) return false;
  const own = [...alsoIn(fromBranch, fromBase), ...alsoIn(fromBranch, byBranch), ...alsoIn(fromBase, byBase)];
  const { governed, governance, problems } = sortChangedFiles(own, contracts);
  return governed.length === 0 && governance.length === 0 && problems.length === 0;
}

function alsoIn(files: readonly GovernedFile[], others: readonly GovernedFile[]): readonly GovernedFile[] {
  const paths = new Set(others.map(({ path }) => path));
  return files.filter(({ path }) => paths.has(path));
}
