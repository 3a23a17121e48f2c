import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import { isPassing } from "../engine/decision.ts";
import { configuredAgent, draftOf } from "./draft.ts";
import { withPeople } from "./draft-people.ts";
import type {
  Clock,
  ContractComparer,
  DraftAsk,
  DraftContext,
  DraftSnapshot,
  Electorate,
  NewDraft,
  Outcome,
  Submissions,
} from "./ports.ts";
import { refused, retried, type StudioDeps } from "./save-draft-snapshot.ts";
import { policyForSubmission, type SubmissionPolicyDeps } from "./submission-policy.ts";
import { type ReadSubmission, readSubmission, type SubmittedChange } from "./submitted-change.ts";

export interface SubmitDeps extends SubmissionPolicyDeps {
  readonly submissions: Submissions;
  readonly records: StudioDeps["records"];
  readonly electorate: Electorate;
  readonly comparer: ContractComparer;
  readonly clock: Clock;
}

/** Who submits: a person who proved who they are, or a key. */
export type Submitter =
  | { readonly kind: "person"; readonly id: number; readonly login: string }
  | { readonly kind: "key"; readonly name: string };

export interface SubmitAsk {
  readonly tenantId: string;
  readonly by: Submitter;
  readonly repositoryId: number | null;
  readonly change: SubmittedChange;
  readonly idempotency: DraftAsk["idempotency"];
}

/** `id` null: nothing governed changes, so there is nothing to approve and nothing was kept. */
export interface Submitted {
  readonly id: string | null;
  readonly decision: Decision | null;
}

/** Decides about a change from outside GitHub and keeps it as a draft of its workspace. Rejects with `TruthError` when people cannot be read. */
export async function submitChange(deps: SubmitDeps, ask: SubmitAsk): Promise<Outcome<Submitted>> {
  const before = await deps.submissions.submittedBefore(ask);
  if (before.status === "refused") return before;
  if (before.value !== null) return { status: "done", value: { id: before.value.draftId, decision: null } };
  const read = await readAsk(deps, ask);
  if (read.status === "refused") return read;
  const { facts, repositoryId } = read.value;
  const { environment } = decide(facts);
  const opens: NewDraft = {
    tenantId: ask.tenantId,
    kind: "submission",
    agent: ask.change.agent,
    isAgentDeclared: configuredAgent(facts) === ask.change.agent,
    environment: environment ?? "production",
    repositoryId,
    title: ask.change.title,
    author: ask.by.kind === "person" ? ask.by : null,
    origin: originOf(ask.by),
  };
  const context = emptyContext(opens, await deps.submissions.now());
  const decided = await decideFor(deps, ask, read.value, context);
  if (decided === null) return { status: "done", value: { id: null, decision: decide(facts) } };
  const snapshot = { tenantId: ask.tenantId, draftId: context.draft.id, ...decided, ...kept(read.value), origin: opens.origin };
  const made = await deps.submissions.submit({ opens, snapshot, isUnasked: isUnasked(decided), idempotency: ask.idempotency });
  return made.status === "refused" ? made : { status: "done", value: { id: made.value.draftId, decision: decided.decision } };
}

/** A further version of a submission that is still open. Whoever makes it has a hand in it from then on. */
export async function submitVersion(
  deps: SubmitDeps,
  ask: SubmitAsk & { readonly id: string; readonly expectedVersion: number },
): Promise<Outcome<Submitted>> {
  const before = await deps.submissions.submittedBefore(ask);
  if (before.status === "refused") return before;
  if (before.value !== null) return { status: "done", value: { id: before.value.draftId, decision: null } };
  const read = await readAsk(deps, ask);
  if (read.status === "refused") return read;
  let stale: Outcome<Submitted> | null = null;
  const outcome = await retried(deps.records, { tenantId: ask.tenantId, draftId: ask.id }, async (context): Promise<Outcome<Submitted>> => {
    const { draft } = context;
    if (draft.kind !== "submission") return refused("NOT_FOUND", "there is no such submission");
    if (draft.status !== "open") return refused("INVALID_STATE", `the submission is ${draft.status}`, { hint: "submit the change anew" });
    if (draft.currentVersion !== ask.expectedVersion) {
      const details = { code: "E010", expected_version: ask.expectedVersion, current_version: draft.currentVersion };
      stale = refused("VERSION_CONFLICT", `E010: the submission is at version ${draft.currentVersion}`, { details });
      return { status: "done", value: { id: null, decision: null } };
    }
    const decided = await decideFor(deps, ask, read.value, context);
    if (decided === null) return refused("INVALID_STATE", "nothing governed changes in it", { hint: "let it expire, or have it rejected" });
    const snapshot = { tenantId: ask.tenantId, draftId: ask.id, ...decided, ...kept(read.value), origin: originOf(ask.by) };
    const made = await deps.submissions.submit({ opens: null, snapshot, isUnasked: isUnasked(decided), idempotency: ask.idempotency });
    return made.status === "refused" ? made : { status: "done", value: { id: ask.id, decision: decided.decision } };
  });
  return stale ?? outcome;
}

