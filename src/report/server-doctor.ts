import { colorsFor, escapeTerminal } from "./terminal-escape.ts";
import { terminalJson } from "./visible.ts";

/** One thing that the doctor looked at. */
export interface ServerFinding {
  readonly area: string;
  readonly status: "ok" | "warning" | "failed" | "unknown";
  readonly says: string;
  readonly fix: string | null;
}

const MARKS = { ok: "✓", warning: "·", failed: "✗", unknown: "?" } as const;

/** What `countersign doctor --server` prints: a line for each thing, and under it what to do. */
export function renderServerDoctor(findings: readonly ServerFinding[], options: { readonly color: boolean }): string {
  const colors = colorsFor(options.color);
  const paint = { ok: colors.green, warning: colors.yellow, failed: colors.red, unknown: colors.yellow };
  return findings
    .map(({ area, status, says, fix }) => {
      const line = `${paint[status](MARKS[status])} ${area}: ${escapeTerminal(says)}`;
      return fix === null ? `${line}\n` : `${line}\n  ${colors.dim("→")} ${escapeTerminal(fix)}\n`;
    })
    .join("");
}

export function renderServerDoctorJson(findings: readonly ServerFinding[]): string {
  return terminalJson({ findings });
}
