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
    const doubted = facts.people === null ? null : inDoubt(facts, facts.people);
    if (doubted === null) continue;
    facts = doubted;
    break;
  }
  return facts!;
}

/**
 * An objection that would have counted from a member or an owner, by somebody who is neither as far as is known: nothing says that they were
 * neither at the merge, so nothing is approved. null = there is none.
 */
function inDoubt(facts: Facts, people: PeopleFacts): Facts | null {
  const objecting = people.reviews.filter(
    ({ state, dismissedState }) => state === "CHANGES_REQUESTED" || (state === "DISMISSED" && dismissedState !== "APPROVED"),
  );
  const logins = [...new Set(objecting.flatMap(({ user }) => user ?? []))];
  const active = logins.map((user) => ({ user, state: "active" as const }));
  const members = active.map((one) => ({ ...one, inherited: false }));
  const joined: PeopleFacts = {
    ...people,
    teams: people.teams.map((team) => ({ ...team, members: [...team.members, ...members] })),
    owners: [...people.owners, ...logins],
    ...(people.organisation === undefined ? {} : { organisation: [...people.organisation, ...active] }),
  };
  if (logins.length === 0 || isPassing(decide({ ...facts, people: joined }).state)) return null;
  const which = objecting.map(({ id }) => id).join(", ");
  const message =
    `it was merged before it was decided, and changes had been requested (review ${which}) by somebody ` +
    "who may have been in a team or an owner then: GitHub dates no membership";
  return { ...facts, limits: [...facts.limits, { code: "E008", message, file: null, line: null, severity: "error" }] };
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

type IdOf = (login: string) => number | string;

function idsOf({ actors }: PeopleFacts): IdOf {
  const ids = new Map(actors.map(({ login, id }) => [login, id]));
  return (login) => ids.get(login) ?? login;
}

function standing({ user, state, inherited }: Team["members"][number], idOf: IdOf): string {
  return `${idOf(user)} ${state} ${inherited}`;
}
