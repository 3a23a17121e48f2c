import type { OverrideUse, RefusedApproval, Requirement } from "../decision.ts";
import type { Facts, PeopleFacts } from "../facts.ts";
import type { Problem } from "../problem.ts";
import { type Contributors, contributorsOf, type LaunchedAgent } from "./contributors.ts";
import { candidate, countApprovals, type People, uncounted } from "./count.ts";
import { type Directory, directoryOf, type Group } from "./directory.ts";
import { judgeVotes, type Objection, unfitness } from "./eligibility.ts";
import type { Config } from "./model.ts";
import { readOverride } from "./override.ts";
import { replacedTeamText } from "./pins.ts";
import { type Demand, UNKNOWN_CONTRIBUTORS } from "./requirements.ts";

const MAX_UNKNOWN_CONTRIBUTORS = 2;

/** Changes requested by somebody who may fill a requirement. */
export interface Rejection {
  readonly user: string;
  readonly reviewId: number;
  /** "changes requested by carol (sec-ops)" */
  readonly because: string;
}

export interface Hearing {
  readonly requirements: readonly Requirement[];
  readonly satisfied: boolean;
  readonly rejections: readonly Rejection[];
  readonly refused: readonly RefusedApproval[];
  readonly override: OverrideUse | null;
  readonly overrideNotes: readonly string[];
  readonly peopleProblems: readonly { readonly problem: Problem; readonly configuration: boolean }[];
}

export interface Occasion {
  readonly facts: Facts;
  readonly agents: readonly LaunchedAgent[];
  readonly config: Config;
  readonly content: string;
  readonly bindTo: "content" | "head";
  /** False: an ungoverned base or an unread policy; only an override is looked for. */
  readonly governed: boolean;
}

/** Who approved, who may, who objects, who overrides. Without people facts teams are taken as existing and nobody has voted. */
export function hearPeople(occasion: Occasion, demand: (unknownContributors: number) => Demand): Hearing {
  const { facts, config } = occasion;
  if (facts.people === null) {
    const wanted = demand(0);
    return { ...NOTHING_HEARD, ...uncounted(wanted), peopleProblems: askable(wanted, null) };
  }
  return hear(occasion, facts.people, directoryOf(facts.people, config, facts.inForce?.pins), demand);
}

const NOTHING_HEARD = { rejections: [], refused: [], override: null, overrideNotes: [] } as const;

function hear(
  { facts, agents, config, content, bindTo, governed }: Occasion,
  people: PeopleFacts,
  directory: Directory,
  demand: (unknown: number) => Demand,
): Hearing {
  const contributors = contributorsOf(facts.subject, people, agents, directory);
  const { use, notes } = readOverride({ subject: facts.subject, people, directory, contributors, config, asOf: facts.asOf });
  const wanted = demand(contributors.unknown.length);
  const binding = { subject: facts.subject, people, content, bindTo };
  const votes = judgeVotes({ directory, contributors, binding, apps: config.approvals.apps, asOf: facts.asOf });
  const known: People = { directory, contributors, approvals: votes.approvals };
  const count = countApprovals(wanted, known);
  return {
    ...count,
    requirements: count.requirements.map((each) =>
      each.source.includes(UNKNOWN_CONTRIBUTORS) ? { ...each, because: contributors.unknown } : each,
    ),
    rejections: governed ? rejectionsOf(votes.objections, wanted, known) : [],
    refused: votes.refused,
    override: use,
    overrideNotes: notes,
    peopleProblems: [...askable(wanted, directory), ...tooManyUnknown(contributors, wanted, config)],
  };
}

