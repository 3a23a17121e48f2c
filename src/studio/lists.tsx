import type { AuditEvent, OverviewRow } from "../gate/ports.ts";
import { instant, sentence } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Layout, Say } from "./layout.tsx";
import { STATE_WORDS, StateSymbol } from "./state.tsx";

/** Pull requests with their verdicts: what waits first. */
export function OverviewPage({ rows, incidents }: { rows: readonly OverviewRow[]; incidents: readonly AuditEvent[] }) {
  const open = rows.filter((row) => row.open);
  const closed = rows.filter((row) => !row.open);
  return (
    <Layout title="Pull requests" here="pulls">
      <h1>Pull requests</h1>
      {incidents.length > 0 && <Incidents events={incidents} />}
      {open.length === 0 ? <p class="empty">No open pull request changes a governed contract.</p> : <PullList rows={open} />}
      {closed.length > 0 && (
        <>
          <h2 class="section">Closed</h2>
          <PullList rows={closed} />
        </>
      )}
    </Layout>
  );
}

const INCIDENTS_SHOWN = 10;

/** What landed past the gate: first on the first page. */
function Incidents({ events }: { events: readonly AuditEvent[] }) {
  return (
    <section class="card tone-bad">
      <h2>Incidents</h2>
      <ul class="sentences">
        {events.slice(0, INCIDENTS_SHOWN).map(({ at, payload }) => (
          <li>
            {instant(at)}: {clip(visible(becauseOf(payload)), 300)}
          </li>
        ))}
      </ul>
      <p class="quiet">
        The <a href="/audit">audit trail</a> has them all.
      </p>
    </section>
  );
}

function becauseOf(payload: unknown): string {
  const because = typeof payload === "object" && payload !== null && "because" in payload ? payload.because : null;
  return typeof because === "string" ? because : "something landed past the gate";
}

function PullList({ rows }: { rows: readonly OverviewRow[] }) {
  return (
    <ul class="pulls">
      {rows.map((row) => (
        <Pull row={row} />
      ))}
    </ul>
  );
}

function Pull({ row }: { row: OverviewRow }) {
  const decision = row.evaluation?.decision ?? null;
  const [owner = "", name = ""] = row.repository.split("/");
  return (
    <li class={decision?.state ?? "error"}>
      <a href={`/pulls/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/${row.number}`}>
        <StateSymbol state={decision?.state ?? "error"} />
        <span class="body">
          <span class="title">
            {clip(visible(row.evaluation?.facts.subject.title ?? "Not evaluated yet"), 200)}
            <span class="ref">
              {visible(row.repository)} #{row.number}
            </span>
          </span>
          <span class="line">{decision === null ? "It has not been evaluated yet." : <Say phrase={sentence(decision.verdict)} />}</span>
        </span>
        {decision !== null && (
          <span class="aside">
            <span class="state">{STATE_WORDS[decision.state]}</span>
            <span class={`pill ${decision.risk.level}`}>
              risk {decision.risk.score.toFixed(1)} {decision.risk.level}
            </span>
          </span>
        )}
      </a>
    </li>
  );
}
