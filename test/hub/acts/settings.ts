import type { Pull, Repo } from "../state.ts";

/** Which ways to merge a repository takes. */
export interface MergeMethods {
  readonly merge: boolean;
  readonly squash: boolean;
  readonly rebase: boolean;
}

const methods = new WeakMap<Repo, MergeMethods>();
const stacks = new WeakMap<Pull, { readonly number: number; readonly size: number; readonly position: number; readonly base: string }>();

export function mergeMethodsOf(repo: Repo): MergeMethods {
  return methods.get(repo) ?? { merge: true, squash: true, rebase: true };
}

export function setMergeMethods(repo: Repo, to: MergeMethods): void {
  methods.set(repo, to);
}

/** GitHub's own stacks (a preview): the object on each of their pull requests. */
export function setStack(repo: Repo, pulls: readonly Pull[], base: string): void {
  for (const [index, pull] of pulls.entries()) stacks.set(pull, { number: repo.id, size: pulls.length, position: index + 1, base });
}

export function stackView(repo: Repo, pull: Pull) {
  const stack = stacks.get(pull);
  if (stack === undefined) return {};
  const { number, size, position, base } = stack;
  return { stack: { id: number, number, size, position, base: { ref: base, sha: repo.refs.get(`refs/heads/${base}`) ?? pull.baseSha } } };
}
