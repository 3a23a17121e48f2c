import type { Decision, PolicyMatch, Requirement } from "../engine/decision.ts";
import { isPassing } from "../engine/decision.ts";
import { approvedBy, isFilled, refusals, refusedPhrase } from "./approvals.ts";
import { type ChangeRow, changeRows, changesHeadline, requirementsOf, words } from "./changes.ts";
import { type AskedSince, nextSteps } from "./next-steps.ts";
import { code, count, listed, type Phrase, plain, say, sentence } from "./phrase.ts";

/** What every surface says about a decision, as one fold; surfaces only draw it. */
export interface DecisionView {
  /** null = the whole decision. */
  readonly policy: string | null;
  readonly verdict: Phrase;
  readonly headline: Phrase;
  readonly rows: readonly ChangeRow[];
  readonly requirements: readonly Requirement[];
  readonly steps: readonly Phrase[];
  readonly notCounted: readonly Phrase[];
  /** Shadow policies are recorded, not shown. */
  readonly policies: readonly PolicyMatch[];
}

/** `policy` null = the whole decision; else what one matched policy asks for, and nothing of the others. */
export function viewOf(decision: Decision, policy: string | null, asked: AskedSince = {}): DecisionView {
  const rows = changeRows(decision, policy);
  const requirements = requirementsOf(decision, policy);
  return {
    policy,
    verdict: verdictOf(decision, policy, requirements),
    headline:
      rows.length === 0 && !isPassing(decision.state)
        ? approvalHeadline(decision, requirements)
        : say`${changesHeadline(rows)} ${approvalHeadline(decision, requirements)}`,
    rows,
    requirements,
    steps: nextSteps(decision, policy, asked),
    notCounted: refusals(policy === null ? decision : { ...decision, refused: [] }, requirements).map(refusedPhrase),
    policies: decision.policies.filter((each) => each.mode !== "shadow" && (policy === null || each.name === policy)),
  };
}

/** One policy has its own line while people are waited for; everything graver concerns the whole change. */
function verdictOf(decision: Decision, policy: string | null, requirements: readonly Requirement[]): Phrase {
  const verdict = sentence(decision.verdict, 255);
  const countsVotes = decision.state === "pending_approval" || decision.state === "approved";
  if (policy === null || !countsVotes || requirements.length === 0) return verdict;
  const open = requirements.filter((requirement) => !isFilled(requirement));
  if (open.length === 0) return say`${approvedBy(requirements)}: ${code(policy)}`;
  const waiting = open.map(
    (each) => say`${each.team ?? each.role ?? (each.users.join(", ") || "one more person")} (${each.have} of ${each.minApprovals})`,
  );
  return say`Waiting for ${listed(waiting, 4)}: ${code(policy)}`;
}

function approvalHeadline(decision: Decision, requirements: readonly Requirement[]): Phrase {
  if (decision.group !== undefined && isPassing(decision.state)) return say`Each pull request in this group may land.`;
  switch (decision.state) {
    case "invalid":
      return say`It cannot be decided before a problem is fixed.`;
    case "error":
      return say`It cannot be decided: the truth could not be read.`;
    case "blocked":
      return say`An agent's boundary forbids it.`;
    case "overridden":
      return say`It passes by an override, not by approval.`;
    default: {
      const left = requirements.reduce((sum, each) => sum + Math.max(0, each.minApprovals - each.have), 0);
      if (left > 0) return say`${words(left === 1 ? "One approval is" : `${count(left, "approval")} are`)} missing.`;
      if (!isPassing(decision.state)) return say`It is not approved.`;
      return requirements.length === 0 ? say`No approval is needed.` : say`Every approval is there.`;
    }
  }
}

/** The verdict as one plain line. */
export function verdictLine(view: DecisionView): string {
  return plain(view.verdict);
}
