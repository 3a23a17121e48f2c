import type { Decision, RefusedApproval, Requirement } from "../engine/decision.ts";
import { ask, count, data, joined, listed, type Phrase, say, sentence, strong } from "./phrase.ts";

const PEOPLE_SHOWN = 10;

/** `sec-ops (security-engineer)`, or the people by name. */
export function requirementName(requirement: Requirement): Phrase {
  const { team, role, users } = requirement;
  if (team !== null) return role === null ? say`${strong(team)}` : say`${strong(team)} (${role})`;
  if (users.length > 0)
    return listed(
      users.map((user) => say`${strong(user)}`),
      PEOPLE_SHOWN,
    );
  return role === null ? say`one more person` : say`${strong(role)}`;
}

export function needs(requirement: Requirement): Phrase {
  return say`${requirementName(requirement)}: ${requirement.minApprovals}`;
}

/** Who counted; empty when nobody did. */
export function has(requirement: Requirement): Phrase {
  const people = requirement.approvals.map((approval) => say`${data(approval.user, 80)}`);
  if (people.length === 0) return requirement.have === 0 ? [] : say`${requirement.have} of ${requirement.minApprovals}`;
  return listed(people, PEOPLE_SHOWN);
}

export function isFilled(requirement: Requirement): boolean {
  return requirement.have >= requirement.minApprovals;
}

/** Who would fill the next slot. Only people who are asked may be pinged, and only a decision that waits for people asks any. */
export function missing(requirement: Requirement, decision: Decision): Phrase {
  if (isFilled(requirement)) return [];
  const asks = decision.state === "pending_approval" || decision.state === "rejected";
  const people = requirement.completers.map((login) => [asks ? ask(login) : data(login.replace(/^@/, ""), 80)]);
  const left = requirement.minApprovals - requirement.have;
  if (people.length === 0)
    return decision.peopleKnown ? say`${count(left, "approval")}: nobody eligible is known` : say`${count(left, "approval")}`;
  if (people.length < left)
    return say`${listed(people, PEOPLE_SHOWN)}; ${count(left - people.length, "more person", "more people")}: nobody eligible is known`;
  if (people.length === 1) return people[0]!;
  return say`${left === 1 ? "any one" : `any ${left}`} of ${listed(people, PEOPLE_SHOWN)}`;
}

/** Reviews that count for nothing, each once, with every reason. One that fills another requirement does count. */
export function refusals(decision: Decision, requirements: readonly Requirement[]): readonly RefusedApproval[] {
  const counted = new Set(decision.requirements.flatMap((requirement) => requirement.approvals.map(({ reviewId }) => reviewId)));
  const everywhere = [...decision.refused, ...requirements.flatMap((requirement) => requirement.refused)];
  const once = new Map<string, RefusedApproval>();
  for (const refused of everywhere) {
    if (counted.has(refused.reviewId)) continue;
    const key = JSON.stringify([refused.user, refused.reviewId]);
    const known = once.get(key);
    if (known === undefined) once.set(key, refused);
    else if (!known.because.split("; ").includes(refused.because))
      once.set(key, { ...known, because: `${known.because}; ${refused.because}` });
  }
  return [...once.values()];
}

/** "alice's approval (author of this change)" */
export function refusedPhrase(refused: RefusedApproval): Phrase {
  // A dismissed review may have been a request for changes.
  const vote = refused.reason === "dismissed" ? say`'s review` : say`'s approval`;
  return say`${data(refused.user, 80)}${vote} (${sentence(refused.because, 200)})`;
}

/** "Approved by bob (sec-ops), dana (privacy)" for one set of requirements. */
export function approvedBy(requirements: readonly Requirement[]): Phrase {
  const people = requirements.flatMap((requirement) =>
    requirement.approvals.map((approval) =>
      requirement.team === null ? say`${approval.user}` : say`${approval.user} (${requirement.team})`,
    ),
  );
  return joined([say`Approved by `, listed(people, PEOPLE_SHOWN)], "");
}
