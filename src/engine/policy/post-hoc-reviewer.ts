import { recogniseAgents } from "../agents/recognise.ts";
import type { Decision } from "../decision.ts";
import type { Facts } from "../facts.ts";
import { contributorsOf } from "./contributors.ts";
import { directoryOf } from "./directory.ts";
import { unfitness } from "./eligibility.ts";
import { readableSet } from "./parse.ts";
import { requiredTeams } from "./required-teams.ts";

/** Who closed the issue of a post-hoc review. */
export interface ReviewClosing {
  readonly actorId: number | null;
  readonly viaApp: number | null;
  readonly commit: string | null;
}

/**
 * Why this closing is no review; null = it is one. The reviewer is a person who may approve or override here, and is neither the
 * overrider nor anybody who wrote or approved the change. `facts`: read now, with people; `decisions`: those that stood while it was open.
 */
export function reviewRefusal(
  closing: ReviewClosing,
  overriderId: number | null,
  facts: Facts,
  decisions: readonly Decision[],
): string | null {
  const { people, subject } = facts;
  if (people === null) return "nobody is known";
  if (closing.viaApp !== null) return "it was closed through an app";
  if (closing.commit !== null) return `it was closed by the words of commit ${closing.commit.slice(0, 7)}, not by a person who looked`;
  const { config, policies } = readableSet(facts.policy);
  const directory = directoryOf(people, config, facts.inForce?.pins);
  const person = closing.actorId === null ? null : directory.byId(closing.actorId);
  if (person === null) return "who closed it may neither approve nor override here";
  if (person.id === overriderId) return "the overrider does not review the override";
  const unfit = unfitness(person, contributorsOf(subject, people, recogniseAgents(facts, config), directory));
  if (unfit !== null) return unfit.because;
  const approved = decisions.some((decision) =>
    decision.requirements.some(({ approvals }) => approvals.some(({ userId }) => userId === person.id)),
  );
  if (approved) return "an approver of the change does not review its override";
  const teams = requiredTeams(facts).some((team) => directory.membership(person.id, { kind: "team", team }).status === "member");
  const named = policies.flatMap((policy) => policy.approvers.flatMap(({ users }) => users));
  if (teams || directory.isOwner(person.id) || directory.membership(person.id, { kind: "users", users: named }).status === "member")
    return null;
  return "who closed it may neither approve nor override here";
}
