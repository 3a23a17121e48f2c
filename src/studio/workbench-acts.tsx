import type { Child } from "hono/jsx";
import type { Draft, Snapshot } from "../gate/ports.ts";

/** What every form of one page carries. */
export interface FormContext {
  readonly workspaceId: string;
  readonly token: string;
  /** New for each page: sending a form twice is one act. */
  readonly requestId: string;
  /** The person had a hand in the active draft, and so may neither vote on it nor approve it. */
  readonly isOwn: boolean;
  /** Why this person does nothing at all here; null = they may. */
  readonly barred: string | null;
}

interface Target {
  readonly form: FormContext;
  readonly draft: Draft;
  readonly snapshot: Snapshot;
}

/** What this person may do about the active draft. The gate decides; a form only asks. */
export function Acts({ form, draft, snapshot }: Target) {
  const target = { form, draft, snapshot };
  if (draft.kind === "pull_request") return <Note>{pullRequestNote(draft)}</Note>;
  if (draft.status !== "open") return <Note>This draft is {draft.status}. Nothing is to be done about it.</Note>;
  if (form.barred !== null) return <Note>{form.barred}.</Note>;
  return (
    <section class="card acts">
      <h2>Your part</h2>
      {form.isOwn ? (
        <p class="quiet">You had a hand in this draft: somebody else votes on it and approves it.</p>
      ) : (
        <>
          <Form act="vote" {...target}>
            <label for="comment">Comment to your vote</label>
            <textarea id="comment" name="comment" maxlength={4000} />
            <div class="row">
              <button type="submit" name="vote" value="approve">
                Vote to approve
              </button>
              <button type="submit" name="vote" value="request_changes">
                Request changes
              </button>
              <button type="submit" name="vote" value="withdraw">
                Withdraw
              </button>
            </div>
          </Form>
          <Form act="approve" {...target}>
            <label for="rationale">Rationale, kept with the approval</label>
            <textarea id="rationale" name="rationale" maxlength={4000} />
            <button type="submit" class="go">
              Approve version {snapshot.version}
            </button>
          </Form>
        </>
      )}
      <Form act="reject" {...target}>
        <label for="reason">Reason</label>
        <textarea id="reason" name="reason" maxlength={4000} required />
        <button type="submit" class="stop">
          Reject the draft
        </button>
      </Form>
    </section>
  );
}

function pullRequestNote({ pullRequest, status }: Draft): string {
  if (status === "open") return `Pull request #${pullRequest} is reviewed on GitHub, and approves when it merges.`;
  if (status === "approved")
    return `Pull request #${pullRequest} has merged, and its approval is recorded. Nothing is to be done about it.`;
  return `The draft of pull request #${pullRequest} is ${status}. Nothing is to be done about it.`;
}

export function Activate(target: Target) {
  return (
    <Form act="activate" {...target}>
      <button type="submit">Activate</button>
    </Form>
  );
}

function Form({ act, form, draft, snapshot, children }: Target & { act: string; children: Child }) {
  return (
    <form method="post" action={`/workspaces/${form.workspaceId}/${act}`}>
      <input type="hidden" name="token" value={form.token} />
      <input type="hidden" name="draft_id" value={draft.id} />
      <input type="hidden" name="snapshot_id" value={snapshot.id} />
      <input type="hidden" name="draft_version" value={String(snapshot.version)} />
      <input type="hidden" name="request_id" value={form.requestId} />
      {children}
    </form>
  );
}

function Note({ children }: { children: Child }) {
  return (
    <section class="card">
      <h2>Your part</h2>
      <p>{children}</p>
    </section>
  );
}
