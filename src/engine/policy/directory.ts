import { canonicalJson } from "../canonical.ts";
import type { Actor, PeopleFacts, Team } from "../facts.ts";
import type { Config } from "./model.ts";
import { type PolicyPin, pinnedUser, type Replaced, replacedTeam } from "./pins.ts";

/** People who may fill a requirement. */
export type Group =
  | { readonly kind: "team"; readonly team: string }
  | { readonly kind: "users"; readonly users: readonly string[] }
  | { readonly kind: "owners" };

export type Membership =
  | { readonly status: "member" }
  | {
      readonly status: "no";
      readonly reason: "not_member" | "pending_member" | "child_team_only" | "not_in_organisation";
      readonly because: string;
    };

/** Who is who. Logins are resolved to numeric ids once; a login that resolves to nobody, or to two accounts, is nobody. */
export interface Directory {
  person(login: string | null): Actor | null;
  membership(id: number, group: Group): Membership;
  /** Everybody whose membership is `member`. */
  members(group: Group): ReadonlySet<number>;
  /** Every account that is known, by id. */
  everybody(): readonly number[];
  /** null = readable. Else why it cannot be relied on. */
  unreadable(group: Group): string | null;
  /** A slug that belongs to another team than when the policy came into force; such a team is unreadable. */
  replaced(team: string): Replaced | null;
  byId(id: number): Actor | null;
  isOwner(id: number): boolean;
  isAdmin(id: number): boolean;
}

const MEMBER: Membership = { status: "member" };
/** What a person named alone needs on the repository, where the name stood for no account when the policy came into force. */
const WRITING: ReadonlySet<string | undefined> = new Set(["write", "maintain", "admin"]);

/** @param pins what names stood for when the policy came into force; undefined = nobody kept that, and a name is whoever carries it now. */
export function directoryOf(people: PeopleFacts, config: Pick<Config, "approvals">, pins?: readonly PolicyPin[]): Directory {
  const actors = actorsByLogin(people.actors);
  const ids = new Map(people.actors.map((actor) => [actor.id, actor]));
  const person = (login: string | null): Actor | null => (login === null ? null : (actors.get(login.toLowerCase()) ?? null));
  const teams = new Map(
    [...Map.groupBy(people.teams, (team) => team.slug.toLowerCase())].map(([slug, said]) => {
      const team = said[0]!;
      // One slug for two teams, or one team said in two ways: nobody can tell who is in it.
      const certain = said.every((other) => other.readable && canonicalJson(other) === canonicalJson(team));
      const replaced = certain ? replacedTeam(team, pins ?? []) : null;
      return [slug, { team, readable: certain && replaced === null, replaced, entries: entriesById(team, person) }] as const;
    }),
  );
  const everybody = [...ids.keys()].sort((left, right) => left - right);
  const idsOf = (logins: readonly string[]): number[] => logins.flatMap((login) => person(login)?.id ?? []);
  const outsiders = outsidersOf(people, person);
  const owners = new Set(idsOf(people.owners).filter((id) => outsiders?.(id) !== true));
  const admins = new Set(idsOf(Object.keys(people.permissions).filter((login) => people.permissions[login] === "admin")));

  const roles = new Map(Object.entries(people.permissions).map(([login, role]) => [login.toLowerCase(), role]));

  /** Every requirement asks about every person, several times. */
  const asked = new Map<string, Map<number, Membership>>();

  function membership(id: number, group: Group): Membership {
    switch (group.kind) {
      case "owners":
        return owners.has(id) ? MEMBER : no("not_member", "not an owner");
      case "users":
        return individuals(group.users).includes(id) ? MEMBER : no("not_member", `not one of ${group.users.join(", ")}`);
      case "team":
        return teamMembership(id, group.team);
    }
  }

  function individuals(logins: readonly string[]): readonly number[] {
    if (pins === undefined) return idsOf(logins);
    return logins.flatMap((login) => {
      const pinned = pinnedUser(login, pins);
      if (pinned !== null) return pinned === "disputed" ? [] : [pinned];
      return WRITING.has(roles.get(login.toLowerCase())) ? idsOf([login]) : [];
    });
  }

  /** Asked of whoever the group names, and not of everybody. */
  function membersOf(group: Group): ReadonlySet<number> {
    switch (group.kind) {
      case "owners":
        return owners;
      case "users":
        // A pinned account need not have been seen here.
        return new Set(individuals(group.users).filter((id) => ids.has(id)));
      case "team": {
        const named = [...(teams.get(group.team.toLowerCase())?.entries.keys() ?? [])];
        return new Set(named.filter((id) => teamMembership(id, group.team).status === "member"));
      }
    }
  }

  function teamMembership(id: number, slug: string): Membership {
    const known = asked.get(slug) ?? new Map<number, Membership>();
    asked.set(slug, known);
    const before = known.get(id);
    if (before !== undefined) return before;
    const answer = readMembership(id, slug);
    known.set(id, answer);
    return answer;
  }

  function readMembership(id: number, slug: string): Membership {
    const found = teams.get(slug.toLowerCase());
    if (found === undefined || !found.readable) return no("not_member", `team ${slug} cannot be read`);
    if (outsiders?.(id) === true) return no("not_in_organisation", "not an active member of the organisation");
    const entries = found.entries.get(id) ?? [];
    const active = entries.filter((member) => member.state === "active");
    if (entries.some((member) => member.state === "pending")) return no("pending_member", `invited to ${slug} and not yet a member`);
    if (active.some((member) => !member.inherited || config.approvals.includeChildTeams)) return MEMBER;
    if (active.length > 0) return no("child_team_only", `in a child team of ${slug} only`);
    return no("not_member", `not a member of ${slug}`);
  }

  return {
    person,
    membership,
    members: membersOf,
    everybody: () => everybody,
    unreadable: (group) => {
      if (group.kind !== "team") return null;
      return teams.get(group.team.toLowerCase())?.readable === true ? null : group.team;
    },
    replaced: (team) => teams.get(team.toLowerCase())?.replaced ?? null,
    byId: (id) => ids.get(id) ?? null,
    isOwner: (id) => owners.has(id),
    isAdmin: (id) => admins.has(id) || owners.has(id),
  };
}

