import type { Actor, CommitFact, Facts } from "../facts.ts";
import { type Named, namesAgent } from "./identity.ts";
import { registrations } from "./registered.ts";

export interface Launch {
  /** Logins of everybody who is said to have launched the agent: each counts as author. */
  readonly by: readonly string[];
  /** GitHub vouches for one of them, or the agent's work came with a person's own pushes. */
  readonly known: boolean;
}

/**
 * Who launched an agent. A trailer names a contributor wherever it stands; it settles the question only on a commit that GitHub
 * vouches for, and only with a person that GitHub knows: else whoever launched an agent could name somebody else.
 */
export function launchOf(named: Named, facts: Facts): Launch {
  const { people } = facts;
  const own = (login: string | null) => login !== null && isOwn(named, login, facts);
  // Who launched one agent says nothing about another.
  const isAuthor = own(facts.agent?.id ?? null);
  const told = isAuthor ? (facts.agent?.launchedBy ?? null) : null;
  if (people === null) return { by: told === null ? [] : [told], known: true };
  // No agent is a person, this one or another, even where GitHub takes its account for one.
  const agents = registrations(facts);
  const person = (login: string) =>
    people.actors.find(
      (each) => same(each.login, login) && each.type === "User" && !own(each.login) && !agents.some((agent) => namesAgent(agent, each)),
    ) ?? null;
  const claimed = people.commits.flatMap((commit) => (commit.trailers?.launchedBy ?? []).map((login) => ({ login, commit })));
  const attributed = people.commits.filter((commit) => own(commit.author) && commit.verified).flatMap((commit) => peopleOf(commit, person));
  const by = [...(told === null ? [] : [told]), ...claimed.map(({ login }) => login), ...attributed.map(({ login }) => login)];
  // Where no account of the agent authored or pushed anything, its work came with the pushes of people, who count as contributors.
  const acts =
    isAuthor ||
    own(facts.subject.author) ||
    people.pushes.some(({ actor }) => own(actor)) ||
    people.commits.some(({ author }) => own(author));
  const vouched = claimed.some(({ login, commit }) => commit.verified && person(login) !== null);
  return { by: [...new Set(by)].sort(), known: !acts || told !== null || vouched || attributed.length > 0 };
}

function peopleOf(commit: CommitFact, person: (login: string) => Actor | null): readonly Actor[] {
  return commit.coAuthors.flatMap((login) => (login === null ? [] : (person(login) ?? [])));
}

function isOwn({ id, registration }: Named, login: string, { people }: Facts): boolean {
  if (registration === null) return same(id, login);
  return namesAgent(registration, { login, id: people?.actors.find((each) => same(each.login, login))?.id ?? null });
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
