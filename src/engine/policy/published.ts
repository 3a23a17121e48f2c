import type { DecisionNode, NodeStatus, OverrideUse } from "../decision.ts";
import type { Facts, PublishedCheck } from "../facts.ts";
import type { Problem } from "../problem.ts";

/** What the app says itself holds a decision back that was made without its records: it saw every delivery. */
export function publishedNodes({ publishedCheck }: Facts): readonly DecisionNode[] {
  if (publishedCheck === undefined) return [];
  return [{ name: "the app's check", status: statusOf(publishedCheck), because: publishedWords(publishedCheck), children: [] }];
}

function statusOf({ conclusion }: PublishedCheck): NodeStatus {
  if (conclusion === "success") return "pass";
  return conclusion === null || conclusion === "action_required" ? "pending" : "invalid";
}

export function publishedProblems(facts: Facts): readonly Problem[] {
  return publishedNodes(facts)
    .filter(({ status }) => status === "invalid")
    .map(({ because }) => ({ code: "E001", message: because, file: null, line: null, severity: "error" }));
}

/** An override cures what a person may cure; that the app does not know of it is not among that. */
export function overrideBeside(
  { publishedCheck }: Facts,
  people: { readonly override: OverrideUse | null; readonly overrideNotes: readonly string[] },
): typeof people {
  const { override, overrideNotes } = people;
  if (override === null || publishedCheck === undefined || publishedCheck.conclusion === "success") return { override, overrideNotes };
  return { override: null, overrideNotes: [...overrideNotes, `an override by ${override.by} that the app's check does not show`] };
}

/** "`countersign: main` says action_required: Waiting for sec-ops" */
export function publishedWords({ name, conclusion, title }: PublishedCheck): string {
  return `\`${name}\` says ${conclusion ?? "in progress"}${title === null || title === "" ? "" : `: ${title}`}`;
}
