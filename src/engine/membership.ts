import { digest } from "./canonical.ts";
import type { PeopleFacts } from "./facts.ts";

/** Who was in a team, or owned the organisation, when something was decided: enough to see that it has changed. */
export interface Membership {
  /** `team <slug>`, or `owners`. */
  readonly name: string;
  readonly digest: string;
}

export const OWNERS = "owners";

export function teamName(slug: string): string {
  return `team ${slug}`;
}

/** By account ids, so that a rename is no change. Only who is active counts in a vote. */
export function membershipsOf({ actors, teams, owners }: Pick<PeopleFacts, "actors" | "teams" | "owners">): readonly Membership[] {
  const ids = new Map(actors.map(({ login, id }) => [login, id]));
  const sealed = (name: string, value: object): Membership => ({ name, digest: digest("countersign/membership/v1", value) });
  return [
    sealed(OWNERS, owners.map((login) => ids.get(login) ?? login).sort()),
    ...teams.map(({ slug, id, readable, members }) => {
      const active = members
        .filter(({ state }) => state === "active")
        .map(({ user, inherited }) => `${ids.get(user) ?? user} ${inherited}`);
      return sealed(teamName(slug), { id, readable, members: active.sort() });
    }),
  ];
}
