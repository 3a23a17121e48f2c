import { type Decision, isPassing, type NodeStatus, type State } from "../engine/decision.ts";
import { has, isFilled, missing, requirementName } from "./approvals.ts";
import { words } from "./changes.ts";
import { exitMeaning } from "./exit-codes.ts";
import { overridePhrase, problemPhrase } from "./next-steps.ts";
import { count, type Phrase, say, sentence } from "./phrase.ts";
import { levelAsks, points, riskName } from "./risk.ts";
import { changes, fieldDiff, type Page, title } from "./terminal-changes.ts";
import { type Colors, colorsFor, escapeTerminal, terminal } from "./terminal-escape.ts";
import { paint } from "./tree.ts";
import { viewOf } from "./view.ts";
import { wrap } from "./wrap.ts";

const ITEMS_SHOWN = 12;
const WIDTH_MIN = 40;
/** Below it nothing is drawn in columns. */
const NARROW = 60;
const WIDTH_MAX = 140;

const STATUS_OF = {
  not_applicable: "pass",
  auto_approved: "pass",
  approved: "pass",
  overridden: "overridden",
  pending_approval: "pending",
  rejected: "rejected",
  blocked: "blocked",
  invalid: "invalid",
  error: "error",
} as const satisfies Record<State, NodeStatus>;

/** The status that a state shows on a text surface. */
export function statusOf(state: State): NodeStatus {
  return STATUS_OF[state];
}

/** A decision for a person at a terminal of `width` columns. */
export function renderTerminal(decision: Decision, options: { readonly color: boolean; readonly width: number }): string {
  const colors = colorsFor(options.color);
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, options.width));
  const view = viewOf(decision, null);
  const page: Page = { decision, view, colors, width };
  const sections = [
    verdict(page),
    override(page),
    problems(page),
    changes(page),
    fieldDiff(page),
    approvals(page),
    notCounted(page),
    risk(page),
    steps(page),
    exit(page),
  ];
  return `\n${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function verdict({ decision, view, colors, width }: Page): string {
  const tint = isPassing(decision.state)
    ? decision.state === "overridden"
      ? colors.magenta
      : colors.green
    : decision.state === "pending_approval"
      ? colors.yellow
      : colors.red;
  const simulated = decision.simulated ? `\n${colors.inverse(" SIMULATED ")} flags stood in for facts` : "";
  const line = wrap(terminal(view.verdict, colors), width - 2, "  ");
  const headline = wrap(`  ${terminal(view.headline, colors)}`, width, "  ");
  const compared = wrap(`  ${comparedSides(decision, colors)}`, width, "  ");
  return `${tint(colors.bold(paint(STATUS_OF[decision.state], colors)))} ${colors.bold(line)}\n${headline}\n${compared}${simulated}`;
}

/** Nothing to compare is no good news: it is said. */
function comparedSides({ base, head }: Decision, colors: Colors): string {
  if (base === head) return colors.yellow("base and head are the same commit: nothing was compared (name them with --base and --head)");
  return colors.dim(`base ${escapeTerminal(base.slice(0, 12))}, head ${escapeTerminal(head.slice(0, 12))}`);
}

function bullets(title: string, phrases: readonly Phrase[], page: Page, bullet: (index: number) => string): string {
  if (phrases.length === 0) return "";
  const shown = phrases
    .slice(0, ITEMS_SHOWN)
    .map((phrase, index) => wrap(`  ${bullet(index)} ${terminal(phrase, page.colors)}`, page.width, "    "));
  const left = phrases.length - ITEMS_SHOWN;
  const more = left > 0 ? [wrap(`    and ${count(left, "more", "more")}: see --format json`, page.width, "    ")] : [];
  return [title, ...shown, ...more].join("\n");
}

function override(page: Page): string {
  const phrase = overridePhrase(page.decision);
  return phrase === null ? "" : bullets(title("Override", page.colors), [phrase], page, () => page.colors.magenta("⚠"));
}

function problems(page: Page): string {
  const { red, yellow } = page.colors;
  const all = page.decision.problems;
  return bullets(title("Problems", page.colors), all.map(problemPhrase), page, (index) =>
    all[index]!.severity === "warning" ? yellow("!") : red("✖"),
  );
}

function approvals(page: Page): string {
  const { decision, view, colors, width } = page;
  if (view.requirements.length === 0) return "";
  const lines = view.requirements.map((each) => {
    const counted = has(each);
    const filled = isFilled(each);
    const state = say`${requirementName(each)}  ${words(`${each.have} of ${each.minApprovals}`)}`;
    const who = filled
      ? say`: ${counted}`
      : say`${counted.length > 0 && each.approvals.length > 0 ? say`: ${counted};` : say`,`} missing: ${missing(each, decision)}`;
    const from = colors.dim(`  for ${escapeTerminal(each.source.join(", "))}`);
    return wrap(`  ${paint(filled ? "pass" : "pending", colors)} ${terminal(state, colors)}${terminal(who, colors)}${from}`, width, "    ");
  });
  return [title("Approvals", colors), ...lines].join("\n");
}

function notCounted(page: Page): string {
  return bullets(title("Not counted", page.colors), page.view.notCounted, page, () => page.colors.yellow("!"));
}

function risk({ decision, colors, width }: Page): string {
  if (decision.state === "error") return "";
  const { score, level, factors, floors } = decision.risk;
  const tint = level === "low" ? colors.green : level === "medium" ? colors.yellow : colors.red;
  const filled = Math.max(0, Math.min(20, Math.round(score * 2)));
  const bar = width < NARROW ? "" : `  ${tint("█".repeat(filled))}${colors.dim("░".repeat(20 - filled))}`;
  const lines = factors.map((factor) =>
    wrap(
      `  ${points(factor.points).padStart(4)}  ${escapeTerminal(factor.name).padEnd(23)} ${colors.dim(terminal(sentence(factor.because, 160), colors))}`,
      width,
      " ".repeat(width < NARROW ? 8 : 32),
    ),
  );
  const raised = floors.map((floor) => wrap(`  ${colors.yellow("!")} ${terminal(sentence(floor, 200), colors)}`, width, "    "));
  return [`${title(riskName(decision), colors)}${bar}`, ...lines, ...raised, wrap(`  ${colors.dim(levelAsks(level))}`, width, "  ")].join(
    "\n",
  );
}

function steps(page: Page): string {
  return bullets(title("What to do next", page.colors), page.view.steps, page, () => page.colors.cyan("→"));
}

function exit({ decision, colors, width }: Page): string {
  return colors.dim(wrap(`Exit code ${decision.exitCode}: ${exitMeaning(decision.exitCode)}`, width, "  "));
}
