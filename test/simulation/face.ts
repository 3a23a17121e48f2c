import type { ContractFile } from "../../src/engine/contract/model.ts";
import type { CheckRunState, Checks, Conversation, Issues, Protection, PullRequests, PullTruth, Repository } from "../../src/gate/ports.ts";
import { OVERRIDE_LABEL, takeOff } from "./acts.ts";
import { bytesOf } from "./contents.ts";
import type { GitHub } from "./github.ts";
import { peopleFacts, populationOf, seen } from "./people-facts.ts";
import { BASES, OWNER, PEOPLE, type Pull, pullOf, REPOSITORY, type Run, type World } from "./world.ts";

/** How a call reaches GitHub: reads are given the world that answers, writes happen to the true one. */
export interface Wire {
  read<T>(what: string, answer: (world: World) => T): Promise<T>;
  /** `late`: the caller has long given up. */
  write<T>(what: string, effect: (late: boolean) => T): Promise<T>;
}

/** Told of every check run that GitHub takes. */
export type OnCheck = (run: Run, late: boolean) => void;

const HOME = { ...REPOSITORY, ownerType: "Organization", defaultBranch: "main" } as const;

export interface FaceOptions {
  readonly squashOnly: boolean;
}

export function createPulls(github: GitHub, wire: Wire, options: FaceOptions): PullRequests {
  const { objects } = github;
  const truthOf = (world: World, number: number): PullTruth => truth(github, world, number, options);
  return {
    read: ({ number }) => wire.read(`pull #${number}`, (world) => truthOf(world, number)),
    branch: (_repository, name) =>
      wire.read(`branch ${name}`, (world) => {
        const sha = world.refs[name];
        return sha === undefined ? null : { sha, protected: name === "main" };
      }),
    content: () => createContent(github, wire),
    people: (pull, teams, receipts) => wire.read("people", (world) => peopleFacts(world, objects, pull, teams, receipts)),
    commits: (pull) =>
      wire.read("commits", (world) => {
        const commits = objects.between(world.refs[pull.baseRef]!, pull.headSha);
        return { commits: commits.map(({ sha, parents }) => ({ sha, parents })), complete: true };
      }),
    contributions: () => Promise.reject(new Error("not simulated: contributions")),
    lookAgain: ({ number }, withReviews) =>
      wire.read("second look", (world) => {
        const { headSha, baseRef, state, updatedAt, reviews } = seen(world, number);
        return {
          ...{ headSha, baseRef, state, updatedAt },
          reviews: withReviews ? reviews.map(({ id, state, commitId }) => ({ id, state, commitId })) : null,
        };
      }),
    commit: (_repository, sha) =>
      wire.read("commit", () => {
        const { parents } = objects.of(sha);
        return { sha, parents, tree: sha };
      }),
    removeLabel: ({ number }) =>
      wire.write("label", () => {
        const pull = pullOf(github.world, number)!;
        if (pull.labels.some(({ removedAt }) => removedAt === null)) takeOff(github, pull, "ana");
      }),
    home: () => wire.read("home", () => ({ ownerType: "Organization", defaultBranch: "main" })),
    repository: () => wire.read("repository", () => HOME),
    pullsFromBranch: (_repository, branch) =>
      wire.read("pulls from branch", (world) =>
        world.pulls.filter(({ headRef, state }) => headRef === branch && state === "open").map(({ number }) => number),
      ),
    pullsOfCommit: (_repository, sha) =>
      wire.read("pulls of commit", (world) => world.pulls.filter((pull) => pull.state === "open" && pull.headSha === sha)),
    landingsOf: (_repository, sha) =>
      wire.read("landings", (world) => world.pulls.filter(({ merge }) => merge?.sha === sha).map(({ number }) => number)),
    tipsOf: (_repository, branch) =>
      wire.read("tips", (world) =>
        world.pushes
          .filter(({ ref }) => ref === branch)
          .map(({ sha }) => sha)
          .reverse(),
      ),
    population: (_home, teams) =>
      wire.read("population", (world) => ({ ...populationOf(world, teams), ownerType: "Organization", permissions: {} })),
    namedIds: () => wire.read("names", () => []),
  };
}

function truth(github: GitHub, world: World, number: number, { squashOnly }: FaceOptions): PullTruth {
  const pull = seen(world, number);
  const { merge, author, headSha, headRef, baseRef, state, updatedAt } = pull;
  const baseSha = world.refs[baseRef]!;
  return {
    ...{ repository: HOME, number, title: headRef, state, draft: false, headSha, headRef, baseRef, baseSha, updatedAt, squashOnly },
    merged: merge !== null,
    mergeCommitSha: merge?.sha ?? null,
    mergedBy: merge === null ? null : { id: PEOPLE[merge.by]!, login: merge.by },
    mergedAt: merge?.at ?? null,
    author: { id: PEOPLE[author]!, login: author, type: "User" },
    headRepositoryId: REPOSITORY.id,
    headRepository: { owner: OWNER.login, name: REPOSITORY.name },
    stackBase: null,
    commits: commitCount(github, pull, baseSha),
  };
}

