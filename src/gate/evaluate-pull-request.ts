import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { checksOf } from "../engine/state.ts";
import type { GateDeps } from "./deps.ts";
import { draftOf } from "./draft.ts";
import { isOutside } from "./enrolled.ts";
import { faultFacts, gatherFacts } from "./gather-facts.ts";
import type { PullTruth, SaveEvaluation, SubjectWork, WantedCheck } from "./ports.ts";
import { publishChecks } from "./publish-checks.ts";
import { recordMerge } from "./record-merge.ts";
import { watchPolicy } from "./record-policy.ts";
import { rememberedPolicy } from "./remembered-policy.ts";
import { ranOut, stillTrue } from "./second-look.ts";
import { inPlace, type Postponed } from "./shares.ts";
import { speak } from "./speak.ts";
import { tendOverrides } from "./tend-overrides.ts";
import { readKnown, toldPull } from "./told-pull.ts";

/** What one run of the worker came to; for logs and metrics. */
export type EvaluationOutcome =
  | { readonly status: "unknown_subject" | "idle" | "not_enrolled" | "ungoverned" | "closed" | "superseded" | "moved" }
  | Postponed
  /** A branch: how many commits are accounted for now, and how many incidents that made. */
  | { readonly status: "walked"; readonly commits: number; readonly incidents: number }
  | { readonly status: "merged"; readonly recorded: "approval" | "incident" | "nothing" }
  /** `until`: the instant at which the clock alone ends this verdict; null = none. */
  | {
      readonly status: "evaluated";
      readonly state: Decision["state"];
      readonly published: number;
      readonly evaluationId: string;
      readonly until: string | null;
    };

/** A check stays in progress while faults are retried; from this many in a row it says failure. */
export const FAULTS_BEFORE_FAILURE = 3;

/**
 * Reads the truth about one pull request, decides, saves, publishes. Level-triggered: what woke it does not matter.
 * Rejects when it has to run again (the queue retries); whatever it rejects for, no success is left standing that was not earned now.
 */
export async function evaluatePullRequest(deps: GateDeps, key: string): Promise<EvaluationOutcome> {
  const outcome = await evaluateOnce(deps, key);
  if (outcome.status === "postponed") return outcome;
  // Whatever fails there comes round again by itself, and never changes a verdict.
  await tendOverrides(deps, key).catch(() => {});
  return outcome;
}

async function evaluateOnce(deps: GateDeps, key: string): Promise<EvaluationOutcome> {
  const work = await deps.ledger.startWork(key);
  if (work === null) return { status: "unknown_subject" };
  // A wake-up says nothing about whether work is left; the subject row does.
  if (work.wantGen === work.doneGen && !ranOut(deps, work) && (await deps.ledger.pendingChecks(key)).length === 0)
    return { status: "idle" };
  return inPlace(deps.shares, work.pull.repository.installationId, key, () => evaluateWork(deps, work));
}

async function evaluateWork(deps: GateDeps, work: SubjectWork): Promise<EvaluationOutcome> {
  const pull = await readKnown(deps, work).catch((error: unknown) => publishUnread(deps, work, error));
  if (pull.state === "closed") return closeSubject(deps, work, pull);
  // New here, or on another base than before: a success that stands on this commit was earned by something else.
  if (work.previous?.headSha !== pull.headSha || work.previous.baseRef !== pull.baseRef) {
    if ((await deps.ledger.withholdSuccess(work, pull.headSha)) > 0) await publishChecks(deps, work, pull.headSha);
  }

  const facts = await gatherFacts(deps, work.key, pull).catch((error: unknown) => error as Error);
  if (facts instanceof Error) return publishFault(deps, work, pull, facts);
  if (isOutside(facts)) {
    return leaveAlone(deps, work, pull, "not_enrolled");
  }
  return saveAndPublish(deps, work, pull, facts);
}

async function saveAndPublish(deps: GateDeps, work: SubjectWork, pull: PullTruth, facts: Facts): Promise<EvaluationOutcome> {
  let decision: Decision;
  try {
    decision = decide(facts);
  } catch (error) {
    return publishFault(deps, work, pull, error as Error);
  }
  if (decision.pattern === null && decision.state !== "invalid") {
    return leaveAlone(deps, work, pull, "ungoverned");
  }
  const second = await stillTrue(deps, work.key, pull, facts, decision).catch((error: unknown) => error as Error);
  if (second instanceof Error) return publishFault(deps, work, pull, second);
  if (!second) {
    await deps.ledger.markDirty(work.key);
    return { status: "moved" };
  }
  const evaluation: SaveEvaluation = {
    work,
    facts,
    decision,
    headSha: pull.headSha,
    baseRef: pull.baseRef,
    baseSha: facts.subject.baseSha,
    author: facts.subject.author,
    checks: wantedChecks(facts, decision),
    done: true,
    asks: !pull.draft,
    draft: draftOf(facts, decision),
  };
  const saved = await deps.ledger.saveEvaluation(evaluation).catch((error: unknown) => withhold(deps, work, pull.headSha, error));
  if (saved.status === "superseded") return { status: "superseded" };
  const published = await publishChecks(deps, work, pull.headSha, saved.evaluation);
  await speak(deps, work.key, pull, { facts, decision, evaluationId: saved.evaluation.id });
  return {
    status: "evaluated",
    state: decision.state,
    published,
    evaluationId: saved.evaluation.id,
    until: decision.override?.expiresAt ?? null,
  };
}

