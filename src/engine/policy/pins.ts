/** What a name in the policy stood for when that policy came into force: names change hands, ids never do. */
export interface PolicyPin {
  readonly kind: "team" | "user";
  /** Slug or login, lower case. */
  readonly name: string;
  /** Of a user: null = nobody had that login. */
  readonly id: number | null;
}

/** A slug that is another team's now. */
export interface Replaced {
  readonly now: number;
  readonly was: number;
}

/** null = every pin of that slug is this team, or there is none. */
export function replacedTeam(team: { readonly slug: string; readonly id: number }, pins: readonly PolicyPin[]): Replaced | null {
  const other = pinsOf("team", team.slug, pins).find((id) => id !== null && id !== team.id);
  return other === undefined || other === null ? null : { now: team.id, was: other };
}

export function replacedTeamText(team: string, { now, was }: Replaced): string {
  return `team ${team} is another team now (id ${now}, was ${was}): change the policy`;
}

/** The account that a policy names; null = none was pinned. `disputed`: two policies name two accounts by one login. */
export function pinnedUser(login: string, pins: readonly PolicyPin[]): number | "disputed" | null {
  const ids = new Set(pinsOf("user", login, pins));
  return ids.size > 1 ? "disputed" : ([...ids][0] ?? null);
}

function pinsOf(kind: PolicyPin["kind"], name: string, pins: readonly PolicyPin[]): readonly (number | null)[] {
  const wanted = name.toLowerCase();
  return pins.flatMap((pin) => (pin.kind === kind && pin.name === wanted ? [pin.id] : []));
}
