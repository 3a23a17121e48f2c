import type { BaseStanding } from "../engine/base-standing.ts";
import type { ApprovalPreview, WorkspaceView } from "../gate/ports.ts";
import type { DoctorAnswer } from "../gate/workspace-doctor.ts";
import { baseLines } from "../report/base-standing.ts";
import { changeRows } from "../report/changes.ts";
import { instant } from "../report/phrase.ts";
import { viewOf } from "../report/view.ts";
import { clip, visible } from "../report/visible.ts";
import { Approvals } from "./approvals-view.tsx";
import { Changes } from "./changes-view.tsx";
import { Hash, Layout } from "./layout.tsx";
import { Activate, Acts, type FormContext } from "./workbench-acts.tsx";

export interface Workbench {
  readonly view: WorkspaceView;
  readonly preview: ApprovalPreview;
  readonly consequences: readonly string[];
  readonly questions: readonly DoctorAnswer[];
  /** null = this person only reads. */
  readonly form: FormContext | null;
  /** What the last form did, or why it was refused. */
  readonly notice: { readonly kind: "said" | "refused"; readonly text: string } | null;
}

const IDS_SHOWN = 50;

/** One workspace: what would be approved, what stands against it, and what approving does. */
export function WorkbenchPage({ view, preview, consequences, questions, form, notice }: Workbench) {
  const { workspace, drafts, approval } = view;
  const { draft, snapshot, decision } = preview;
  return (
    <Layout title={visible(workspace.agent)} here="workspaces">
      <p class="crumb">
        <a href="/workspaces">Workspaces</a>
        <span class={`chip env ${workspace.environment}`}>{visible(workspace.environment)}</span>
      </p>
      <h1>{visible(workspace.agent)}</h1>
      {notice !== null && (
        <p class={notice.kind} role={notice.kind === "refused" ? "alert" : "status"}>
          {visible(notice.text)}
        </p>
      )}
      <div class="columns">
        <div class="primary">
          <section class={`card tone-${preview.refusal === null || draft?.status === "approved" ? "next" : "bad"}`}>
            <h2>
              Active draft <Status snapshot={snapshot} />
            </h2>
            {draft === null || snapshot === null ? (
              <p>No draft is active. Activate one of the drafts below, or submit one.</p>
            ) : (
              <>
                <p>
                  <strong>{clip(visible(draft.title ?? "Untitled"), 200)}</strong> {KINDS[draft.kind]}
                  {draft.pullRequest === null ? "" : ` #${draft.pullRequest}`} by {visible(draft.author ?? "nobody who is vouched for")},
                  version {snapshot.version}
                </p>
                <p class="quiet">
                  snapshot <Hash value={snapshot.id} /> source <Hash value={snapshot.sourceSnapshotHash} />
                </p>
                {preview.refusal !== null && draft.status === "open" && (
                  <p>Not approvable by you now: {visible(preview.refusal.message)}.</p>
                )}
              </>
            )}
          </section>
          {preview.base !== null && preview.base.status !== "stands" && <MovedBase base={preview.base} />}
          <Ids
            title={snapshot?.status === "approved" ? "Blockers that it was approved over" : "Blockers"}
            none={snapshot?.status === "approved" ? null : "Nothing stands against it."}
            ids={snapshot?.blockerIds ?? []}
          />
          <Ids title="Advisories" none={null} ids={snapshot?.advisoryIds ?? []} />
          {consequences.length > 0 && (
            <section class="card tone-next">
              <h2>What approving does</h2>
              <ul class="sentences">
                {consequences.map((each) => (
                  <li>{visible(each)}</li>
                ))}
              </ul>
            </section>
          )}
          {decision !== null && <Changes rows={changeRows(decision, null)} />}
          {decision !== null && <Approvals decision={decision} requirements={viewOf(decision, null).requirements} />}
        </div>
        <div class="secondary">
          {form !== null && draft !== null && snapshot !== null && <Acts form={form} draft={draft} snapshot={snapshot} />}
          <Drafts drafts={drafts} active={workspace.activeDraftId} form={form} />
          {approval !== null && (
            <section class="card record">
              <h2>
                Active approval <span class="pill on">version {approval.approval.approvalVersion}</span>
              </h2>
              <dl class="facts">
                <dt>Recorded</dt>
                <dd>{instant(approval.approval.approvedAt)}</dd>
                <dt>Approved by</dt>
                <dd>
                  {approval.approval.approvedBy.map(({ login }) => visible(login)).join(", ") || NOBODY_APPROVED[approval.approval.kind]}
                </dd>
                <dt>Approval</dt>
                <dd>
                  <Hash value={approval.approval.id} />
                </dd>
                <dt>Artifact</dt>
                <dd>
                  <Hash value={approval.artifact.compiledHash} />
                </dd>
              </dl>
            </section>
          )}
          <Questions questions={questions} />
        </div>
      </div>
    </Layout>
  );
}

