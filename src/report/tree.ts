import type { DecisionNode, NodeStatus } from "../engine/decision.ts";
import { sentence } from "./phrase.ts";
import { type Colors, colorsFor, escapeTerminal, terminal } from "./terminal-escape.ts";

/** How each status looks, on every surface that draws text. */
export const SYMBOLS = {
  pass: "✔",
  info: "·",
  warn: "!",
  pending: "○",
  rejected: "✖",
  invalid: "✖",
  blocked: "⊘",
  error: "✖",
  overridden: "⚠",
} as const satisfies Record<NodeStatus, string>;

const PAINT = {
  pass: "green",
  info: "dim",
  warn: "yellow",
  pending: "yellow",
  rejected: "red",
  invalid: "red",
  blocked: "red",
  error: "red",
  overridden: "magenta",
} as const satisfies Record<NodeStatus, keyof Colors>;

/** Deeper than any decision; a file given to `explain` may be anything. */
const DEPTH_MAX = 60;

/** The decision tree as indented text, one line a node. */
export function renderTree(node: DecisionNode, options: { readonly color: boolean }): string {
  const colors = colorsFor(options.color);
  const lines: string[] = [];
  draw(node, "", "", 0);
  return `${lines.join("\n")}\n`;

  function draw(current: DecisionNode, lead: string, indent: string, depth: number): void {
    lines.push(
      `${colors.dim(lead)}${paint(current.status, colors)} ${colors.bold(escapeTerminal(current.name))}${because(current, colors)}`,
    );
    if (depth === DEPTH_MAX && current.children.length > 0) {
      lines.push(`${indent}└─ …`);
      return;
    }
    current.children.forEach((child, index) => {
      const last = index === current.children.length - 1;
      draw(child, `${indent}${last ? "└─ " : "├─ "}`, `${indent}${last ? "   " : "│  "}`, depth + 1);
    });
  }
}

export function paint(status: NodeStatus, colors: Colors): string {
  return colors[PAINT[status]](SYMBOLS[status]);
}

function because(node: DecisionNode, colors: Colors): string {
  return node.because === "" ? "" : `  ${terminal(sentence(node.because), colors)}`;
}
