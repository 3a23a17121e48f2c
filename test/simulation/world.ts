import { FIRST_TREE } from "./contents.ts";

/**
 * What is true on the simulated GitHub. A world is never changed but followed by another one, so every moment of a run can be asked about
 * afterwards, and a replica that lags answers from an older world. Instants are ISO 8601 in whole seconds, as GitHub tells them.
 */
export interface World {
  readonly refs: Readonly<Record<string, string>>;
  readonly pulls: readonly Pull[];
  readonly runs: readonly Run[];
  /** Logins in the team `sec-ops`. */
  readonly team: readonly string[];
  /** Moves of every branch, oldest first. */
  readonly pushes: readonly BranchPush[];
  readonly issues: readonly Issue[];
}

export interface Pull {
  readonly number: number;
  readonly author: string;
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly state: "open" | "closed";
  readonly merge: { readonly sha: string; readonly by: string; readonly at: string } | null;
  readonly reviews: readonly Review[];
  readonly labels: readonly Label[];
  readonly comments: readonly Comment[];
  readonly reopened: readonly { readonly at: string }[];
  readonly retargets: readonly { readonly at: string }[];
  readonly updatedAt: string;
  readonly closedAt: string | null;
}

export interface Review {
  readonly id: number;
  readonly user: string;
  readonly state: "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";
  readonly commitId: string;
  readonly submittedAt: string;
  readonly dismissal: { readonly by: string; readonly of: "APPROVED" | "CHANGES_REQUESTED" } | null;
}

export interface Label {
  readonly name: string;
  readonly actor: string;
  readonly at: string;
  readonly removedAt: string | null;
}

export interface Comment {
  readonly id: number;
  readonly user: string;
  readonly body: string;
  readonly at: string;
}

export interface BranchPush {
  readonly ref: string;
  readonly sha: string;
  readonly actor: string;
  readonly at: string;
  readonly forced: boolean;
}

/** A check run of our app; of those with one name on one commit, GitHub shows the newest. */
export interface Run {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly conclusion: string | null;
  readonly externalId: string;
}

export interface Issue {
  readonly number: number;
  readonly mark: string;
}

export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  /** Path -> blob id. */
  readonly tree: Readonly<Record<string, string>>;
  readonly author: string;
}

export const PEOPLE: Readonly<Record<string, number>> = { alice: 11, bob: 12, carol: 13, ana: 14, dave: 15 };
export const OWNER = { id: 2, login: "acme" } as const;
export const REPOSITORY = { id: 100, owner: OWNER.login, name: "customers", ownerId: OWNER.id, installationId: 5 } as const;
export const TEAM = "sec-ops";

/** Git: commits are made and never changed. */
export class Objects {
  readonly commits = new Map<string, Commit>();
  #made = 0;

  add(parents: readonly string[], tree: Commit["tree"], author: string): string {
    this.#made += 1;
    const sha = `a${this.#made.toString(16).padStart(39, "0")}`;
    this.commits.set(sha, { sha, parents, tree, author });
    return sha;
  }

  of(sha: string): Commit {
    const commit = this.commits.get(sha);
    if (commit === undefined) throw new Error(`no commit ${sha}`);
    return commit;
  }

  /** The commit and everything before it, nearest first. */
  history(sha: string): readonly string[] {
    const seen = new Set<string>([sha]);
    for (const each of seen) for (const parent of this.of(each).parents) seen.add(parent);
    return [...seen];
  }

  /** The newest commit that both have; commits are numbered in the order in which they were made. */
  mergeBase(left: string, right: string): string {
    const before = new Set(this.history(left));
    const common = this.history(right).filter((sha) => before.has(sha));
    return common.sort().at(-1)!;
  }

  /** What `head` has that `base` has not, oldest first. */
  between(base: string, head: string): readonly Commit[] {
    const before = new Set(this.history(base));
    return this.history(head)
      .filter((sha) => !before.has(sha))
      .sort()
      .map((sha) => this.of(sha));
  }
}

/** `main` is production, `develop` is development, `scratch` is nobody's. */
export const BASES = ["main", "develop", "scratch"] as const;

export function firstWorld(objects: Objects, at: string): World {
  const root = objects.add([], FIRST_TREE, "ana");
  const pushes = BASES.map((ref) => ({ ref, sha: root, actor: "ana", at, forced: false }));
  return {
    refs: Object.fromEntries(BASES.map((ref) => [ref, root])),
    pulls: [],
    runs: [],
    team: ["bob", "carol"],
    pushes,
    issues: [],
  };
}

export function pullOf(world: World, number: number): Pull | undefined {
  return world.pulls.find((pull) => pull.number === number);
}

export function withPull(world: World, pull: Pull): World {
  const others = world.pulls.filter(({ number }) => number !== pull.number);
  return { ...world, pulls: [...others, pull].sort((a, b) => a.number - b.number) };
}

/** What GitHub shows under a name on a commit; undefined = nothing. */
export function shown(world: World, sha: string, name: string): Run | undefined {
  return world.runs.filter((run) => run.sha === sha && run.name === name).sort((a, b) => b.id - a.id)[0];
}
