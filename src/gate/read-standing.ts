import type { PolicyReading, PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import { asOrigin } from "./policy-in-force.ts";
import type { PolicyStanding } from "./ports.ts";

/** What is in force of one repository, read. */
export interface ReadStanding extends PolicyStanding {
  readonly reading: PolicyReading;
  readonly isOrganisations: boolean;
  /** The organisation's policy stands over it; null = there is none. */
  readonly organisation: PolicyStanding | null;
}

/** @param organisation id of the repository that holds the organisation's policy; null = none. */
export function readStanding(own: PolicyStanding, all: readonly PolicyStanding[], organisation: number | null): ReadStanding {
  const isOrganisations = own.repositoryId === organisation;
  const above = isOrganisations ? null : (all.find(({ repositoryId }) => repositoryId === organisation) ?? null);
  const theirs = asOrigin(above?.version.sources ?? [], "org").map(
    (source): PolicySource => ({ ...source, path: `organisation/${source.path}` }),
  );
  const sources = asOrigin(own.version.sources, isOrganisations ? "org" : "repo");
  return { ...own, isOrganisations, organisation: above, reading: parsePolicySet([...theirs, ...sources]) };
}