/** What keeps it from being approved whoever votes for it, and what to do about that. */
function MovedBase({ base }: { base: Exclude<BaseStanding, { status: "stands" }> }) {
  const told = base.status === "unknown" ? { because: base.because, differences: [], more: 0 } : { because: null, ...base };
  return (
    <section class="card tone-bad">
      <h2>It does not begin from what was approved before</h2>
      <ul class="sentences">
        {baseLines(told).map((line) => (
          <li>{visible(line)}</li>
        ))}
      </ul>
      <p class="quiet">
        It cannot be approved as it is, whoever votes for it. Have it submitted again from the content that was approved last; votes and
        draft stay until then.
      </p>
    </section>
  );
}

const NOBODY_APPROVED = { regular: "nobody: none was needed", forced: "nobody: it landed under an override" } as const;

const KINDS = { pull_request: "pull request", submission: "submission", studio: "Studio draft" } as const;

function Status({ snapshot }: { snapshot: ApprovalPreview["snapshot"] }) {
  if (snapshot === null) return null;
  const tone = snapshot.status === "ready_for_approval" || snapshot.status === "approved" ? "on" : "warn";
  return <span class={`pill ${tone}`}>{snapshot.status}</span>;
}

function Ids({ title, none, ids }: { title: string; none: string | null; ids: readonly string[] }) {
  if (ids.length === 0 && none === null) return null;
  return (
    <section class="card">
      <h2>
        {title} <span class="number">{ids.length}</span>
      </h2>
      {ids.length === 0 && <p class="quiet">{none}</p>}
      <ul class="sentences">
        {ids.slice(0, IDS_SHOWN).map((each) => (
          <li>
            <code>{clip(visible(each), 200)}</code>
          </li>
        ))}
        {ids.length > IDS_SHOWN && <li>and {ids.length - IDS_SHOWN} more</li>}
      </ul>
    </section>
  );
}

function Drafts({ drafts, active, form }: { drafts: WorkspaceView["drafts"]; active: string | null; form: FormContext | null }) {
  return (
    <section class="card">
      <h2>
        Drafts <span class="number">{drafts.length}</span>
      </h2>
      <ul>
        {drafts.map(({ draft, snapshot }) => (
          <li class="draft">
            <span class="body">
              {clip(visible(draft.title ?? "Untitled"), 120)}
              <span class="quiet">
                {KINDS[draft.kind]}
                {draft.pullRequest === null ? "" : ` #${draft.pullRequest}`}, {draft.status}
                {snapshot === null ? "" : `, version ${snapshot.version} ${snapshot.status}`}
              </span>
            </span>
            {draft.id === active && <span class="pill on">active</span>}
            {form !== null && form.barred === null && draft.id !== active && draft.status === "open" && snapshot !== null && (
              <Activate form={form} draft={draft} snapshot={snapshot} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const MARKS = { yes: ["pass", "✓"], no: ["rejected", "✗"], not_yet: ["info", "·"], overridden: ["overridden", "!"] } as const;

function Questions({ questions }: { questions: readonly DoctorAnswer[] }) {
  return (
    <section class="card">
      <h2>If approval looks wrong</h2>
      <ol class="questions">
        {questions.map(({ question, answer, detail, next }) => (
          <li>
            <span class={`symbol ${MARKS[answer][0]}`} role="img" aria-label={answer.replace("_", " ")}>
              {MARKS[answer][1]}
            </span>
            <span class="body">
              {question}
              <span class="quiet">
                {" "}
                {clip(visible(detail), 300)}
                {next === null ? "" : `: ${next}`}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
