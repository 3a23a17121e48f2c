import type { Decision } from "../engine/decision.ts";
import { COMMAND_WORDS } from "../engine/policy/comment-command.ts";
import { markdownBody } from "./markdown.ts";
import { codeBlock, codeSpan, markdown } from "./markdown-escape.ts";
import { sentence } from "./phrase.ts";
import { renderTree } from "./tree.ts";
import { viewOf } from "./view.ts";
import { cutBytes } from "./visible.ts";

/** GitHub refuses a longer comment. */
const COMMENT_MAX_BYTES = 65_000;
const TREE_MAX_BYTES = 50_000;

export type CommentPage =
  | { readonly kind: "help"; readonly unknown: boolean }
  | { readonly kind: "status" | "explain"; readonly decision: Decision }
  | { readonly kind: "summary"; readonly decision: Decision; readonly evaluationId: string }
  | { readonly kind: "refusal"; readonly command: string; readonly because: readonly string[] };

/** Invisible, and told from anything that text from outside could write by its place: the first line. */
export function markerLine(marker: string): string {
  return `<!-- ${marker} -->`;
}

/** One comment. The marker stands first, so that no length cuts it off. */
export function renderComment(pages: readonly CommentPage[], place: { readonly marker: string; readonly publicUrl: string }): string {
  const body = pages.map((page) => renderPage(page, place.publicUrl)).join("\n\n");
  return `${markerLine(place.marker)}\n${cutBytes(body, COMMENT_MAX_BYTES)}`;
}

function renderPage(page: CommentPage, publicUrl: string): string {
  switch (page.kind) {
    case "help":
      return `${page.unknown ? "That is no command I know. " : ""}Commands, each on a line of its own:\n\n${help()}`;
    case "refusal":
      return `${codeSpan(page.command)}: ${page.because.map((each) => markdown(sentence(each))).join("; ")}.`;
    case "status":
      return status(page.decision);
    case "explain":
      return `**${markdown(sentence(page.decision.verdict, 255))}**\n\n${codeBlock("text", cutBytes(renderTree(page.decision.tree, { color: false }), TREE_MAX_BYTES).split("\n"))}`;
    case "summary": {
      const detailsUrl = `${publicUrl.replace(/\/+$/, "")}/evaluations/${page.evaluationId}`;
      const view = viewOf(page.decision, null);
      return `### ${markdown(view.verdict)}\n\n${markdownBody(page.decision, view, { evaluationId: page.evaluationId, detailsUrl })}`;
    }
  }
}

function help(): string {
  return Object.entries(COMMAND_WORDS)
    .map(([word, what]) => `- ${codeSpan(`/countersign ${word}`)}: ${markdown(sentence(what))}`)
    .join("\n");
}

/** The verdict and what to do next; the rest is on the check. */
function status(decision: Decision): string {
  const view = viewOf(decision, null);
  const steps = view.steps.map((step) => `- ${markdown(step)}`).join("\n");
  return `**${markdown(view.verdict)}**\n\n${steps}`;
}
