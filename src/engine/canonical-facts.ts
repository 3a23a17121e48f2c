import { canonicalJson } from "./canonical.ts";
import type { Facts, PeopleFacts } from "./facts.ts";
import { rewrite } from "./rewrite.ts";

/**
 * The same facts in one order: lists whose order means nothing are sorted and said once, git dates are left out, and no text holds
 * a lone surrogate. Two snapshots that differ only in such things decide alike, byte for byte.
 */
export function canonicalFacts(given: Facts): Facts {
  const facts = wellFormed(given) as Facts;
  const { diff } = facts;
  return {
    ...facts,
    policy: canonicalPolicy(facts.policy),
    ...(facts.proposal === undefined ? {} : { proposal: canonicalProposal(facts.proposal) }),
    ...(facts.inForce === undefined ? {} : { inForce: canonicalInForce(facts.inForce) }),
    governanceFiles: sorted(facts.governanceFiles, ({ path }) => path),
    diff: {
      ...diff,
      findings: sorted(diff.findings, (finding) => [finding.file, place(finding.line), place(finding.column), finding.code].join("\u0000")),
      files: sorted(diff.files, ({ path }) => path),
      losses: sorted(diff.losses, ({ contract }) => contract),
      unparseable: sorted(diff.unparseable, problemKey),
      warnings: sorted(diff.warnings, problemKey),
      environments: sorted(diff.environments, (word) => word),
      contracts: sorted(diff.contracts, ({ file }) => file),
    },
    people: facts.people === null ? null : canonicalPeople(facts.people),
    ...(facts.agents === undefined ? {} : { agents: canonicalAgents(facts.agents) }),
    lineage: { ...facts.lineage, dependents: sorted(facts.lineage.dependents, ({ name }) => name) },
    faults: sorted(facts.faults, ({ what }) => what),
    limits: sorted(facts.limits, problemKey),
  };
}

function canonicalPolicy(policy: Facts["policy"]): Facts["policy"] {
  const problems = sorted(policy.problems, problemKey);
  if (policy.status === "invalid") return { ...policy, problems };
  return { ...policy, problems, set: { ...policy.set, policies: sorted(policy.set.policies, ({ name }) => name) } };
}

function canonicalInForce(inForce: NonNullable<Facts["inForce"]>): NonNullable<Facts["inForce"]> {
  const { pins, notices } = inForce;
  return {
    ...inForce,
    notices: sorted(notices, problemKey),
    ...(pins === undefined ? {} : { pins: sorted(pins, ({ kind, name }) => `${kind} ${name}`) }),
  };
}

function canonicalProposal({ files, reading, preview }: NonNullable<Facts["proposal"]>): NonNullable<Facts["proposal"]> {
  return {
    files: sorted(files, (path) => path),
    reading: canonicalPolicy(reading),
    preview: preview === null ? null : { ...preview, pulls: sorted(preview.pulls, ({ pull }) => pull) },
  };
}

function canonicalAgents(agents: NonNullable<Facts["agents"]>): NonNullable<Facts["agents"]> {
  const problems = sorted(agents.registry.problems, problemKey);
  return {
    registry:
      agents.registry.status === "ok"
        ? { ...agents.registry, problems, agents: sorted(agents.registry.agents, ({ id }) => id) }
        : { ...agents.registry, problems },
    commits: sorted(agents.commits, ({ sha }) => sha),
    traces: sorted(agents.traces, ({ file }) => file),
    paths: sorted(agents.paths, (path) => path),
  };
}

function canonicalPeople(people: PeopleFacts): PeopleFacts {
  return {
    ...people,
    actors: sorted(people.actors, ({ id }) => place(id)),
    pushes: sorted(people.pushes, ({ at }) => at),
    commits: sorted(
      people.commits.map(({ authoredAt: _never, ...commit }) => ({
        ...commit,
        coAuthors: canonicalCoAuthors(commit.coAuthors),
      })),
      ({ sha }) => sha,
    ),
    reviews: sorted(people.reviews, ({ submittedAt }) => submittedAt),
    teams: sorted(
      people.teams.map((team) => ({ ...team, members: sorted(team.members, ({ user }) => user) })),
      ({ slug }) => slug,
    ),
    owners: sorted(people.owners, (login) => login),
    ...(people.organisation === undefined ? {} : { organisation: sorted(people.organisation, ({ user }) => user) }),
    labels: sorted(people.labels, ({ at }) => at),
    comments: sorted(people.comments, ({ at }) => at),
    ...(people.overdueReviews === undefined ? {} : { overdueReviews: sorted(people.overdueReviews, ({ due }) => due) }),
    history: {
      ...people.history,
      retargets: sorted(people.history.retargets, ({ at }) => at),
      reopened: sorted(people.history.reopened, ({ at }) => at),
    },
  };
}

/** An account that is named twice is one; of two whom nobody knows, nothing says so. */
function canonicalCoAuthors(coAuthors: readonly (string | null)[]): readonly (string | null)[] {
  const known = coAuthors.filter((login) => login !== null);
  return [...coAuthors.filter((login) => login === null), ...sorted(known, (login) => login)];
}

/** Sorted by `key`, then by content; equal items once. Content is looked at only where keys are equal: most lists have none. */
function sorted<T>(items: readonly T[], key: (item: T) => string): T[] {
  const groups = [...Map.groupBy(items, key)].sort(([left], [right]) => (left < right ? -1 : 1));
  return groups.flatMap(([, group]) => {
    if (group.length === 1) return group;
    const byContent = new Map(group.map((item) => [canonicalJson(item), item]));
    return [...byContent].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
  });
}

function place(number: number | null): string {
  return String(number ?? 0).padStart(10, "0");
}

function problemKey(problem: { readonly file: string | null; readonly line: number | null }): string {
  return `${problem.file ?? ""}\u0000${place(problem.line)}`;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value === null || typeof value !== "object") return value;
  return rewrite(value, wellFormed, (key) => key.toWellFormed());
}
