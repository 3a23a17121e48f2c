import type { Context } from "hono";
import { type ChainStatus, examineChains } from "../gate/examine-chain.ts";
import { notaryWarnings } from "../gate/notary-warnings.ts";
import type { AuditQuery, NamedEvent, Notary, TenantReads } from "../gate/ports.ts";
import { count, instant } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Hash, Layout } from "./layout.tsx";

const ROWS_MAX = 200;
const TEXT_MAX = 200;

/** The newest events of one organisation, searched by type, actor and subject, under what its chain says of itself. */
export async function auditPage(context: Context, records: TenantReads, notary: Notary): Promise<Response> {
  const query = queryOf(context);
  const [events, chains] = await Promise.all([records.auditEvents(query), examineChains(records, notary)]);
  return context.html(<AuditPage events={events} chains={chains} query={query} warnings={notaryWarnings(notary)} />);
}

/** What cannot be read is not searched for. */
function queryOf(context: Context): AuditQuery {
  const text = (name: string) => context.req.query(name)?.trim().slice(0, TEXT_MAX) || null;
  return { before: null, type: text("type"), actor: text("actor"), subject: text("subject"), limit: ROWS_MAX };
}

interface PageProps {
  readonly events: readonly NamedEvent[];
  readonly chains: readonly ChainStatus[];
  readonly query: AuditQuery;
  readonly warnings: readonly string[];
}

function AuditPage({ events, chains, query, warnings }: PageProps) {
  const searched = query.type !== null || query.actor !== null || query.subject !== null;
  return (
    <Layout title="Audit trail" here="audit">
      <h1>Audit trail</h1>
      {chains.map((chain) => (
        <Chain chain={chain} />
      ))}
      {warnings.map((warning) => (
        <p class="note-warning">
          <span class="pill warning">warning</span> {warning}
        </p>
      ))}
      <form class="search" method="get" action="/audit">
        <Field name="type" label="Type" value={query.type} hint="governance" />
        <Field name="actor" label="Actor (login or account id)" value={query.actor} hint="ana" />
        <Field name="subject" label="Subject" value={query.subject} hint="approval" />
        <button type="submit">Search</button>
        {searched && <a href="/audit">Show all</a>}
      </form>
      {events.length === 0 ? (
        <p class="empty">{searched ? "No event is like that." : "Nothing has been recorded yet."}</p>
      ) : (
        <EventTable events={events} />
      )}
    </Layout>
  );
}

function Chain({ chain }: { chain: ChainStatus }) {
  const broken = chain.status === "broken";
  return (
    <section class={`card chain tone-${broken ? "bad" : "next"}`}>
      <h2>
        The chain <span class={`pill ${broken ? "block" : chain.sealedTo > 0 ? "on" : "warning"}`}>{wordOf(chain)}</span>
      </h2>
      <p class="quiet">
        {count(chain.events, "event")}
        {chain.sealedAt !== null && ` · last checkpoint ${instant(chain.sealedAt)}`}
        {chain.sealedTo > 0 && ` · ${chain.sinks.length === 0 ? "nowhere outside the database" : `also in: ${chain.sinks.join(", ")}`}`}
      </p>
      {broken && <p>{clip(visible(chain.because), 300)}</p>}
    </section>
  );
}

function wordOf(chain: ChainStatus): string {
  if (chain.status === "broken") return "BROKEN";
  return chain.sealedTo > 0 ? `intact up to checkpoint ${chain.sealedTo}` : "intact, not sealed";
}

function Field({ name, label, value, hint }: { name: string; label: string; value: string | null; hint: string }) {
  return (
    <label>
      {label}
      <input type="search" name={name} value={value ?? ""} placeholder={hint} maxlength={TEXT_MAX} />
    </label>
  );
}

function EventTable({ events }: { events: readonly NamedEvent[] }) {
  return (
    <section class="card wide">
      <table class="audit">
        <thead>
          <tr>
            <th scope="col">No.</th>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">Subject</th>
            <th scope="col">Actor</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr class={event.severity}>
              <td data-name="No.">{event.seq}</td>
              <td data-name="When">{instant(event.at)}</td>
              <td data-name="What">
                <span>
                  <span class={`pill ${event.severity}`}>{event.severity}</span> {visible(event.type)}
                </span>
              </td>
              <td data-name="Subject">{clip(visible(event.subject), 200)}</td>
              <td data-name="Actor" title={event.actor === null ? undefined : `account ${visible(event.actor)}`}>
                {visible(event.actorLogin ?? event.actor ?? "–")}
              </td>
              <td data-name="Hash">
                <Hash value={event.hash} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