/**
 * Not even the pull request could be read. One that was never decided on has no check that could say so: then head and base are those that
 * the signed delivery names, for this fault only, and no success is written on them.
 */
async function publishUnread(deps: GateDeps, work: SubjectWork, error: unknown): Promise<never> {
  const told = work.previous === null || work.previous.decision.state === "error" ? toldPull(work) : null;
  if (told === null) return withhold(deps, work, null, error);
  return publishFault(deps, work, told, error instanceof Error ? error : new Error(String(error)), null);
}

/** Truth could not be read: say so on the check, keep the subject dirty, and let the job come back. `looked`: the head that was read. */
async function publishFault(
  deps: GateDeps,
  work: SubjectWork,
  pull: PullTruth,
  error: Error,
  looked: string | null = pull.headSha,
): Promise<never> {
  const previous = work.previous;
  const earlier =
    previous !== null && previous.decision.state === "error" && previous.headSha === pull.headSha ? previous.facts.faults : [];
  const faulted = faultFacts(deps.clock, pull, earlier, error);
  // What governs the base was known before: the error shows under the same name, on the same check.
  const isKnown = previous !== null && previous.baseRef === pull.baseRef && previous.facts.policy.status === "ok";
  const known = isKnown
    ? { reading: previous.facts.policy, commit: previous.facts.policyCommit }
    : await rememberedPolicy(deps, pull.repository);
  const facts = known === null ? faulted : { ...faulted, policy: known.reading, policyCommit: known.commit };
  const decision = decide(facts);
  if (decision.state === "error" && decision.pattern !== null && known !== null) {
    const evaluation: SaveEvaluation = {
      work,
      facts,
      decision,
      headSha: pull.headSha,
      baseRef: pull.baseRef,
      baseSha: pull.baseSha,
      author: facts.subject.author,
      checks: wantedChecks(facts, decision),
      done: false,
      draft: null,
    };
    const saved = await deps.ledger.saveEvaluation(evaluation).catch(() => withhold(deps, work, looked, error));
    if (saved.status === "saved") await publishChecks(deps, work, looked).catch(() => {});
    throw error;
  }
  return withhold(deps, work, looked, error);
}

/** Nothing can be said about this pull request now, or it cannot be stored: its checks go back to "in progress". The subject stays dirty. */
async function withhold(deps: GateDeps, work: SubjectWork, headSha: string | null, error: unknown): Promise<never> {
  await deps.ledger.withholdSuccess(work, headSha);
  await publishChecks(deps, work, headSha).catch(() => {});
  throw error;
}

function wantedChecks(facts: Facts, decision: Decision): readonly WantedCheck[] {
  const { config, enrolment } = readableSet(facts.policy);
  const wanted = checksOf(decision, config, enrolment);
  if (decision.state !== "error" || facts.faults.length < FAULTS_BEFORE_FAILURE) return wanted;
  return wanted.map((check) => ({ ...check, conclusion: "failure" as const }));
}

/** Nothing is decided about this pull request; a success that an earlier evaluation left on its commits is taken back. */
async function leaveAlone(
  deps: GateDeps,
  work: SubjectWork,
  pull: PullTruth,
  status: "not_enrolled" | "ungoverned",
): Promise<EvaluationOutcome> {
  await deps.ledger.finishWork(work, placeOf(pull, true));
  await publishChecks(deps, work, pull.headSha);
  return { status };
}

async function closeSubject(deps: GateDeps, work: SubjectWork, pull: PullTruth): Promise<EvaluationOutcome> {
  const recorded = pull.merged ? await recordMerge(deps, work, pull) : null;
  if (recorded === "incident") await watchPolicy(deps, pull);
  // Taken to another base and merged there between two looks: the success that stands here was earned for something else.
  const elsewhere = work.previous !== null && work.previous.baseRef !== pull.baseRef;
  await deps.ledger.finishWork(work, { ...placeOf(pull, false), merged: pull.merged, elsewhere });
  await publishChecks(deps, work, pull.headSha);
  return recorded === null ? { status: "closed" } : { status: "merged", recorded };
}

function placeOf(pull: PullTruth, open: boolean): { open: boolean; headSha: string; baseRef: string } {
  return { open, headSha: pull.headSha, baseRef: pull.baseRef };
}
