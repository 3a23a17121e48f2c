import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { CommitFact, Facts, PeopleFacts } from "../engine/facts.ts";
import type { Config } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import type { Repository } from "./ports.ts";

/** Merges of one pull request that are looked into; whoever made the others had a hand in it. */
const MERGES_MAX = 20;

/**
 * Marks the merges of the base into the branch that bring nothing of their own: every governed path is as one of the two parents has it.
 * "Update branch" then disqualifies nobody. What cannot be told for certain is not marked. @throws TruthError when a read fails
 */
export async function withBaseMerges(repository: Repository, facts: Facts, people: PeopleFacts): Promise<PeopleFacts> {
  const own = new Set(people.commits.map(({ sha }) => sha));
  const merges = people.commits.filter(({ parents }) => parents.length === 2 && own.has(parents[0]!) && !own.has(parents[1]!));
  const { contracts } = readableSet(facts.policy).config;
  const marked = new Set<string>();
  for (const merge of merges.slice(0, MERGES_MAX))
    if (await bringsNothing(repository, merge, facts.subject.baseSha, contracts)) marked.add(merge.sha);
  if (marked.size === 0) return people;
  return { ...people, commits: people.commits.map((commit) => (marked.has(commit.sha) ? { ...commit, baseMerge: true } : commit)) };
}

async function bringsNothing(
  repository: Repository,
  { sha, parents }: CommitFact,
  baseSha: string,
  contracts: Config["contracts"],
): Promise<boolean> {
  const [branch, base] = parents as readonly [string, string];
  if ((await repository.mergeBase(baseSha, base)) !== base) return false;
  const [fromBranch, fromBase] = [await repository.changedFiles(branch, sha), await repository.changedFiles(base, sha)];
  if (fromBranch.incomplete !== null || fromBase.incomplete !== null) return false;
  const other = new Set(fromBase.files.map(({ path }) => path));
  const { governed, governance, problems } = sortChangedFiles(
    fromBranch.files.filter(({ path }) => other.has(path)),
    contracts,
  );
  return governed.length === 0 && governance.length === 0 && problems.length === 0;
}