type Read = ReadSubmission & { readonly repositoryId: number | null };

async function readAsk(deps: SubmitDeps, ask: SubmitAsk): Promise<Outcome<Read>> {
  const policy = await policyForSubmission(deps, ask.tenantId, ask.repositoryId);
  if (policy.status === "refused") return policy;
  const { reading, repositoryId } = policy.value;
  if (reading.status === "invalid") {
    const problems = reading.problems.filter(({ severity }) => severity === "error");
    return refused("NO_POLICY", `the policy in force cannot be read: ${problems[0]!.message}`, { details: { problems } });
  }
  const read = await readSubmission(deps.comparer, ask.change, policy.value, deps.clock.now().toISOString());
  return { status: "done", value: { ...read, repositoryId } };
}

function kept({ contracts, parts, base, sources }: ReadSubmission): Omit<ReadSubmission, "facts"> {
  return { contracts, parts, base, sources };
}

function originOf(by: Submitter): string {
  return by.kind === "person" ? "api" : `key:${by.name}`;
}

/** null = nothing governed changes. */
async function decideFor(deps: SubmitDeps, ask: SubmitAsk, { facts }: Read, context: DraftContext) {
  const actorId = ask.by.kind === "person" ? ask.by.id : await claimedActor(deps, ask, context);
  const contribution = { personId: actorId, headSha: facts.subject.headSha, at: context.now };
  const peopled = await withPeople(deps.electorate, { tenantId: ask.tenantId, facts, context }, { contribution });
  const decision = decide(peopled);
  const draft = draftOf(peopled, decision);
  const expected = { version: context.draft.currentVersion, lastVote: context.votes.at(-1)?.seq ?? 0 };
  return draft === null ? null : { actorId, facts: peopled, decision, draft, expected };
}

/**
 * Whom a key names as the cause. Nobody vouches for it, so it gives nothing: the author stays unknown. Whoever is named only loses their
 * own vote.
 */
async function claimedActor(
  { electorate }: SubmitDeps,
  { tenantId, change }: SubmitAsk,
  { workspace }: DraftContext,
): Promise<number | null> {
  const claimed = change.actor?.replace(/^@/, "").toLowerCase();
  if (claimed === undefined) return null;
  const { actors } = await electorate.read({ tenantId, repositoryId: workspace.repositoryId, teams: [], people: [] });
  return actors.find(({ login }) => login.toLowerCase() === claimed)?.id ?? null;
}

/** What passes although nobody has voted. */
function isUnasked({ decision, draft }: { readonly decision: Decision; readonly draft: DraftSnapshot }): boolean {
  return draft.readyForApproval && isPassing(decision.state) && decision.requirements.length === 0;
}

/** What stands for a draft until it is there. */
function emptyContext(draft: NewDraft, now: string): DraftContext {
  const { agent, environment, repositoryId } = draft;
  const at = { createdAt: now, updatedAt: now };
  const pointers = { activeDraftId: null, activeDraftSnapshotId: null, activeApprovalId: null };
  return {
    now,
    workspace: { id: "", agent, environment, repositoryId, status: "active", runtimeAuthorityKind: "approval", ...pointers, ...at },
    draft: {
      ...{ id: "", workspaceId: "", kind: draft.kind, repositoryId, pullRequest: null, title: draft.title },
      ...{ author: draft.author?.login ?? null, authorId: draft.author?.id ?? null },
      ...{ status: "open", activeSnapshotId: null, currentVersion: 0, ...at },
    },
    snapshot: null,
    evaluation: null,
    votes: [],
    // Opening it is its first command.
    contributions: [{ personId: draft.author?.id ?? null, headSha: null, at: now }],
  };
}
