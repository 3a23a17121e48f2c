import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import { UNKNOWN_CONTRIBUTORS } from "../engine/policy/requirements.ts";
import { withPeople } from "./draft-people.ts";
import type { DraftAsk, DraftContext, Outcome, Refused, SavedDraft, StoredEvaluation, Vote } from "./ports.ts";
import { lastVote, redraft, refused, retried, type StudioDeps } from "./save-draft-snapshot.ts";

export interface Ballot extends DraftAsk {
  readonly kind: Vote["kind"];
  /** Whose vote is dismissed; else the caller. */
  readonly personId: number;
  readonly comment: string | null;
}

/**
 * Records one person's vote on a draft that is no pull request and decides again from the stored facts, by the rules that count reviews
 * on GitHub. A vote that could not count is refused, with the rule's reason. Rejects with `TruthError` when people cannot be read.
 */
export async function castVote({ records, electorate }: StudioDeps, ballot: Ballot): Promise<Outcome<SavedDraft>> {
  const before = await records.answered<SavedDraft>(ballot);
  if (before.status === "refused") return before;
  if (before.value !== null) return { status: "done", value: before.value };
  return retried(records, ballot, async (context) => {
    const wrong = unfit(context, ballot) ?? (await staleBallot(records, context, ballot));
    if (wrong !== null) return wrong;
    const evaluation = context.evaluation!;
    const vote = voteOf(context, evaluation, ballot);
    const facts = await withPeople(electorate, { tenantId: ballot.tenantId, facts: evaluation.facts, context }, { vote });
    const decision = decide(facts);
    const refusal = uncounted(decision, vote, evaluation.decision);
    if (refusal !== null) return refusal;
    return records.recordVote({
      tenantId: ballot.tenantId,
      draftId: ballot.draftId,
      expected: { version: context.draft.currentVersion, lastVote: lastVote(context) },
      ...{ facts, decision, vote },
      draft: redraft(facts, decision),
      requirementIds: filledBy(decision, vote),
      channel: ballot.channel,
      idempotency: ballot.idempotency,
    });
  });
}

function unfit(context: DraftContext, ballot: Ballot): Refused | null {
  const { draft, workspace, evaluation, contributions, votes } = context;
  if (workspace.id !== ballot.workspaceId) return refused("NOT_FOUND", "the workspace has no such draft");
  if (draft.kind === "pull_request")
    return refused("NOT_READY", `#${draft.pullRequest} is reviewed on GitHub`, { hint: "review the pull request" });
  if (draft.status !== "open") return refused("INVALID_STATE", `the draft is ${draft.status}`);
  if (evaluation === null) return refused("INVALID_STATE", "there is nothing to vote on: the draft has no snapshot yet");
  const isOwn = draft.authorId === ballot.actorId || contributions.some(({ personId }) => personId === ballot.actorId);
  if (isOwn && ballot.kind !== "withdraw")
    return refused("OWN_CHANGE", "you had a hand in this draft, and nobody votes on their own change");
  if (ballot.kind !== "withdraw" && ballot.kind !== "dismiss") return null;
  const last = votes.findLast(({ personId }) => personId === ballot.personId);
  // A dismissal by somebody who may not ends nothing: the next one may.
  const open = ballot.kind === "dismiss" && last?.kind === "dismiss" && last.actorId !== ballot.actorId;
  const stands = open || last?.kind === "approve" || last?.kind === "request_changes";
  return stands ? null : refused("INVALID_STATE", "there is no vote to take away");
}

/** A vote is about content: another snapshot of the same content is the same, for whoever voted beside others. */
async function staleBallot(records: StudioDeps["records"], context: DraftContext, ballot: Ballot): Promise<Refused | null> {
  const seen = await records.snapshotContent(ballot.tenantId, ballot.draftId, ballot.snapshotId);
  if (seen === null) return refused("NOT_FOUND", "the draft has no such snapshot");
  const { snapshot, evaluation } = context;
  const same =
    seen.version === ballot.draftVersion &&
    seen.headSha === snapshot?.headSha &&
    seen.contentDigest === evaluation?.decision.digests.content;
  if (same) return null;
  const details = { draft_id: context.draft.id, snapshot_id: snapshot?.id ?? null, draft_version: snapshot?.version ?? null };
  return refused("STALE_LINEAGE", "the draft's content is not what you have seen", { details });
}

function voteOf(context: DraftContext, evaluation: StoredEvaluation, ballot: Ballot): Vote {
  const before = context.votes.at(-1)?.receivedAt ?? context.now;
  return {
    seq: lastVote(context) + 1,
    kind: ballot.kind,
    personId: ballot.personId,
    actorId: ballot.actorId,
    contentDigest: evaluation.decision.digests.content,
    headSha: evaluation.headSha,
    comment: ballot.comment,
    // A clock that goes back never puts a withdrawal in front of what it takes away.
    receivedAt: before > context.now ? before : context.now,
  };
}

/** Why the vote would count for nothing; null = it counts, or takes something away. */
function uncounted(decision: Decision, vote: Vote, before: Decision): Refused | null {
  const isThis = ({ reviewId }: { readonly reviewId: number }) => reviewId === vote.seq;
  if (vote.kind === "approve") {
    const counted = decision.requirements.some(({ approvals }) => approvals.some(isThis));
    if (counted) return null;
    if (decision.requirements.length === 0) return refused("INVALID_STATE", "nobody's approval is asked for");
    const why = [...decision.refused, ...decision.requirements.flatMap((each) => each.refused)].filter(isThis);
    // It may fill a requirement that others have filled already: it stands in when one of them is withdrawn.
    const asked = decision.requirements.filter(({ source }) => !source.includes(UNKNOWN_CONTRIBUTORS));
    const standsIn = !decision.refused.some(isThis) && asked.some((each) => !each.refused.some(isThis));
    return standsIn ? null : ineligible(why.map(({ reason, because }) => ({ reason, because })));
  }
  if (vote.kind === "request_changes" && decision.state !== "rejected" && before.state !== "rejected") return ineligible([]);
  return null;
}

function ineligible(reasons: readonly { readonly reason: string; readonly because: string }[]): Refused {
  const because = reasons[0]?.because ?? "you may fill none of its requirements";
  return refused("NOT_ELIGIBLE", `your vote would not count: ${because}`, { details: { reasons } });
}

function filledBy(decision: Decision, vote: Vote): readonly string[] {
  return decision.requirements.filter(({ approvals }) => approvals.some(({ reviewId }) => reviewId === vote.seq)).map(({ id }) => id);
}
