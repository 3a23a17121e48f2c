import type { Facts } from "../engine/facts.ts";
import type { PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import type { PolicyPin } from "../engine/policy/pins.ts";
import { teamsOf, usersOf } from "../engine/policy/required-teams.ts";
import type { GateDeps, GatherDeps } from "./deps.ts";
import type { PolicyNames, PolicyVersion, RepositoryRef } from "./ports.ts";

/** One version that has a part in what is in force. */
export interface PolicyPart {
  readonly repository: RepositoryRef;
  readonly version: PolicyVersion;
}

interface PinnedPart extends PolicyPart {
  readonly pins: readonly PolicyPin[];
}

export type Pinned = readonly PinnedPart[];

/** What was kept of each part. null = nothing is kept here (no records). */
export async function readPins({ ledger }: GatherDeps, parts: readonly PolicyPart[]): Promise<Pinned | null> {
  const found = await Promise.all(
    parts.map(async (part): Promise<PinnedPart | null> => {
      const pins = await ledger.policyPins(part.repository.id, part.version.seq);
      return pins === null ? null : { ...part, pins };
    }),
  );
  const pinned = found.filter((part) => part !== null);
  return pinned.length === found.length ? pinned : null;
}

/** Facts with the pins; of none are kept, as they are. */
export function withPins(facts: Facts, pinned: Pinned | null): Facts {
  if (pinned === null || facts.inForce === undefined) return facts;
  return { ...facts, inForce: { ...facts.inForce, pins: pinned.flatMap(({ pins }) => pins) } };
}

/**
 * Pins the names that could not be read, or were not there to be read, when their version came into force: as they stand now, the first
 * time that anybody is asked by them. Teams as they were just read with the people.
 */
export async function pinNewNames(deps: GatherDeps, pinned: Pinned | null, people: Facts["people"]): Promise<Pinned | null> {
  if (pinned === null || people === null) return pinned;
  const readable = people.teams.filter((team) => team.readable);
  return Promise.all(
    pinned.map(async (part) => {
      const names = namesOf(part.version.sources);
      const isNew = (kind: PolicyPin["kind"], name: string) => !part.pins.some((pin) => pin.kind === kind && pin.name === lower(name));
      const users = names.users.filter((login) => isNew("user", login));
      const teams = readable.filter(({ slug }) => names.teams.some((team) => lower(team) === lower(slug)) && isNew("team", slug));
      const found: readonly PolicyPin[] = [
        ...teams.map(({ slug, id }) => ({ kind: "team", name: lower(slug), id }) as const),
        ...(users.length === 0 ? [] : await deps.pulls.namedIds(part.repository, { teams: [], users })),
      ];
      if (found.length === 0) return part;
      return { ...part, pins: await deps.ledger.keepPolicyPins(part.repository, part.version.seq, found) };
    }),
  );
}

/** At the moment a version comes into force. A team that is refused now is pinned when it is first read. */
export async function pinAtLanding({ pulls, ledger }: GateDeps, { repository, version }: PolicyPart): Promise<void> {
  const names = namesOf(version.sources);
  if (names.teams.length + names.users.length === 0) return;
  await ledger.keepPolicyPins(repository, version.seq, await pulls.namedIds(repository, names));
}

function namesOf(sources: readonly PolicySource[]): PolicyNames {
  const reading = parsePolicySet(sources);
  return reading.status === "ok" ? { teams: teamsOf(reading.set), users: usersOf(reading.set) } : { teams: [], users: [] };
}

function lower(name: string): string {
  return name.toLowerCase();
}
