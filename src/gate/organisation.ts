import type { RepositoryRef } from "./ports.ts";

/** Name of the repository that holds an organisation's policy; which one it is, its pinned id says. */
const ORGANISATION_REPOSITORY = ".github";

/** Owner id -> id of the repository that holds the organisation's policy, from the server's configuration. */
export type PolicyRepositories = ReadonlyMap<number, number>;

/** The organisation's policy repository as seen from one of its repositories; null = none is pinned. */
export function policyRepositoryOf(pinned: PolicyRepositories, repository: RepositoryRef): RepositoryRef | null {
  const id = pinned.get(repository.ownerId);
  return id === undefined ? null : { ...repository, id, name: ORGANISATION_REPOSITORY };
}

/** True for the organisation's policy repository itself: it holds the organisation's files and governs itself. */
export function isPolicyRepository(pinned: PolicyRepositories, repository: RepositoryRef): boolean {
  return pinned.get(repository.ownerId) === repository.id;
}
