import type { Decision } from "../engine/decision.ts";
import { type Annotation, annotationsOf } from "./annotations.ts";
import { allChanges, markdownBody } from "./markdown.ts";
import type { AskedSince } from "./next-steps.ts";
import { type DecisionView, verdictLine, viewOf } from "./view.ts";
import { cutBytes } from "./visible.ts";

/** GitHub refuses a check run whose title or fields are longer, and a check that is refused is a check that is missing. */
const TITLE_MAX = 255;
const FIELD_MAX_BYTES = 65_535;

export interface CheckRunAction {
  /** At most 20 characters. */
  readonly label: string;
  /** At most 40 characters. */
  readonly description: string;
  /** At most 20 characters. */
  readonly identifier: string;
}

export interface CheckRunOutput {
  readonly title: string;
  readonly summary: string;
  readonly text: string | null;
  readonly annotations: readonly Annotation[];
  readonly actions: readonly CheckRunAction[];
}

/** What a check run says. `policy` null = the aggregate check; else one matched policy, and that policy only. */
export function renderCheckRun(
  decision: Decision,
  view: { readonly policy: string | null; readonly evaluationId: string; readonly detailsUrl: string | null; readonly asked?: AskedSince },
): CheckRunOutput {
  const folded = viewOf(decision, view.policy, view.asked);
  const text = allChanges(decision, folded, FIELD_MAX_BYTES);
  return {
    title: checkTitle(decision, folded),
    summary: cutBytes(markdownBody(decision, folded, view), FIELD_MAX_BYTES),
    text: text === null ? null : cutBytes(text, FIELD_MAX_BYTES),
    annotations: annotationsOf(decision, folded),
    actions: asksPeople(decision) ? [RE_EVALUATE, REQUEST_REVIEWERS] : [RE_EVALUATE],
  };
}

/** Plain text to GitHub; the zero-width space keeps a field called `@team` from reading as a call. */
function checkTitle(decision: Decision, view: DecisionView): string {
  const line = `${decision.simulated ? "SIMULATED " : ""}${verdictLine(view)}`.replace(/[@#](?=\w)/g, "$&\u200B");
  if (line.length <= TITLE_MAX) return line;
  let end = 0;
  for (const character of line) {
    if (end + character.length > TITLE_MAX - 1) break;
    end += character.length;
  }
  return `${line.slice(0, end)}…`;
}

function asksPeople({ requirements, group }: Decision): boolean {
  return group === undefined && requirements.some(({ have, minApprovals }) => have < minApprovals);
}

const REQUEST_REVIEWERS = {
  label: "Request reviewers",
  description: "Ask the people who are missing again",
  identifier: "request-reviewers",
} as const;
const RE_EVALUATE = { label: "Re-evaluate", description: "Read everything again and decide", identifier: "re-evaluate" } as const;
