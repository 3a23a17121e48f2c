import { type LocalRepository, Refusal } from "./ports.ts";

/** Where no default branch can be told, a revision that was named stands in for it: the strictest environment, never an ungoverned one. */
export async function defaultBranchOf(repository: LocalRepository, named: string | null): Promise<string> {
  if (named === null) return repository.defaultBranch();
  return repository.defaultBranch().catch(async (error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    return (await repository.branchName(named)) ?? named;
  });
}

/** The default branch as the remote has it, when there is one: a local main may be stale. */
export async function defaultBranchRevision(repository: LocalRepository, name: string): Promise<string> {
  const remote = `refs/remotes/origin/${name}`;
  return repository.resolve(remote).then(
    () => remote,
    () => name,
  );
}
