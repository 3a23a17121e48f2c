import Table from "cli-table3";
import type { Decision } from "../engine/decision.ts";
import type { ChangeRow } from "./changes.ts";
import { diffLines, place } from "./field-diff.ts";
import { count, listed } from "./phrase.ts";
import { type Colors, escapeTerminal, terminal } from "./terminal-escape.ts";
import type { DecisionView } from "./view.ts";
import { standAlone, wrap } from "./wrap.ts";

const ROWS_SHOWN = 20;
const TABLE_WIDTH_MIN = 60;
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
  const shown = governed.slice(0, ROWS_SHOWN);
  const more = governed.length > shown.length ? `\n  ${count(governed.length - shown.length, "more change")}: see --format json` : "";
  const drawn = width < TABLE_WIDTH_MIN ? stacked(shown, colors, width) : tabled(shown, colors, width);
  return `${title("Changes", colors)}\n${drawn}${more}${rest === "" ? "" : `\n${rest}`}`;
}

/** Where three columns would be too narrow to read, one below the other. */
function stacked(rows: readonly ChangeRow[], colors: Colors, width: number): string {
  return rows
    .map((row, index) => {
      const because = reasons(row, colors);
      const lines = [
        `  ${colors.bold(escapeTerminal(row.subject))}`,
        `    ${terminal(listed(row.phrases, 4, "; "), colors)}`,
        `    ${colors.dim(escapeTerminal(place(row)))}`,
        ...(index > 0 && because === reasons(rows[index - 1]!, colors) ? [colors.dim("same")] : because.split("\n")).map(
          (line) => `    ${line}`,
        ),
      ];
      return lines.map((line) => wrap(line, width, "    ")).join("\n");
    })
    .join("\n");
}

function reasons(row: ChangeRow, colors: Colors): string {
  return row.why.map((why) => terminal(why, colors)).join("\n");
}

function tabled(rows: readonly ChangeRow[], colors: Colors, width: number): string {
  const inner = width - 2;
  const widths = [Math.floor(inner * 0.36), Math.floor(inner * 0.32), inner - Math.floor(inner * 0.36) - Math.floor(inner * 0.32)];
  const table = new Table({
    colWidths: widths,
    chars: LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(["Change", "Where", "Why governed"].map((text) => colors.dim(text)));
  rows.forEach((row, index) => {
    const because = reasons(row, colors);
    const before = index === 0 ? null : reasons(rows[index - 1]!, colors);
    const cells = [
      `${colors.bold(escapeTerminal(row.subject))}\n${terminal(listed(row.phrases, 4, "; "), colors)}`,
      escapeTerminal(place(row)),
      because === before ? colors.dim("same") : because,
    ];
    table.push([{ content: "─".repeat(inner - 2), colSpan: 3 }]);
    table.push(...rowsOfLines(cells.map((cell, column) => wrap(cell, widths[column]! - 2, "").split("\n"))));
  });
  return table
    .toString()
    .split("\n")
    .map((line) => (/^─+$/.test(line) ? `  ${colors.dim(line)}` : `  ${line}`.trimEnd()))
    .join("\n");
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
