import type { PeopleFacts, Review as ReviewFact } from "../../src/engine/facts.ts";
import type { PullTruth, Receipt } from "../../src/gate/ports/pulls.ts";
import { TruthError } from "../../src/gate/ports/truth.ts";
import { commentFacts, type Dating, labelFacts } from "../../src/github/labels.ts";
import { type Objects, PEOPLE, type Pull, type Review, TEAM, type World } from "./world.ts";

/** What the GitHub adapter makes of a world; labels and comments are dated by its own code. */
export function peopleFacts(
  world: World,
  objects: Objects,
  truth: PullTruth,
  teams: readonly string[],
  receipts: readonly Receipt[],
): PeopleFacts {
  const pull = seen(world, truth.number);
  const pushes = world.pushes.filter(({ ref }) => ref === pull.headRef).map(({ ref: _ref, ...push }) => push);
  const complete = pushes.at(-1)?.sha === truth.headSha;
  const dating: Dating = { pull: truth, receipts, pushes: { pushes, complete }, retargets: pull.retargets };
  const base = world.refs[pull.baseRef]!;
  return {
    ...populationOf(world, teams),
    pushes,
    commits: objects.between(base, truth.headSha).map(({ sha, parents, author }) => ({
      ...{ sha, parents, author, committer: author },
      coAuthors: [],
      verified: true,
    })),
    reviews: pull.reviews.map((review) => reviewFact(review, receipts)),
    permissions: Object.fromEntries(votersOf(pull).map((login) => [login, "write"])),
    labels: labelFacts(
      pull.labels.map((label) => ({ ...label, actorId: PEOPLE[label.actor]!, viaApp: null })),
      dating,
    ),
    comments: commentFacts(
      pull.comments.map((comment) => ({ ...comment, edited: false, viaApp: null })),
      dating,
    ),
    history: {
      retargets: pull.retargets.map(({ at }, index, all) => ({ at, from: "?", to: index === all.length - 1 ? pull.baseRef : "?" })),
      reopened: pull.reopened,
      pushHistoryComplete: complete,
    },
    contentDigests: {},
  };
}

/** Who there is, whatever pull request is asked about. */
export function populationOf(world: World, teams: readonly string[]): Pick<PeopleFacts, "actors" | "teams" | "owners"> {
  return {
    actors: Object.entries(PEOPLE).map(([login, id]) => ({ id, login, type: "User", suspended: false })),
    teams: teams.map((slug) => ({
      slug,
      id: 900,
      readable: slug === TEAM,
      members: slug === TEAM ? world.team.map((user) => ({ user, state: "active", inherited: false })) : [],
    })),
    owners: ["ana"],
  };
}

/** As a replica has it, which may not know it yet. */
export function seen(world: World, number: number): Pull {
  const pull = world.pulls.find((each) => each.number === number);
  if (pull === undefined) throw new TruthError(`pull #${number}`, "auth", `pull #${number}: 404`);
  return pull;
}

function votersOf(pull: Pull): readonly string[] {
  return [...new Set([...pull.reviews, ...pull.comments].map(({ user }) => user))].filter((login) => login !== "ana");
}

function reviewFact(review: Review, receipts: readonly Receipt[]): ReviewFact {
  const first = receipts.find(
    ({ kind, subject, actorId }) => kind === "review" && subject === String(review.id) && actorId === PEOPLE[review.user],
  );
  const { id, user, state, commitId, submittedAt, dismissal } = review;
  const head = first?.headSha ?? null;
  return {
    ...{ id, user, state, commitId, submittedAt, viaApp: null },
    receipt: first === undefined || head === null ? null : { commitId: first.commitId, headSha: head, at: first.at },
    dismissedBy: dismissal?.by ?? null,
    ...(dismissal === null ? {} : { dismissedState: dismissal.of }),
  };
}
