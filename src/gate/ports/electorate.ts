import type { PeopleFacts } from "../../engine/facts.ts";

/** Everything about people that a vote in Studio is judged by, as GitHub says it now. */
export type ElectorateReading = Pick<PeopleFacts, "actors" | "teams" | "owners" | "permissions" | "organisation">;

export interface ElectorateAsk {
  readonly tenantId: string;
  /** null = the tenant's account is asked, and nobody has a permission on a repository. */
  readonly repositoryId: number | null;
  /** Slugs. */
  readonly teams: readonly string[];
  /** Account ids whose logins and standing must be in `actors`, as far as GitHub knows them. */
  readonly people: readonly number[];
}

/**
 * Who may vote, read at the moment of the decision. A team that answers 404 or 403 comes back with `readable: false`;
 * anything else that cannot be read rejects with a `TruthError`, and no vote is recorded.
 */
export interface Electorate {
  read(ask: ElectorateAsk): Promise<ElectorateReading>;
}