/** As many as it brought, also after it was merged. */
function commitCount({ objects }: GitHub, { headSha, merge }: Pull, base: string): number {
  const before = merge === null ? base : objects.of(merge.sha).parents[0]!;
  return Math.max(1, objects.between(before, headSha).length);
}

function createContent({ objects }: GitHub, wire: Wire): Repository {
  return {
    mergeBase: (base, head) => wire.read("merge base", () => objects.mergeBase(base, head)),
    changedFiles: (base, head) =>
      wire.read("tree", () => {
        const before = base === null ? {} : objects.of(base).tree;
        const after = objects.of(head).tree;
        const paths = Object.keys({ ...before, ...after }).filter((path) => before[path] !== after[path]);
        const files = paths.sort().map((path) => ({ path, ...side("base", before[path]), ...side("head", after[path]) }));
        return { files: files as never, incomplete: null };
      }),
    readFile: ({ path, mode, blob }) =>
      wire.read("blob", (): ContractFile => ({ path, mode, blob, bytes: bytesOf(blob), unreadable: null }) as ContractFile),
    entryAt: (commit, path) =>
      wire.read("entry", () => {
        const blob = objects.of(commit).tree[path];
        return blob === undefined ? null : { mode: "100644", blob };
      }),
  };
}

function side(name: "base" | "head", blob: string | undefined): object {
  return { [`${name}Mode`]: blob === undefined ? null : "100644", [`${name}Blob`]: blob ?? null };
}

export function stateOf({ id, name, sha, externalId, conclusion }: Run): CheckRunState {
  const status = conclusion === null ? "in_progress" : "completed";
  return { id, name, headSha: sha, externalId, status, conclusion };
}

export function createChecks(github: GitHub, wire: Wire, onCheck: OnCheck): Checks {
  const put = (run: Run, late: boolean): CheckRunState => {
    const { world } = github;
    github.become({ ...world, runs: [...world.runs.filter(({ id }) => id !== run.id), run] });
    onCheck(run, late);
    return stateOf(run);
  };
  return {
    create: (_repository, { headSha: sha, name, conclusion, externalId }) =>
      wire.write("create check", (late) => put({ id: github.nextId(), sha, name, conclusion, externalId }, late)),
    update: (_repository, id, { name, headSha: sha, conclusion, externalId }) =>
      wire.write("update check", (late) => put({ id, sha, name, conclusion, externalId }, late)),
    find: (_repository, sha, name) =>
      wire.read("find check", (world) => {
        const runs = world.runs.filter((run) => run.sha === sha && run.name === name);
        return runs.sort((a, b) => b.id - a.id).map(stateOf);
      }),
    others: () => wire.read("other checks", () => []),
  };
}

export function createIssues(github: GitHub, wire: Wire): Issues {
  return {
    standingLabel: ({ number }) =>
      wire.read("label", (world) => {
        const found = seen(world, number).labels.find(({ name, removedAt }) => name === OVERRIDE_LABEL && removedAt === null);
        return found === undefined ? null : { actorId: PEOPLE[found.actor]!, at: found.at };
      }),
    findReviewIssue: ({ id }) => wire.read("issue", (world) => world.issues.find(({ mark }) => mark === id)?.number ?? null),
    openReviewIssue: ({ id }) =>
      wire.write("issue", () => {
        const number = 5000 + github.world.issues.length;
        github.become({ ...github.world, issues: [...github.world.issues, { number, mark: id }] });
        return number;
      }),
    read: () => wire.read("issue", () => ({ state: "open", closing: null })),
    reopen: () => wire.write("issue", () => {}),
    explainRefusal: () => wire.write("issue", () => {}),
  };
}

export function createProtection(wire: Wire): Protection {
  const { id, owner, name, ownerId } = REPOSITORY;
  return {
    appId: 7,
    repository: () => wire.read("repository", () => ({ id, owner, name, ownerId, defaultBranch: "main", archived: false })),
    branches: () => wire.read("branches", (world) => BASES.map((ref) => ({ name: ref, protected: ref === "main", sha: world.refs[ref]! }))),
    rules: () => Promise.reject(new Error("not simulated: rules")),
    classic: () => Promise.reject(new Error("not simulated: classic protection")),
    rulesets: () => Promise.reject(new Error("not simulated: rulesets")),
  };
}

export function createConversation(wire: Wire): Conversation {
  return {
    requestReview: () => wire.write("review request", () => {}),
    roleOf: () => wire.read("role", () => "write"),
    react: () => wire.write("reaction", () => {}),
    comment: () => wire.write("comment", () => 1),
    editComment: () => wire.write("comment", () => true),
    findComment: () => wire.read("comment", () => null),
  };
}
