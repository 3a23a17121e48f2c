import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { renderGithubCommands } from "./github.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderMetadataDifference } from "./metadata-diff.ts";
import { renderSarif } from "./sarif.ts";
import { renderTerminal } from "./terminal.ts";

export interface RenderOptions {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** Facts that the JSON adds, so that the decision can be made again from it; null = leave them out. */
  readonly facts: Facts | null;
}

/** The output formats: interchangeable pure sinks, one file each. */
const RENDERERS = {
  text: renderTerminal,
  json: (decision, { facts }) => renderJson(decision, facts === null ? {} : { facts }),
  markdown: renderMarkdown,
  github: renderGithubCommands,
  sarif: renderSarif,
  junit: renderJunit,
  "metadata-diff": renderMetadataDifference,
} as const satisfies Record<string, (decision: Decision, options: RenderOptions) => string>;

export type ReportFormat = keyof typeof RENDERERS;
export const FORMATS = Object.keys(RENDERERS) as readonly ReportFormat[];

export function render(format: ReportFormat, decision: Decision, options: RenderOptions): string {
  return RENDERERS[format](decision, options);
}
