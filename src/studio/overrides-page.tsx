import type { ForcedSubmissionRow, OverrideRow } from "../gate/ports.ts";
import { count, instant } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Layout } from "./layout.tsx";

/** Every override that was tried: what became of it, and of the review that it owes. Counted apart from approvals. */
export function OverridesPage({ rows, forced }: { rows: readonly OverrideRow[]; forced: readonly ForcedSubmissionRow[] }) {
  const used = rows.filter(({ grant }) => grant.used).length + forced.length;
  const open =
    rows.filter(({ review }) => review !== null && review.closedAt === null).length +
    forced.filter(({ review }) => review.done === null).length;
  const overdue = [...rows, ...forced].filter(({ review }) => review?.isOverdue).length;
  const cards = [
    ...rows.map((row) => ({ at: row.grant.labelledAt, card: <Override row={row} /> })),
    ...forced.map((row) => ({ at: row.at, card: <Forced row={row} /> })),
  ].toSorted((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <Layout title="Overrides" here="overrides">
      <h1>Overrides</h1>
      <p class="quiet">
        {count(used, "override")} used · {count(open, "post-hoc review")} open · {overdue} overdue
      </p>
      {cards.length === 0 ? <p class="empty">Nobody has set an override label, or forced a submission.</p> : cards.map(({ card }) => card)}
    </Layout>
  );
}

function Override({ row }: { row: OverrideRow }) {
  const { grant, review, events, repository } = row;
  return (
    <section class={`card tone-${grant.entitled ? "override" : "bad"}`}>
      <h2>
        {visible(repository)} #{grant.pullRequest} <span class={`pill ${review?.isOverdue ? "block" : ""}`}>{stateOf(row)}</span>
      </h2>
      <p class="quiet">
        Label set {instant(grant.labelledAt)} by {personOf(row.actorLogin, grant.actorId)} ({clip(visible(grant.because), 200)})
        {review === null
          ? ""
          : ` · review due ${instant(review.dueAt)}${review.issueNumber === null ? "" : `, issue #${review.issueNumber}`}`}
        {review === null || review.closedAt === null
          ? ""
          : ` · closed ${instant(review.closedAt)} by ${personOf(review.closedByLogin, review.closedBy)}`}
      </p>
      <ul class="sentences">
        {events.map((event) => (
          <li>
            {instant(event.at)}: {event.kind.replaceAll("_", " ")}, {clip(visible(event.because), 300)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Break-glass on a change that is no pull request. */
function Forced({ row }: { row: ForcedSubmissionRow }) {
  const { done, dueAt, isOverdue } = row.review;
  const state = done !== null ? "reviewed" : isOverdue ? "review overdue" : "review open";
  return (
    <section class="card tone-override">
      <h2>
        {visible(row.agent)} ({visible(row.environment)}), a submission <span class={`pill ${isOverdue ? "block" : ""}`}>{state}</span>
      </h2>
      <p class="quiet">
        <a href={`/workspaces/${row.workspaceId}`}>Forced</a> {instant(row.at)} by {personOf(row.actorLogin, row.actorId)}, incident{" "}
        {clip(visible(row.incident), 200)} · review due {instant(dueAt)}
        {done === null ? "" : ` · done ${instant(done.at)} by ${personOf(done.byLogin, done.by)}`}
      </p>
      <ul class="sentences">
        <li>{clip(visible(row.reason), 300)}</li>
        {done === null ? "" : <li>Reviewed: {clip(visible(done.finding), 300)}</li>}
      </ul>
    </section>
  );
}

/** The name where it is known; the account's id stands for whoever was erased. */
function personOf(login: string | null, id: number | null): string {
  return login !== null ? visible(login) : id === null ? "somebody unknown" : `account ${id}`;
}

function stateOf({ grant, review }: OverrideRow): string {
  if (!grant.entitled) return "refused";
  if (review === null) return "not used";
  if (review.closedAt !== null) return "reviewed";
  return review.isOverdue ? "review overdue" : "review open";
}
