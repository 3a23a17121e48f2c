import type { State } from "../engine/decision.ts";
import { statusOf } from "../report/terminal.ts";
import { SYMBOLS } from "../report/tree.ts";

export const STATE_WORDS = {
  not_applicable: "Not governed",
  auto_approved: "Auto-approved",
  approved: "Approved",
  overridden: "Override",
  pending_approval: "Waiting for approval",
  rejected: "Changes requested",
  blocked: "Blocked",
  invalid: "Cannot be decided",
  error: "Cannot be decided yet",
} as const satisfies Record<State, string>;

/** The state as a disc; the words stand beside it. */
export function StateSymbol({ state }: { state: State }) {
  return (
    <span class="disc" aria-hidden="true">
      {SYMBOLS[statusOf(state)]}
    </span>
  );
}