/** Teams that cannot be read, and requirements that nobody at all could ever fill. */
function askable({ slots, ask }: Demand, directory: Directory | null): Hearing["peopleProblems"] {
  const problems: { problem: Problem; configuration: boolean }[] = [];
  const missing = ask.need - ask.teams.length;
  if (missing > 0)
    problems.push(
      configurationProblem(`nobody to ask: ${ask.level} risk needs people of ${ask.need} teams`, "set `teams.designated` in .choochoorc"),
    );
  if (directory === null) return problems;
  const groups: readonly Group[] = slots.flatMap((slot) => [...slot.anyOf, ...(slot.holders ?? [])]);
  const unreadable = [...new Set(groups.flatMap((group) => directory.unreadable(group) ?? []))].sort();
  for (const team of unreadable) problems.push(unreadableTeam(team, directory));
  const ownersOnly = slots.some((slot) => slot.anyOf.length > 0 && slot.anyOf.every((group) => group.kind === "owners"));
  if (ownersOnly && !directory.everybody().some((id) => directory.isOwner(id)))
    problems.push(configurationProblem("nobody to ask: no owner is known", "set `teams.designated` and `teams.executive` in .choochoorc"));
  return problems;
}

function unreadableTeam(team: string, directory: Directory): Hearing["peopleProblems"][number] {
  const other = directory.replaced(team);
  if (other === null) return configurationProblem(`Cannot read team ${team} (404 or 403)`, "give the app Members: read or fix the name");
  const message = replacedTeamText(team, other);
  return configurationProblem(message, "a pull request that changes the policy takes the names as they are when it lands");
}

function tooManyUnknown(contributors: Contributors, { slots }: Demand, config: Config): Hearing["peopleProblems"] {
  const limit = config.approvals.unknownContributors === "block" ? 0 : MAX_UNKNOWN_CONTRIBUTORS;
  if (slots.length === 0 || contributors.unknown.length <= limit) return [];
  const message = `${contributors.unknown.length} unknown contributors (at most ${limit}): ${contributors.unknown.slice(0, 5).join("; ")}`;
  return [{ problem: { code: "E001", message, file: null, line: null, severity: "error" }, configuration: false }];
}

function configurationProblem(message: string, hint: string): { problem: Problem; configuration: boolean } {
  return { problem: { code: "E001", message, file: null, line: null, severity: "error", hint }, configuration: true };
}

/** An objection stands until that person approves, or somebody entitled who had no hand in the change dismisses it. */
function rejectionsOf(objections: readonly Objection[], demand: Demand, people: People): readonly Rejection[] {
  return objections.flatMap((objection) => {
    const where = rolesOf(objection.userId, demand, people);
    if (where.length === 0 || lifted(objection, where, demand, people)) return [];
    const dismissed = objection.dismissedBy === undefined ? "" : ", dismissed by somebody who may not";
    return [{ user: objection.user, reviewId: objection.reviewId, because: `${objection.user} (${where[0]!.name})${dismissed}` }];
  });
}

/** A team, or people named together, that a person may speak for. */
interface Voice {
  /** As the check names it. */
  readonly name: string;
  readonly group: string;
}

/** By team and not by requirement: a requirement may be open to several teams, and one does not speak for another. */
function rolesOf(id: number, demand: Demand, people: People): readonly Voice[] {
  const speaks = (name: string, anyOf: readonly Group[]): readonly Voice[] =>
    anyOf
      .filter((group) => people.directory.membership(id, group).status === "member")
      .map((group) => ({ name, group: JSON.stringify(group).toLowerCase() }));
  const slots = demand.slots.filter((slot) => slot.kind !== "unknown" && slot.kind !== "level" && candidate(slot, id, demand, people));
  const teams = demand.ask.need === 0 ? [] : demand.ask.teams;
  return [...slots.flatMap((slot) => speaks(slot.id, slot.anyOf)), ...teams.flatMap((team) => speaks(team.name, team.anyOf))];
}

function lifted(objection: Objection, where: readonly Voice[], demand: Demand, people: People): boolean {
  const id = objection.dismissedBy;
  if (id === undefined || id === null) return false;
  const actor = people.directory.byId(id);
  if (actor === null || unfitness(actor, people.contributors) !== null) return false;
  return people.directory.isAdmin(id) || rolesOf(id, demand, people).some(({ group }) => where.some((each) => each.group === group));
}
