import type { Decision } from "../engine/decision.ts";
import { renderGithubCommands } from "./github.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTerminal } from "./terminal.ts";

export interface FormatOptions {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** Top-level keys that the JSON adds. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The output formats: interchangeable pure sinks, one file each. */
export const FORMATS = {
  text: (decision, options) => renderTerminal(decision, options),
  json: (decision, options) => renderJson(decision, options.extra),
  markdown: (decision) => renderMarkdown(decision),
  github: (decision) => renderGithubCommands(decision),
} as const satisfies Record<string, (decision: Decision, options: FormatOptions) => string>;

export type ReportFormat = keyof typeof FORMATS;
