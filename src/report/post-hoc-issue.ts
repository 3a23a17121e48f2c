import type { Decision } from "../engine/decision.ts";
import { markdown } from "./markdown-escape.ts";
import { code, count, data, instant, listed, type Phrase, say } from "./phrase.ts";
import { viewOf } from "./view.ts";
import { within } from "./visible.ts";

const CHANGES_SHOWN = 30;
const CHANGES_BYTES = 20_000;

/** What the issue of a post-hoc review is about. */
export interface PostHocSubject {
  /** Id of the review: the mark by which the issue is found again. */
  readonly id: string;
  readonly pullRequest: number;
  readonly dueAt: string;
  readonly decision: Decision;
}

/** By this the issue is known as the one of this review; only our app's own issues are looked through. */
export function reviewMark(id: string): string {
  return `<!-- countersign:post-hoc-review ${id} -->`;
}

export function renderReviewIssue({ id, pullRequest, dueAt, decision }: PostHocSubject): { readonly title: string; readonly body: string } {
  const { override } = decision;
  const who = override?.by ?? "somebody";
  const facts: readonly (readonly [string, Phrase])[] = [
    ["Pull request", say`#${pullRequest}`],
    ["Overridden by", say`${who}`],
    ["Reason", say`${data(override?.reason ?? "")}`],
    ["Incident", say`${data(override?.incident ?? "none given")}`],
    ["Head", say`${code(decision.head)}`],
    ["Base", say`${code(decision.base)}`],
    ["Review due", say`${instant(dueAt)}`],
    ["Not met", unmet(decision)],
  ];
  const rows = viewOf(decision, null).rows.map((row) => `- ${markdown(say`${code(row.subject)}: ${listed(row.phrases, 4, "; ")}`)}`);
  const { shown, more } = within(rows, CHANGES_SHOWN, CHANGES_BYTES);
  const body = [
    reviewMark(id),
    `The gate was overridden: the change may land, or has landed, without the approvals that its policy asks for.`,
    facts.map(([name, phrase]) => `- **${name}**: ${markdown(phrase)}`).join("\n"),
    `**${count(rows.length, "governed change")}**\n\n${[...shown, ...(more === 0 ? [] : [`- and ${more} more`])].join("\n") || "- none could be read"}`,
    `**To do**: look at what landed and why, put right what is wrong, then close this issue. The review counts when it is closed by a person who may approve or override here and who neither overrode, wrote nor approved the change. Closed by anybody else, it is opened again.`,
  ].join("\n\n");
  return { title: `Post-hoc review: the override of #${pullRequest} (due ${dueAt.slice(0, 10)})`, body };
}

/** Why a closing did not count. */
export function renderClosingRefusal(who: string | null, because: string): string {
  return `Opened again: this closing${who === null ? "" : ` by ${markdown(say`${who}`)}`} is no post-hoc review (${markdown(say`${data(because)}`)}).`;
}

function unmet(decision: Decision): Phrase {
  const open = decision.requirements.filter(({ have, minApprovals }) => have < minApprovals);
  const problems = decision.problems.filter(({ severity }) => severity === "error").map(({ message }) => say`${data(message)}`);
  const missing = open.map(({ id, have, minApprovals }) => say`${code(id)} (${have} of ${minApprovals})`);
  const all = [...missing, ...problems];
  return all.length === 0 ? say`nothing` : listed(all, 10, "; ");
}
