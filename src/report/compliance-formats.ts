import type { ComplianceReport } from "../engine/compliance.ts";
import { reportDocument } from "./compliance.ts";
import type { ReportDocument, ReportRow } from "./compliance-document.ts";
import { csvLine } from "./csv.ts";
import { escapeMarkdown } from "./markdown-escape.ts";
import { clip, terminalJson, visible } from "./visible.ts";

/** The formats of `report`: interchangeable pure renderings of one report. */
const RENDERERS = {
  html: (report) => html(reportDocument(report)),
  markdown: (report) => markdown(reportDocument(report)),
  csv: (report) => csv(reportDocument(report)),
  json: terminalJson,
} as const satisfies Record<string, (report: ComplianceReport) => string>;

export type ComplianceFormat = keyof typeof RENDERERS;
export const COMPLIANCE_FORMATS = Object.keys(RENDERERS) as readonly ComplianceFormat[];

export function renderCompliance(format: ComplianceFormat, report: ComplianceReport): string {
  return RENDERERS[format](report);
}

export const REPORT_COLUMNS = ["When", "Subject", "What", "Who", "State", "Evidence"] as const;
const TEXT_MAX = 600;

/** In the order of the columns. */
export function cellsOf({ at, subject, what, who, state, evidence }: ReportRow): readonly string[] {
  return [at ?? "–", subject, what, who, state, evidence].map((text) => clip(visible(text), TEXT_MAX));
}

/** One table of everything: a spreadsheet filters it by its first column. Figures and controls are rows too. */
function csv({ title, subtitle, figures, sections, controls, note }: ReportDocument): string {
  const line = (section: string, cells: readonly string[]) => csvLine([section, ...cells]);
  const about = (subject: string, what: string, state = "") => ["", subject, what, "", state, ""].map((text) => visible(text));
  return [
    csvLine(["section", ...REPORT_COLUMNS.map((name) => name.toLowerCase())]),
    line("report", about(title, subtitle, note)),
    ...figures.map(({ name, value }) => line("figures", about(name, String(value)))),
    ...sections.flatMap(({ id, rows }) => rows.map((row) => line(id, cellsOf(row)))),
    ...controls.map(({ framework, control, about: is, evidence }) => line("controls", about(`${framework} ${control}`, is, evidence))),
  ].join("");
}

function markdown({ title, subtitle, figures, sections, controls, note }: ReportDocument): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => escapeMarkdown(cell) || " ").join(" | ")} |`;
  const table = (columns: readonly string[], rows: readonly (readonly string[])[]) =>
    [row(columns), `|${columns.map(() => "---").join("|")}|`, ...rows.map(row)].join("\n");
  return `${[
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown(subtitle),
    table(
      ["Figure", "Value"],
      figures.map(({ name, value }) => [name, String(value)]),
    ),
    ...sections.flatMap((section) => [
      `## ${section.title}`,
      section.says,
      section.rows.length === 0 ? section.none : table(REPORT_COLUMNS, section.rows.map(cellsOf)),
    ]),
    "## Controls that this evidence supports",
    table(
      ["Framework", "Control", "About", "Evidence that supports it"],
      controls.map(({ framework, control, about, evidence }) => [framework, control, about, evidence]),
    ),
    escapeMarkdown(note),
  ].join("\n\n")}\n`;
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:32px auto;padding:0 20px}
table{width:100%;border-collapse:collapse;font-size:14px}th{text-align:left;font-weight:600}td,th{padding:7px 12px 7px 0;border-top:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:10px;margin:20px 0;padding:0}.figures div{border:1px solid #8884;border-radius:8px;padding:10px 14px}
dt{font-size:13px;opacity:.8}dd{margin:0;font-size:22px;font-weight:650}.bad{border-left:4px solid #c62828}.good{border-left:4px solid #2e7d32}tr.bad td:first-child{padding-left:8px}
h2{margin-top:36px}@media print{body{margin:0}}`;

/** One file that stands alone: no script, nothing from elsewhere. */
function html({ title, subtitle, figures, sections, controls, note }: ReportDocument): string {
  const cells = (texts: readonly string[]) => texts.map((text) => `<td>${escapeHtml(text)}</td>`).join("");
  const head = (columns: readonly string[]) => `<thead><tr>${columns.map((each) => `<th scope="col">${each}</th>`).join("")}</tr></thead>`;
  const parts = [
    `<h1>${escapeHtml(visible(title))}</h1>`,
    `<p>${escapeHtml(visible(subtitle))}</p>`,
    `<dl class="figures">${figures.map(({ name, value, tone }) => `<div class="${tone}"><dt>${name}</dt><dd>${escapeHtml(String(value))}</dd></div>`).join("")}</dl>`,
    ...sections.flatMap(({ title: name, says, none, rows }) => [
      `<h2>${name}</h2>`,
      `<p>${says}</p>`,
      rows.length === 0
        ? `<p>${none}</p>`
        : `<table>${head(REPORT_COLUMNS)}<tbody>${rows.map((row) => `<tr class="${row.tone}">${cells(cellsOf(row))}</tr>`).join("\n")}</tbody></table>`,
    ]),
    "<h2>Controls that this evidence supports</h2>",
    `<table>${head(["Framework", "Control", "About", "Evidence that supports it"])}<tbody>${controls
      .map(({ framework, control, about, evidence }) => `<tr>${cells([framework, control, about, evidence].map(visible))}</tr>`)
      .join("\n")}</tbody></table>`,
    `<p>${note}</p>`,
  ];
  const csp = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
  const meta = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${csp}`;
  return `<!doctype html>\n<html lang="en"><head>${meta}<title>${escapeHtml(visible(title))}</title><style>${STYLE}</style></head>\n<body>${parts.join("\n")}</body></html>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
