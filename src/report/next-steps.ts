import { type Decision, isPassing, type Requirement } from "../engine/decision.ts";
import { assertNever, type Problem } from "../engine/problem.ts";
import { dueAt, slaHoursOf } from "../engine/sla.ts";
import { isFilled, missing, requirementName } from "./approvals.ts";
import { requirementsOf, words } from "./changes.ts";
import { code, data, instant, listed, type Phrase, say, sentence } from "./phrase.ts";

/** Requirement id -> the instant since which it has been asked for. */
export type AskedSince = Readonly<Record<string, string>>;

/** What to do next, and by whom: never empty. With a policy, what that policy still needs. */
export function nextSteps(decision: Decision, policy: string | null, asked: AskedSince = {}): readonly Phrase[] {
  const steps = [...stepsOfState(decision, policy, asked), ...decision.overrideNotes.map((note) => sentence(note))];
  return decision.simulated ? [...steps, say`This result is simulated: flags stood in for facts, and no check will follow it.`] : steps;
}

function stepsOfState(decision: Decision, policy: string | null, asked: AskedSince): readonly Phrase[] {
  if (decision.group !== undefined && !isPassing(decision.state) && decision.state !== "error")
    return [
      say`The queue takes the group apart. Have what is listed under Problems approved on its own pull request, then queue it again.`,
    ];
  switch (decision.state) {
    case "not_applicable":
    case "auto_approved":
    case "approved":
      return [say`Nothing: no approval is missing.`];
    case "overridden":
      return overrideSteps(decision);
    case "pending_approval":
      return approvalSteps(decision, policy, asked);
    case "rejected":
      return [
        say`Whoever asked for changes approves once they are made, or a member of the same team, or an admin, who did not work on this change dismisses that review.`,
        ...openRequirements(decision, policy).map((requirement) => approvalStep(decision, requirement, asked)),
      ];
    case "blocked":
      return [
        say`No approval cures this: change what the agent is allowed to do through a reviewed change of its boundaries, or let a person make this change.`,
      ];
    case "invalid":
      return [
        say`Fix ${words(decision.problems.length === 1 ? "the problem" : "what is listed under Problems")}. A push runs the check again by itself; after a cure elsewhere, re-run it. Nothing is approved under a guess.`,
      ];
    case "error":
      return errorSteps(decision);
    default:
      return assertNever(decision.state);
  }
}

function openRequirements(decision: Decision, policy: string | null): readonly Requirement[] {
  return requirementsOf(decision, policy).filter((requirement) => !isFilled(requirement));
}

function approvalSteps(decision: Decision, policy: string | null, asked: AskedSince): readonly Phrase[] {
  const open = openRequirements(decision, policy);
  if (open.length > 0) return open.map((requirement) => approvalStep(decision, requirement, asked));
  return [
    policy === null
      ? say`See the explanation: no single requirement is open.`
      : say`Nothing for this policy; the rest of the change still waits.`,
  ];
}

/** "A member of sec-ops other than the author reviews and approves this pull request: any one of @bob, @carol. Due 24 h after the request." */
function approvalStep(decision: Decision, requirement: Requirement, asked: AskedSince): Phrase {
  const left = requirement.minApprovals - requirement.have;
  const name = requirementName(requirement);
  const who =
    requirement.team !== null
      ? say`${words(left === 1 ? "A member" : `${left} different members`)} of ${name} other than the author`
      : requirement.users.length > 0
        ? say`${words(left === 1 ? "One" : String(left))} of ${name}`
        : requirement.role === null
          ? say`${words(left === 1 ? "One more person" : `${left} more people`)} who did not work on this change`
          : say`${words(left > 1 ? String(left) : requirement.minApprovals > 1 ? "One more of the" : "One")} ${name} who did not work on this change`;
  const people =
    requirement.completers.length > 0
      ? say`: ${missing(requirement, decision)}`
      : decision.peopleKnown
        ? say`. Nobody eligible is known: add people to the team, or correct the policy`
        : say``;
  return say`${who} ${words(left === 1 ? "reviews and approves" : "review and approve")} this pull request${people}.${because(requirement)}${due(decision, requirement, asked)}`;
}

const BECAUSE_SHOWN = 3;

/** Why a person more is asked for where no policy does: " GitHub does not vouch for who wrote commit 3f2a91c." */
function because({ because: reasons = [] }: Requirement): Phrase {
  if (reasons.length === 0) return [];
  const said = reasons.map((each) => sentence(each, 160));
  return say` This is because ${listed(said, BECAUSE_SHOWN, "; ")}.`;
}

/** Instants, not hours that are left: what is published stands still while time goes on. */
function due(decision: Decision, requirement: Requirement, asked: AskedSince): Phrase {
  const hours = slaHoursOf(decision, requirement);
  const since = asked[requirement.id];
  if (since === undefined) return hours === null ? [] : say` Due ${hours} h after the request.`;
  const by = hours === null ? say`` : say`; due ${data(instant(dueAt(since, hours)))}`;
  return say` It was requested on ${data(instant(since))}${by}.`;
}

function overrideSteps(decision: Decision): readonly Phrase[] {
  if (decision.override === null) return [say`A post-hoc review is due.`];
  return [
    say`Someone who neither overrode, wrote nor approved this change reviews it by ${data(instant(decision.override.postHocReviewDue))}.`,
    say`The override ends at ${data(instant(decision.override.expiresAt))}, with the next push, or when the label is removed.`,
  ];
}

function errorSteps(decision: Decision): readonly Phrase[] {
  if (decision.exitCode === 4)
    return [
      say`Give Countersign the permission that the problem names, then run the check again. Nothing passes until it can read the truth.`,
    ];
  if (decision.exitCode === 3) return [say`Nothing yet: the read is retried by itself. Nothing passes until it can read the truth.`];
  return [say`This is a fault of Countersign, not of the change: please report it with the evaluation id. Nothing passes meanwhile.`];
}

/** "ana at Nov 22, 14:00 UTC: pager 1234 (incident INC-1234)"; null without an override. */
export function overridePhrase(decision: Decision): Phrase | null {
  const { override } = decision;
  if (override === null) return null;
  const incident = override.incident === null ? say`` : say` (incident ${data(override.incident, 80)})`;
  return say`${data(override.by, 80)} at ${data(instant(override.at))}: ${data(override.reason)}${incident}`;
}

/** "E001 `contracts/a.yaml` line 9: unknown key … (hint)" */
export function problemPhrase(problem: Problem): Phrase {
  const where =
    problem.file === null ? say`` : problem.line === null ? say` ${code(problem.file)}` : say` ${code(problem.file)} line ${problem.line}`;
  const hint = problem.hint === undefined ? say`` : say` (${sentence(problem.hint, 240)})`;
  return say`${words(problem.severity === "warning" ? "Warning " : "")}${data(problem.code, 8)}${where}: ${sentence(problem.message)}${hint}`;
}
