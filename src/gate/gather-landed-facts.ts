import { decide } from "../engine/decide.ts";
import { isPassing } from "../engine/decision.ts";
import type { Facts, PeopleFacts, Team } from "../engine/facts.ts";
import type { GateDeps } from "./deps.ts";
import { gatherFacts } from "./gather-facts.ts";
import type { PullTruth } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { landedOn } from "./read-landing.ts";

/**
 * The facts about a merged pull request that was never decided, as they stood when it landed: the base and the policy of before it
 * (the tips of now hold what it brought), what people did until then, and who was in a team also when its head was last looked at, if it
 * ever was. Rejects with TruthError when a read fails.
 */
export async function gatherLandedFacts(deps: GateDeps, key: string, pull: PullTruth): Promise<Facts> {
  if (pull.mergeCommitSha === null) throw new TruthError(`merge of #${pull.number}`, "network", "GitHub names no merge commit yet");
  // Pushed to the base as it was: its own history holds no place that it was put on.
  const pushed = pull.mergeCommitSha === pull.headSha;
  const candidates = pushed ? [pull.baseSha] : await landedOn(deps.pulls, pull, pull.mergeCommitSha);
  const base = candidates[0]!;
  const earlier = (await deps.ledger.evaluationForHead(key, pull.headSha))?.facts.people ?? null;
  let facts: Facts | null = null;
  // A squash and a rebase look alike: whichever of the places it may have landed on, the policy there must let it pass.
  // The oldest first: what is there on the first look at a repository is its first version, and that may not be its own.
  for (const trusted of candidates.toReversed()) {
    const read = await gatherFacts(deps, key, pull, { base, trusted });
    facts = { ...read, people: read.people === null ? null : alsoThen(until(read.people, pull.mergedAt ?? null), earlier) };
    if (!isPassing(decide(facts).state)) break;
    // Who objected as a member and has left since may have left after the merge.
    if (facts.people === null || earlier === null) continue;
    const then: Facts = { ...facts, people: { ...facts.people, teams: asThen(facts.people, earlier), owners: earlier.owners } };
    if (isPassing(decide(then).state)) continue;
    facts = then;
    break;
  }
  return facts!;
}

/**
 * What came with or after the merge, or at an unknown instant, gave nobody leave to merge. GitHub tells whole seconds: an objection in that of
 * the merge may have been first.
 */
function until(people: PeopleFacts, mergedAt: string | null): PeopleFacts {
  const mergedMs = mergedAt === null ? Number.NaN : Date.parse(mergedAt);
  const before = ({ at }: { readonly at: string }) => Date.parse(at) < mergedMs;
  return {
    ...people,
    reviews: people.reviews.filter(
      ({ state, submittedAt }) => before({ at: submittedAt }) || (state !== "APPROVED" && Date.parse(submittedAt) === mergedMs),
    ),
    labels: people.labels.filter(before),
    comments: people.comments.filter(before),
  };
}

/** GitHub dates no membership: who came since the head was looked at may have come after the merge. */
function alsoThen(now: PeopleFacts, then: PeopleFacts | null): PeopleFacts {
  if (then === null) return now;
  const [idNow, idThen] = [idsOf(now), idsOf(then)];
  const owned = new Set(then.owners.map(idThen));
  return {
    ...now,
    owners: now.owners.filter((login) => owned.has(idNow(login))),
    teams: now.teams.map((team) => {
      const before = then.teams.find(({ id }) => id === team.id);
      if (before === undefined) return team;
      const were = new Set(before.members.map((member) => standing(member, idThen)));
      return { ...team, members: team.members.filter((member) => were.has(standing(member, idNow))) };
    }),
  };
}

function asThen(now: PeopleFacts, then: PeopleFacts): readonly Team[] {
  return now.teams.map((team) => then.teams.find(({ id }) => id === team.id) ?? team);
}

type IdOf = (login: string) => number | string;

function idsOf({ actors }: PeopleFacts): IdOf {
  const ids = new Map(actors.map(({ login, id }) => [login, id]));
  return (login) => ids.get(login) ?? login;
}

function standing({ user, state, inherited }: Team["members"][number], idOf: IdOf): string {
  return `${idOf(user)} ${state} ${inherited}`;
}
