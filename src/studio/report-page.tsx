import type { Context } from "hono";
import { complianceReport } from "../gate/compliance-report.ts";
import type { Notary, TenantReads } from "../gate/ports.ts";
import { reportDocument } from "../report/compliance.ts";
import type { ReportDocument, ReportSection } from "../report/compliance-document.ts";
import { cellsOf, REPORT_COLUMNS, renderCompliance } from "../report/compliance-formats.ts";
import { visible } from "../report/visible.ts";
import { ApiProblem } from "./api/problems.ts";
import { periodOf } from "./api/report.ts";
import { Layout } from "./layout.tsx";
import { Cell, Table } from "./table.tsx";

const DEFAULT_SINCE = "90d";
const TEXT_MAX = 40;
/** Rows of one section on the page; the files hold them all. */
const ROWS_SHOWN = 200;

/** What is downloaded: name and type of each file. HTML comes as a file too, so that nothing of it runs under this origin. */
const FILES = {
  csv: ["countersign-report.csv", "text/csv; charset=utf-8"],
  markdown: ["countersign-report.md", "text/markdown; charset=utf-8"],
  html: ["countersign-report.html", "text/html; charset=utf-8"],
  json: ["countersign-report.json", "application/json; charset=utf-8"],
} as const;
const isFormat = (text: string): text is keyof typeof FILES => Object.hasOwn(FILES, text);

/** `/report`: for auditors; `format` gives it as a file. */
export async function reportPage(context: Context, records: TenantReads, notary: Notary): Promise<Response> {
  const text = (name: string) => context.req.query(name)?.trim().slice(0, TEXT_MAX) || null;
  const asked = { since: text("since") ?? DEFAULT_SINCE, until: text("until") };
  try {
    const found = await complianceReport(records, notary, periodOf(asked.since, asked.until));
    if ("status" in found) {
      const refusal = `There are more than ${found.max} ${found.what} in this period, and a report leaves nothing out: choose a shorter one.`;
      return context.html(<ReportPage asked={asked} document={null} refusal={refusal} />, 422);
    }
    const format = text("format") ?? "";
    if (!isFormat(format)) return context.html(<ReportPage asked={asked} document={reportDocument(found)} refusal={null} />);
    const [name, type] = FILES[format];
    return context.body(renderCompliance(format, found), 200, {
      "Content-Type": type,
      "Content-Disposition": `attachment; filename="${name}"`,
    });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return context.html(<ReportPage asked={asked} document={null} refusal={`${error.message}. ${error.hint ?? ""}`} />, 422);
  }
}

interface PageProps {
  readonly asked: { readonly since: string; readonly until: string | null };
  readonly document: ReportDocument | null;
  readonly refusal: string | null;
}

function ReportPage({ asked, document, refusal }: PageProps) {
  const query = new URLSearchParams({ since: asked.since, ...(asked.until === null ? {} : { until: asked.until }) });
  return (
    <Layout title="Report" here="report">
      <h1>{document === null ? "Governance report" : visible(document.title)}</h1>
      {document !== null && <p class="quiet">{visible(document.subtitle)}</p>}
      {refusal !== null && (
        <p class="refused" role="alert">
          {visible(refusal)}
        </p>
      )}
      <form class="search" method="get" action="/report">
        <label>
          Since
          <input type="text" name="since" value={asked.since} placeholder="90d or 2026-01-31" maxlength={TEXT_MAX} />
        </label>
        <label>
          Until
          <input type="text" name="until" value={asked.until ?? ""} placeholder="now" maxlength={TEXT_MAX} />
        </label>
        <button type="submit">Show</button>
        {document !== null &&
          Object.keys(FILES).map((format) => (
            <a href={`/report?${query}&format=${format}`} download>
              {format.toUpperCase()}
            </a>
          ))}
      </form>
      {document !== null && <Body document={document} />}
    </Layout>
  );
}

function Body({ document: { figures, sections, controls, note } }: { document: ReportDocument }) {
  return (
    <>
      <dl class="figures">
        {figures.map(({ name, value, tone }) => (
          <div class={tone}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {sections.map((section) => (
        <Section section={section} />
      ))}
      <section class="card wide">
        <h2>Controls that this evidence supports</h2>
        <Table columns={["Control", "About", "Evidence that supports it"]}>
          {controls.map(({ framework, control, about, evidence }) => (
            <tr>
              <Cell name="Control">
                {framework} {control}
              </Cell>
              <Cell name="About">{about}</Cell>
              <Cell name="Evidence">{visible(evidence)}</Cell>
            </tr>
          ))}
        </Table>
        <p class="quiet">{note}</p>
      </section>
    </>
  );
}

function Section({ section: { id, title, says, none, rows } }: { section: ReportSection }) {
  return (
    <section class="card wide" id={id}>
      <h2>
        {title} <span class="number">{rows.length}</span>
      </h2>
      <p class="quiet">{rows.length === 0 ? none : says}</p>
      {rows.length > 0 && (
        <Table columns={REPORT_COLUMNS} fixed="report">
          {rows.slice(0, ROWS_SHOWN).map((row) => (
            <tr class={`tone-row ${row.tone}`}>
              {cellsOf(row).map((text, index) => (
                <Cell name={REPORT_COLUMNS[index]!}>
                  {index === 0 && row.at !== null ? <time datetime={row.at}>{shortened(row.at)}</time> : text}
                </Cell>
              ))}
            </tr>
          ))}
        </Table>
      )}
      {rows.length > ROWS_SHOWN && <p class="quiet">and {rows.length - ROWS_SHOWN} more: the files hold them all.</p>}
    </section>
  );
}

/** `2026-11-25 18:00` */
function shortened(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}
