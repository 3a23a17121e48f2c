import { judgePromotion, type PromotionFacts } from "../engine/plan.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { assertNever } from "../engine/problem.ts";
import type {
  ApprovalRecord,
  PlanCandidate,
  PlanOutcome,
  PlanPublishing,
  PlanRecords,
  PlanRequest,
  PlanShowing,
  PlanWrite,
  PlanWritten,
  PullRequests,
} from "./ports.ts";
import { TruthError } from "./ports.ts";

export interface PlanDeps {
  readonly ledger: PlanRecords;
  /** To see whether one landed commit descends from another. */
  readonly pulls: Pick<PullRequests, "content">;
}

/** Landings are recorded side by side: how often a publication that was overtaken looks again. */
const TRIES = 5;

export function createPlanPublishing(deps: PlanDeps): PlanPublishing & PlanShowing {
  return {
    planOf: (key) => deps.ledger.planOf(key),
    promote: (input) => promotePlan(deps, input),
    enforce: (input) => enforcePlan(deps.ledger, input),
    revoke: (input) => revokePlan(deps.ledger, input),
  };
}

/** Publishes an approval to the plan of its workspace, by hand. @throws TruthError where the history cannot be read. */
export async function promotePlan(deps: PlanDeps, input: PlanRequest): Promise<PlanOutcome> {
  return settle(deps, writeOf(input), async (candidate, write, verdict) => {
    if (verdict.status === "publish") return outcomeOf(await deps.ledger.publishPlan({ ...write, after: candidate.seq }));
    return refused(verdict.needsAdmin ? "FORBIDDEN" : "INVALID_STATE", verdict.because);
  });
}

/**
 * What a recorded landing does to the plan where `plan.promote` says on-merge. Idempotent on the approval: it is published or withheld once,
 * and a run that was cut off before either comes round again with the landing. @throws TruthError
 */
export async function promoteOnMerge(deps: PlanDeps, { approval, event }: ApprovalRecord): Promise<void> {
  const at = { tenantId: event.tenantId, workspaceId: approval.workspaceId, approvalId: approval.id };
  const write: PlanWrite = { ...at, how: "on_merge", actorId: null, byAdmin: false, because: null };
  const outcome = await settle(deps, write, async (candidate, _, verdict) => {
    const after = candidate.seq;
    if (candidate.settledOnMerge !== null) return refused("INVALID_STATE", `it was ${candidate.settledOnMerge} before`);
    if (verdict.status === "skip") return refused("INVALID_STATE", verdict.because);
    if (verdict.status === "refuse") return outcomeOf(await deps.ledger.withholdPlan({ ...write, because: verdict.because, after }));
    const written = await deps.ledger.publishPlan({ ...write, after });
    if (written.status !== "unsettled" && written.status !== "narrows") return outcomeOf(written);
    const because = written.status === "narrows" ? narrows(written.missing) : written.because.join("; ");
    return outcomeOf(await deps.ledger.withholdPlan({ ...write, because, after }));
  });
  if (outcome.status === "refused" && outcome.code !== "INVALID_STATE")
    throw new Error(`plan of approval ${approval.id}: ${outcome.because}`);
}

export async function enforcePlan(ledger: PlanRecords, input: PlanRequest): Promise<PlanOutcome> {
  if (!input.actor.isAdmin) return refused("FORBIDDEN", "only an admin makes a plan enforcing");
  return outcomeOf(await ledger.enforcePlan(writeOf(input)));
}

export async function revokePlan(ledger: PlanRecords, input: PlanRequest): Promise<PlanOutcome> {
  if (!input.actor.isAdmin) return refused("FORBIDDEN", "only an admin revokes a plan");
  return outcomeOf(await ledger.revokePlan(writeOf(input)));
}

type Act = (candidate: PlanCandidate, write: PlanWrite, verdict: ReturnType<typeof judgePromotion>) => Promise<PlanOutcome>;

