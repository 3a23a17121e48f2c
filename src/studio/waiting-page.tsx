import type { WaitingGroup, WaitingItem, WaitingList } from "../gate/group-waiting.ts";
import type { WaitingChange } from "../gate/ports.ts";
import { isFilled, missing } from "../report/approvals.ts";
import { count, instant, sentence } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Layout, Say } from "./layout.tsx";
import { STATE_WORDS } from "./state.tsx";
import { Cell, Table } from "./table.tsx";

/** What waits for whom, by team: what is late comes first. `more`: there is more than is shown. */
export function WaitingPage({ list, more }: { list: WaitingList; more: number | null }) {
  const { groups, stuck, breached } = list;
  const changes = new Set(groups.flatMap(({ items }) => items.map(({ change }) => change))).size;
  return (
    <Layout title="Pending approvals" here="approvals">
      <h1>Pending approvals</h1>
      {groups.length + stuck.length === 0 ? (
        <div class="empty">
          <p>Nobody is waited for.</p>
          <p>
            A change appears here when a policy asks somebody for an approval. <a href="/policies">Policies</a> says what asks whom.
          </p>
        </div>
      ) : (
        <p class="quiet">
          {count(changes, "change")} {changes === 1 ? "waits" : "wait"} for {count(groups.length, "group")} of people ·{" "}
          {breached === 0 ? "none is late" : <strong class="late">{count(breached, "request")} late</strong>}
        </p>
      )}
      {more !== null && <p class="notice">Only the {more} that have waited longest are shown.</p>}
      {groups.map((group) => (
        <Group group={group} />
      ))}
      {stuck.length > 0 && <Stuck changes={stuck} />}
    </Layout>
  );
}

function Group({ group: { name, kind, items } }: { group: WaitingGroup }) {
  const late = items.filter(({ isBreached }) => isBreached).length;
  return (
    <section class={`card wide tone-${late > 0 ? "bad" : "next"}`}>
      <h2>
        {visible(name)} {kind !== "team" && <span class="quiet">{KINDS[kind]}</span>} <span class="number">{items.length}</span>
        {late > 0 && <span class="pill block">{late} late</span>}
      </h2>
      <Table columns={["Change", "Asked by", "Requested", "Due", "Who could approve"]}>
        {items.map((item) => (
          <Row item={item} />
        ))}
      </Table>
    </section>
  );
}

const KINDS = { role: "a role", people: "by name", anybody: "who did not work on it" } as const;

function Row({ item: { change, requirement, since, dueAt, isBreached } }: { item: WaitingItem }) {
  const { decision } = change;
  return (
    <tr>
      <Cell name="Change">
        <Change change={change} />
        {decision.state === "rejected" && <span class="pill block">changes requested</span>}
      </Cell>
      <Cell name="Asked by">
        {requirement.source.map((each) => (
          <code>{clip(visible(each), 120)}</code>
        ))}
        <span class="quiet block">
          {requirement.have} of {requirement.minApprovals}, risk {decision.risk.score.toFixed(1)} {decision.risk.level}
        </span>
      </Cell>
      <Cell name="Requested">{since === null ? "not known" : instant(since)}</Cell>
      <Cell name="Due">
        {dueAt === null ? (
          <span class="quiet">no time is set</span>
        ) : (
          <>
            {instant(dueAt)} {isBreached && <span class="pill block">late</span>}
          </>
        )}
      </Cell>
      <Cell name="Who could approve">{isFilled(requirement) ? "–" : <Say phrase={missing(requirement, decision)} />}</Cell>
    </tr>
  );
}

function Change({ change }: { change: WaitingChange }) {
  const { kind, name, pullRequest, workspaceId, title, author } = change;
  const [owner = "", repository = ""] = name.split("/");
  const pull = kind === "pull_request";
  const href = pull
    ? `/pulls/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}/${pullRequest}`
    : `/workspaces/${workspaceId ?? ""}`;
  return (
    <>
      <a href={href}>{clip(visible(title ?? "Untitled change"), 160)}</a>
      <span class="quiet block">
        {visible(name)} {pull ? `#${pullRequest}` : kind}
        {author !== null && ` by ${visible(author)}`}
      </span>
    </>
  );
}

/** Nobody's approval helps: listed, so that nothing that waits is missing. */
function Stuck({ changes }: { changes: readonly WaitingChange[] }) {
  return (
    <section class="card wide">
      <h2>
        To be mended first <span class="number">{changes.length}</span>
      </h2>
      <p class="quiet">No approval lets these pass: whoever made them, or their policy, has to change something.</p>
      <Table columns={["Change", "State", "Why"]}>
        {changes.map((change) => (
          <tr>
            <Cell name="Change">
              <Change change={change} />
            </Cell>
            <Cell name="State">{STATE_WORDS[change.decision.state]}</Cell>
            <Cell name="Why">
              <Say phrase={sentence(change.decision.verdict, 240)} />
            </Cell>
          </tr>
        ))}
      </Table>
    </section>
  );
}
