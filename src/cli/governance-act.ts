import { z } from "zod";
import { Refusal } from "../gate/ports.ts";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { type CliContext, EXIT } from "./io.ts";
import { pullNamed, reviewPull } from "./review-pull.ts";
import { openStation, type Station } from "./station-client.ts";
import { StationFailure } from "./station-failure.ts";
import { exitCodeOf, movedBase, pathOf, readSubmission, type SubmissionView, standingOf, submissionText } from "./submission.ts";

/** The command needs only that it was done. */
const done = z.object({});
/** A vote makes a version of its own. */
const voted = z.object({ snapshot: z.object({ id: z.string(), version: z.number() }) });
const owed = z.object({ review_due_at: z.iso.datetime() });

function seen({ id, snapshot_id, version }: SubmissionView) {
  return { draft_id: id, snapshot_id, draft_version: version };
}

function act<T>(station: Station, view: SubmissionView, what: string, more: object, answer: z.ZodType<T>): Promise<T> {
  const path = `/api/dashboard/studio/workspaces/${encodeURIComponent(view.workspace_id)}/${what}`;
  return station.request(answer, "POST", path, { ...seen(view), ...more });
}

/** The caller's vote; when nobody else is asked after it, the approval too. */
export async function approve(
  context: CliContext,
  id: string,
  options: { readonly server?: string; readonly comment?: string; readonly expectedVersion?: number },
): Promise<number> {
  const pull = pullNamed(id);
  if (pull !== null) {
    if (options.expectedVersion === undefined) return reviewPull(context, pull, "APPROVE", options.comment ?? null);
    throw new Refusal("usage", "--expected-version is a submission's", "a review of a pull request is of the commit that is its head now");
  }
  const station = await openStation(context, options.server, "person");
  let view = await readSubmission(station, id);
  if (view.state !== "pending_approval") return ended(context, view);
  if (options.expectedVersion !== undefined && view.version !== options.expectedVersion) throw notSeen(view, options.expectedVersion);
  const moved = movedBase(view);
  if (moved !== null)
    throw new StationFailure(EXIT.validation, `it does not begin from what was approved before: ${moved.join("; ")}`, {
      code: "BASE_MOVED",
      hint: "nothing was done. Have it submitted again from the content that was approved last; an admin can force it: --despite-base",
    });
  let { snapshot_id: snapshot, version } = view;
  const lookAgain = async () => {
    view = await readSubmission(station, id);
    // What others did meanwhile nobody has looked at.
    if (view.ready && view.snapshot_id !== snapshot) throw notSeen(view, version);
  };
  if (!view.ready) {
    const ballot = { vote: "approve", ...(options.comment === undefined ? {} : { comment: options.comment }) };
    ({ id: snapshot, version } = (await act(station, view, "votes", ballot, voted)).snapshot);
    context.stderr.write("countersign: your vote is recorded\n");
    await lookAgain();
  }
  if (view.ready && !view.active) {
    await act(station, view, "activate", {}, done);
    await lookAgain();
  }
  if (view.ready) {
    await act(station, view, "approve", options.comment === undefined ? {} : { rationale: options.comment }, done);
    view = await readSubmission(station, id);
  }
  context.stdout.write(submissionText(view));
  return exitCodeOf(view);
}

/** Ends it. The exit code says that this was done, not what the submission is. */
export async function reject(
  context: CliContext,
  id: string,
  options: { readonly server?: string; readonly reason: string },
): Promise<number> {
  const pull = pullNamed(id);
  if (pull !== null) return reviewPull(context, pull, "REQUEST_CHANGES", options.reason);
  const station = await openStation(context, options.server, "person");
  const view = await readSubmission(station, id);
  if (view.state !== "pending_approval") return ended(context, view);
  await act(station, view, "reject", { reason: options.reason }, done);
  context.stdout.write(submissionText(await readSubmission(station, id)));
  return EXIT.success;
}

/** Break-glass. The exit code is 0 once it is recorded. */
export async function override(
  context: CliContext,
  id: string,
  options: { readonly server?: string; readonly reason: string; readonly incident: string; readonly despiteBase: boolean },
): Promise<number> {
  const station = await openStation(context, options.server, "person");
  const view = await readSubmission(station, id);
  if (view.state !== "pending_approval") return ended(context, view);
  const { reason, incident, despiteBase } = options;
  // Said only where it is wanted: a server that knows nothing of it refuses what it does not know.
  const despite = despiteBase ? { despite_base: true } : {};
  const body = { snapshot_id: view.snapshot_id, draft_version: view.version, reason, incident, ...despite };
  const { review_due_at } = await station.request(owed, "POST", `${pathOf(id)}/override`, body);
  context.stdout.write(submissionText(await readSubmission(station, id)));
  const taken = movedBase(view) ?? [];
  for (const difference of taken) context.stderr.write(`countersign: OVER WHAT WAS APPROVED: ${escapeTerminal(difference)}\n`);
  context.stderr.write(`countersign: OVERRIDE recorded at the highest severity; somebody else reviews it until ${review_due_at}\n`);
  return EXIT.success;
}

/** The review that an override owes. */
export async function review(
  context: CliContext,
  id: string,
  options: { readonly server?: string; readonly finding: string },
): Promise<number> {
  const station = await openStation(context, options.server, "person");
  await station.request(done, "POST", `${pathOf(id)}/override-review`, { finding: options.finding });
  context.stdout.write(`the override of ${id} is reviewed\n`);
  return EXIT.success;
}

/** As the server would refuse it. */
function notSeen({ id, version }: SubmissionView, seen: number): StationFailure {
  return new StationFailure(EXIT.validation, `E010: the submission is at version ${version}, and you approve version ${seen}`, {
    code: "VERSION_CONFLICT",
    hint: `look at it again: \`countersign governance status ${id}\``,
  });
}

/** Over before this command came. */
function ended(context: CliContext, view: SubmissionView): number {
  context.stdout.write(submissionText(view));
  context.stderr.write(`countersign: nothing was done: it is ${escapeTerminal(standingOf(view))}\n`);
  return exitCodeOf(view);
}
