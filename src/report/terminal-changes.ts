import Table from "cli-table3";
import type { Decision } from "../engine/decision.ts";
import { diffLines, place } from "./field-diff.ts";
import { count, listed } from "./phrase.ts";
import { type Colors, escapeTerminal, terminal } from "./terminal-escape.ts";
import type { DecisionView } from "./view.ts";
import { standAlone, wrap } from "./wrap.ts";

const ROWS_SHOWN = 20;
const DIFF_LINES_SHOWN = 40;

/** What each section of the terminal page draws from. */
export interface Page {
  readonly decision: Decision;
  readonly view: DecisionView;
  readonly colors: Colors;
  readonly width: number;
}

export function title(text: string, colors: Colors, aside = ""): string {
  return `${colors.bold(colors.underline(text))}${aside === "" ? "" : ` ${colors.dim(aside)}`}`;
}

export function changes({ view, colors, width }: Page): string {
  const governed = view.rows.filter((row) => row.why.length > 0);
  const quiet = view.rows.length - governed.length;
  const rest = quiet === 0 ? "" : `  ${count(quiet, governed.length > 0 ? "other change" : "change")} that nothing governs`;
  if (governed.length === 0) return rest === "" ? "" : `${title("Changes", colors)}\n${rest}`;
  const inner = width - 2;
  const widths = [Math.floor(inner * 0.36), Math.floor(inner * 0.32), inner - Math.floor(inner * 0.36) - Math.floor(inner * 0.32)];
  const table = new Table({
    colWidths: widths,
    chars: LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(["Change", "Where", "Why governed"].map((text) => colors.dim(text)));
  const shown = governed.slice(0, ROWS_SHOWN);
  shown.forEach((row, index) => {
    const because = row.why.map((why) => terminal(why, colors)).join("\n");
    const before = shown[index - 1]?.why.map((why) => terminal(why, colors)).join("\n");
    const cells = [
      `${colors.bold(escapeTerminal(row.subject))}\n${terminal(listed(row.phrases, 4, "; "), colors)}`,
      escapeTerminal(place(row)),
      because === before ? colors.dim("same") : because,
    ];
    table.push([{ content: "─".repeat(inner - 2), colSpan: 3 }]);
    table.push(...rowsOfLines(cells.map((cell, column) => wrap(cell, widths[column]! - 2, "").split("\n"))));
  });
  const more = governed.length > shown.length ? `\n  ${count(governed.length - shown.length, "more change")}: see --format json` : "";
  const drawn = table
    .toString()
    .split("\n")
    .map((line) => (/^─+$/.test(line) ? `  ${colors.dim(line)}` : `  ${line}`.trimEnd()));
  return `${title("Changes", colors)}\n${drawn.join("\n")}${more}${rest === "" ? "" : `\n${rest}`}`;
}

/** One table row for each line: the library takes quadratic time over a long cell. */
function rowsOfLines(cells: readonly (readonly string[])[]): readonly string[][] {
  const columns = cells.map(standAlone);
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => columns.map((lines) => lines[line] ?? ""));
}

/** No frame: the table reads as text. */
const LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
} as const;

export function fieldDiff({ view, colors, width }: Page): string {
  const lines = diffLines(view.rows.slice(0, DIFF_LINES_SHOWN));
  if (lines.length === 0) return "";
  const shown = lines.slice(0, DIFF_LINES_SHOWN).map(({ sign, text }) => {
    const safe = escapeTerminal(text);
    if (sign === " ") return wrap(`  ${colors.bold(safe)}`, width, "    ");
    return wrap(`  ${(sign === "-" ? colors.red : colors.green)(`${sign} ${safe.trimStart()}`)}`, width, "      ");
  });
  const cut = lines.length > DIFF_LINES_SHOWN || view.rows.length > DIFF_LINES_SHOWN ? ["  …"] : [];
  return [title("Field diff", colors), ...shown, ...cut].join("\n");
}