/** Who is said to be in the organisation and is not active there, or is not said to be; null = nobody looked. */
function outsidersOf({ organisation }: PeopleFacts, person: Directory["person"]): ((id: number) => boolean) | null {
  if (organisation === undefined) return null;
  const idsIn = (state: "active" | "pending") =>
    organisation.flatMap((member) => (member.state === state ? (person(member.user)?.id ?? []) : []));
  const [active, pending] = [new Set(idsIn("active")), new Set(idsIn("pending"))];
  return (id) => !active.has(id) || pending.has(id);
}

function entriesById(team: Team, person: Directory["person"]): ReadonlyMap<number, Team["members"]> {
  const entries = new Map<number, Team["members"]>();
  for (const member of team.members) {
    const id = person(member.user)?.id;
    if (id !== undefined) entries.set(id, [...(entries.get(id) ?? []), member]);
  }
  return entries;
}

function no(reason: Extract<Membership, { status: "no" }>["reason"], because: string): Membership {
  return { status: "no", reason, because };
}

function actorsByLogin(actors: readonly Actor[]): ReadonlyMap<string, Actor> {
  const found = new Map<string, Actor>();
  const ambiguous = new Set<string>();
  const logins = new Map<number, string>();
  for (const actor of actors) {
    const login = actor.login.toLowerCase();
    const earlier = found.get(login);
    // One login for two accounts, or one account said in two ways: nobody can tell who it is.
    if (earlier !== undefined && earlier.id !== actor.id) ambiguous.add(login);
    if (earlier !== undefined && (earlier.type !== actor.type || earlier.suspended !== actor.suspended)) ambiguous.add(login);
    const other = logins.get(actor.id);
    if (other !== undefined && other !== login) for (const each of [other, login]) ambiguous.add(each);
    logins.set(actor.id, login);
    found.set(login, actor);
  }
  for (const login of ambiguous) found.delete(login);
  return found;
}
