import type { Facts, PeopleFacts, Review } from "../engine/facts.ts";
import { requiredTeams } from "../engine/policy/required-teams.ts";
import type { Contribution, DraftContext, Electorate, ElectorateReading, Vote } from "./ports.ts";

/** The browser's committer: nobody, for the engine. */
const NOBODY = "web-flow";

/** Reads the people of a draft as they stand now, and puts them and the draft's votes in the place of what the facts say of people. */
export async function withPeople(
  electorate: Electorate,
  ask: { readonly tenantId: string; readonly facts: Facts; readonly context: DraftContext },
  next: { readonly contribution?: Contribution; readonly vote?: Vote } = {},
): Promise<Facts> {
  const { tenantId, facts, context } = ask;
  const contributions = [...context.contributions, ...(next.contribution === undefined ? [] : [next.contribution])];
  const votes = [...context.votes, ...(next.vote === undefined ? [] : [next.vote])];
  const ids = [
    context.draft.authorId,
    ...contributions.map(({ personId }) => personId),
    ...votes.flatMap(({ personId, actorId }) => [personId, actorId]),
  ];
  const reading = await electorate.read({
    tenantId,
    repositoryId: context.workspace.repositoryId,
    teams: requiredTeams(facts),
    people: [...new Set(ids.filter((id) => id !== null))].sort((a, b) => a - b),
  });
  return peopledFacts(facts, context, { reading, contributions, votes });
}

function peopledFacts(
  facts: Facts,
  context: DraftContext,
  known: { readonly reading: ElectorateReading; readonly contributions: readonly Contribution[]; readonly votes: readonly Vote[] },
): Facts {
  const { reading, contributions, votes } = known;
  const { headSha } = facts.subject;
  const logins = new Map(reading.actors.map((actor) => [actor.id, actor.login]));
  const loginOf = (id: number | null): string | null => (id === null ? null : (logins.get(id) ?? null));
  const author = loginOf(context.draft.authorId);
  const others = contributions.filter(({ personId }) => personId === null || personId !== context.draft.authorId);
  // Whoever opened a draft that nobody vouches for is its unknown author: counted once.
  const unknownAuthor = context.draft.authorId === null;
  const coAuthors = [
    ...new Set(others.filter(({ personId }) => personId !== null || !unknownAuthor).map((each) => loginOf(each.personId))),
  ];
  const commit = { sha: headSha, parents: [], author: author ?? NOBODY, committer: author ?? NOBODY, coAuthors, verified: true };
  const people: PeopleFacts = {
    ...reading,
    // Only an edit makes an earlier vote older than the head; its author is in the commit above.
    pushes: others
      .filter((each) => each.headSha === headSha && each.personId !== null)
      .map((each) => ({ sha: headSha, actor: loginOf(each.personId), at: each.at, forced: false })),
    commits: [commit],
    reviews: reviewsOf(votes, loginOf),
    labels: [],
    comments: [],
    history: { retargets: [], reopened: [], pushHistoryComplete: true },
    contentDigests: {},
  };
  return { ...facts, asOf: context.now, subject: { ...facts.subject, author }, people };
}

/** Each row is a review of its own; the engine takes the last that a person gave. */
function reviewsOf(votes: readonly Vote[], loginOf: (id: number) => string | null): readonly Review[] {
  const said = new Map<number, "APPROVED" | "CHANGES_REQUESTED">();
  return votes.map((vote) => {
    const before = said.get(vote.personId) ?? null;
    if (vote.kind === "approve") said.set(vote.personId, "APPROVED");
    if (vote.kind === "request_changes") said.set(vote.personId, "CHANGES_REQUESTED");
    const { headSha, contentDigest, receivedAt: at } = vote;
    const taken = vote.kind === "withdraw" || vote.kind === "dismiss";
    return {
      id: vote.seq,
      user: loginOf(vote.personId),
      state: taken ? "DISMISSED" : vote.kind === "approve" ? "APPROVED" : "CHANGES_REQUESTED",
      commitId: headSha,
      submittedAt: at,
      viaApp: null,
      receipt: { commitId: headSha, headSha, at, contentDigest },
      dismissedBy: taken ? loginOf(vote.actorId) : null,
      ...(taken ? { dismissedState: before } : {}),
    };
  });
}
