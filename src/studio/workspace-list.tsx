import type { WorkspaceRow } from "../gate/ports.ts";
import { instant } from "../report/phrase.ts";
import { visible } from "../report/visible.ts";
import { Layout } from "./layout.tsx";

/** Every workspace of the tenant, what moved last first. */
export function WorkspacesPage({ rows }: { rows: readonly WorkspaceRow[] }) {
  return (
    <Layout title="Workspaces" here="workspaces">
      <h1>Workspaces</h1>
      {rows.length === 0 ? (
        <p class="empty">There is no workspace yet. The first governed change of a repository makes one.</p>
      ) : (
        <ul class="pulls">
          {rows.map((row) => (
            <Row row={row} />
          ))}
        </ul>
      )}
    </Layout>
  );
}

function Row({ row: { workspace, openDrafts, readyDrafts } }: { row: WorkspaceRow }) {
  const tone = readyDrafts > 0 ? "pending_approval" : workspace.activeApprovalId !== null ? "approved" : "not_applicable";
  const state =
    readyDrafts > 0 ? `${readyDrafts} ready for approval` : workspace.activeApprovalId !== null ? "approved" : "nothing approved yet";
  return (
    <li class={tone}>
      <a href={`/workspaces/${workspace.id}`}>
        <span class="body">
          <span class="title">
            {visible(workspace.agent)}
            <span class={`chip env ${workspace.environment}`}>{visible(workspace.environment)}</span>
          </span>
          <span class="line">
            {openDrafts === 1 ? "1 open draft" : `${openDrafts} open drafts`}, moved {instant(workspace.updatedAt)}
          </span>
        </span>
        <span class="aside">
          <span class="state">{state}</span>
        </span>
      </a>
    </li>
  );
}
