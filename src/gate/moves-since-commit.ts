import type { GovernedFile } from "../engine/contract/finding.ts";
import { illegalMove } from "../engine/contract/lifecycle.ts";
import type { ContractFile } from "../engine/contract/model.ts";
import { readContract } from "../engine/contract/read.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import { readingRules } from "../engine/policy/words.ts";
import type { Problem } from "../engine/problem.ts";
import { type LocalRepository, Refusal } from "./ports.ts";
import { readSide } from "./read-change.ts";

/** E009 of contracts in the work tree against the last commit: the other side that is known where nothing else is named. */
export async function movesSinceCommit(
  repository: LocalRepository,
  tree: string,
  chosen: readonly GovernedFile[],
  set: PolicySet,
): Promise<readonly Problem[]> {
  const commit = repository.bare ? null : await repository.resolve("HEAD").catch(withoutCommit);
  if (commit === null) return [];
  const paths = new Set(chosen.map(({ path }) => path));
  const changed = (await repository.changedFiles(commit, tree)).files.filter(({ path, baseBlob }) => baseBlob !== null && paths.has(path));
  const contractsOf = async (side: "base" | "head") =>
    (await readSide(repository, side, changed, set.config.contracts.maxFileBytes)).flatMap((file) => contractIn(file, set));
  const before = new Map((await contractsOf("base")).map((contract) => [contract.key, contract]));
  return (await contractsOf("head")).flatMap((contract) => {
    const was = before.get(contract.key);
    return was === undefined ? [] : (illegalMove(was, contract) ?? []);
  });
}

function contractIn(file: ContractFile, set: PolicySet) {
  const reading = readContract(file, readingRules(set));
  return reading.status === "contract" ? [reading.contract] : [];
}

/** A repository that has no commit yet. */
function withoutCommit(error: unknown): null {
  if (error instanceof Refusal) return null;
  throw error;
}