/** Reads, judges and writes, and does so again when the plan moved in between. */
async function settle(deps: PlanDeps, write: PlanWrite, act: Act): Promise<PlanOutcome> {
  for (let left = TRIES; ; left -= 1) {
    const candidate = await deps.ledger.planCandidate(write);
    if (candidate === null) return refused("NOT_FOUND", "there is no such approval in this workspace");
    if (candidate.published?.approvalId === candidate.approvalId) return publishedAlready(candidate);
    const outcome = await act(candidate, write, judgePromotion(await factsOf(deps, candidate, write)));
    if (outcome.status !== "refused" || outcome.code !== "VERSION_CONFLICT" || left === 1) return outcome;
  }
}

async function factsOf(deps: PlanDeps, candidate: PlanCandidate, { how, byAdmin }: PlanWrite): Promise<PromotionFacts> {
  const { subject, policy } = candidate.evaluation.facts;
  return {
    how,
    byAdmin,
    environment: candidate.environment,
    baseRef: candidate.landing === null ? null : candidate.evaluation.baseRef,
    defaultBranch: subject.defaultBranch,
    config: readableSet(policy).config,
    descent: await descentOf(deps, candidate),
    unsettled: byAdmin ? [] : await deps.ledger.unsettledLandings(candidate),
  };
}

async function descentOf({ pulls }: PlanDeps, { landing, published, approvalVersion }: PlanCandidate): Promise<PromotionFacts["descent"]> {
  if (published === null) return "first";
  const inOrder = approvalVersion > published.approvalVersion ? "newer" : "older";
  // A later landing over what was approved in Studio still has the landings before that behind it.
  if (landing === null || published.mergeSha === null || (!published.landed && inOrder === "older")) return inOrder;
  const { mergeSha, repository } = landing;
  try {
    const common = await pulls.content(repository).mergeBase(published.mergeSha, mergeSha);
    return common === published.mergeSha ? "descends" : common === mergeSha ? "behind" : "unrelated";
  } catch (error) {
    // The published commit is there no more, or has nothing in common with this one: either way this one was not built on it.
    if (error instanceof TruthError && error.kind === "auth") return "unrelated";
    throw error;
  }
}

function writeOf({ tenantId, workspaceId, approvalId, actor, rationale }: PlanRequest): PlanWrite {
  const because = rationale ?? null;
  return { tenantId, workspaceId, approvalId, how: "manual", actorId: actor.personId, byAdmin: actor.isAdmin, because };
}

function publishedAlready({ status, compiledHash, approvalId }: PlanCandidate): PlanOutcome {
  return { status: "done", plan: { status, compiledHash, approvalId }, created: false };
}

function outcomeOf(written: PlanWritten): PlanOutcome {
  switch (written.status) {
    case "done":
      return written;
    case "moved":
      return refused("VERSION_CONFLICT", "the plan is not the one that was read");
    case "not_found":
      return refused("NOT_FOUND", "there is no such approval in this workspace");
    case "invalid_state":
      return refused("INVALID_STATE", "nothing is published");
    case "artifact_invalid":
      return refused("APPROVED_ARTIFACT_INVALID", "the artifact of this approval is missing or does not verify");
    case "unsettled":
      return refused("FORBIDDEN", `an admin must publish: ${written.because.join("; ")}`);
    case "narrows":
      return { ...refused("CONTRACTS_MISSING", narrows(written.missing)), details: { contracts: written.missing } };
    default:
      return assertNever(written);
  }
}

const NAMED_MAX = 10;

function narrows(missing: readonly string[]): string {
  const more = missing.length > NAMED_MAX ? ` and ${missing.length - NAMED_MAX} more` : "";
  return `it would take contracts from runtimes that nobody decided to remove: ${missing.slice(0, NAMED_MAX).join(", ")}${more}`;
}

type Refusal = Extract<PlanOutcome, { status: "refused" }>;

function refused(code: Refusal["code"], because: string): Refusal {
  return { status: "refused", code, because };
}
