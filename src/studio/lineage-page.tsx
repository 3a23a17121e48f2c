import type { LineageStanding } from "../gate/ports.ts";
import type { DrawnLineage, DrawnNode, Impact } from "../gate/station-lineage.ts";
import { count, instant } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Hash, Layout } from "./layout.tsx";
import { LineageDrawing, NODES_DRAWN } from "./lineage-drawing.tsx";
import { Cell, Table } from "./table.tsx";

/** Rows of one table: `lineage show` has them all. */
const ROWS_SHOWN = 500;

/** Repositories whose lineage was recorded. */
export function LineageList({ standings }: { standings: readonly LineageStanding[] }) {
  return (
    <Layout title="Lineage" here="lineage">
      <h1>Lineage</h1>
      {standings.length === 0 ? (
        <div class="empty">
          <p>No lineage has been recorded yet.</p>
          <p>
            It is read from the contracts of a default branch with each recorded merge; <code>countersign lineage show</code> shows it now.
          </p>
        </div>
      ) : (
        <ul class="pulls">
          {standings.map(({ repositoryId, repository, summaries, recordedAt }) => (
            <li class="not_applicable">
              <a href={`/lineage/${repositoryId}`}>
                <span class="body">
                  <span class="title">{visible(repository)}</span>
                  <span class="line">
                    {count(summaries.length, "contract")}, recorded {instant(recordedAt)}
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Layout>
  );
}

export function LineagePage({ standing, lineage }: { standing: LineageStanding; lineage: DrawnLineage }) {
  const { repositoryId, repository, commit, recordedAt } = standing;
  const { nodes, edges, contracts, impact } = lineage;
  return (
    <Layout title={`Lineage of ${visible(repository)}`} here="lineage">
      <p class="crumb">
        <span>
          <a href="/lineage">Lineage</a>
          {impact !== null && (
            <>
              {" / "}
              <a href={`/lineage/${repositoryId}`}>{visible(repository)}</a>
            </>
          )}
        </span>
        <span>
          recorded {instant(recordedAt)} at <Hash value={visible(commit)} />
        </span>
      </p>
      <h1>{visible(impact?.file ?? repository)}</h1>
      <form class="search" method="get" action={`/lineage/${repositoryId}`}>
        <label>
          Contract
          <select name="contract">
            <option value="">all of them</option>
            {contracts.slice(0, ROWS_SHOWN).map((file) => (
              <option value={file} selected={file === impact?.file}>
                {clip(visible(file), 120)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Show what depends on it</button>
      </form>
      {impact !== null && <ImpactCard impact={impact} repositoryId={repositoryId} />}
      {edges.length === 0 ? (
        <p class="empty">Nothing known here feeds {impact === null ? "anything" : "it or is fed by it"}.</p>
      ) : (
        <>
          {nodes.length <= NODES_DRAWN && <LineageDrawing lineage={lineage} repositoryId={repositoryId} />}
          <Links lineage={lineage} repositoryId={repositoryId} />
        </>
      )}
    </Layout>
  );
}

function ImpactCard({ impact: { tagged, downstream }, repositoryId }: { impact: Impact; repositoryId: number }) {
  return (
    <section class={`card wide tone-${downstream.length > 0 ? "bad" : "next"}`}>
      <h2>
        What a change reaches <span class="number">{downstream.length}</span>
      </h2>
      {downstream.length === 0 ? (
        <p class="quiet">Nobody is known to depend on it.</p>
      ) : (
        <Table columns={["Depends on it", "Steps away", "Carries"]}>
          {downstream.slice(0, ROWS_SHOWN).map(({ node, hops }) => (
            <tr>
              <Cell name="Depends on it">
                <NodeLink node={node} repositoryId={repositoryId} />
              </Cell>
              <Cell name="Steps away">{hops}</Cell>
              <Cell name="Carries">
                <Marks node={node} />
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      <h2 class="section">
        Tagged fields <span class="number">{tagged.length}</span>
      </h2>
      {tagged.length === 0 ? (
        <p class="quiet">No field of it carries a protecting tag.</p>
      ) : (
        <Table columns={["Field", "Tags"]}>
          {tagged.slice(0, ROWS_SHOWN).map(({ object, field, keys }) => (
            <tr>
              <Cell name="Field">
                <code>{clip(visible(`${object}.${field}`), 200)}</code>
              </Cell>
              <Cell name="Tags">{keys.map((key) => visible(key)).join(", ")}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function Links({ lineage: { nodes, edges }, repositoryId }: { lineage: DrawnLineage; repositoryId: number }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return (
    <section class="card wide">
      <h2>
        Links <span class="number">{edges.length}</span>
      </h2>
      <Table columns={["From", "To", "Fields", "Declared by"]}>
        {edges.slice(0, ROWS_SHOWN).map(({ from, to, fields, carriers }) => (
          <tr>
            <Cell name="From">
              <NodeLink node={byId.get(from)!} repositoryId={repositoryId} /> <Marks node={byId.get(from)!} />
            </Cell>
            <Cell name="To">
              <NodeLink node={byId.get(to)!} repositoryId={repositoryId} /> <Marks node={byId.get(to)!} />
            </Cell>
            <Cell name="Fields">
              {fields.length === 0 ? "–" : clip(fields.map((pair) => `${visible(pair.from)} → ${visible(pair.to)}`).join(", "), 300)}
            </Cell>
            <Cell name="Declared by">{carriers.map((each) => visible(each)).join(", ")}</Cell>
          </tr>
        ))}
      </Table>
      {edges.length > ROWS_SHOWN && (
        <p class="quiet">
          and {edges.length - ROWS_SHOWN} more: choose a contract, or <code>countersign lineage show</code>.
        </p>
      )}
    </section>
  );
}

function NodeLink({ node, repositoryId }: { node: DrawnNode; repositoryId: number }) {
  const name = clip(visible(node.id), 160);
  return node.file === null ? <span>{name}</span> : <a href={contractPath(repositoryId, node.file)}>{name}</a>;
}

function contractPath(repositoryId: number, file: string): string {
  return `/lineage/${repositoryId}?contract=${encodeURIComponent(file.toWellFormed())}`;
}

function Marks({ node }: { node: DrawnNode }) {
  return (
    <>
      {node.tags.map((tag) => (
        <span class="chip">{clip(visible(tag), 40)}</span>
      ))}
      {node.isCritical && <span class="pill block">critical</span>}
      {node.isProduction && <span class="chip env production">production</span>}
      {node.file === null && <span class="pill">no contract here</span>}
    </>
  );
}
