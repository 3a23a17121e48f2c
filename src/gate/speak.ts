import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { checksOf } from "../engine/state.ts";
import { answerCommands } from "./answer-commands.ts";
import type { GateDeps } from "./deps.ts";
import { isObserved } from "./enrolled.ts";
import { keepComment } from "./keep-comment.ts";
import type { PullTruth } from "./ports.ts";
import { requestReviewers } from "./request-reviewers.ts";

export interface Decided {
  readonly facts: Facts;
  readonly decision: Decision;
  readonly evaluationId: string;
}

/**
 * What is said to people once the check stands: whom the change waits for is asked, commands are answered, the comment is kept. None of
 * it decides anything, so a failure is told to the operator and ends there. What turns up new is told on the check by deciding again.
 */
export async function speak(deps: GateDeps, key: string, pull: PullTruth, decided: Decided): Promise<void> {
  // What is only observed is decided and shown: nobody is asked, answered or told.
  if (isObserved(decided.facts)) return;
  const news = [
    await attempt(deps, () => lookForOthers(deps, key, pull, decided)),
    await attempt(deps, () => requestReviewers(deps, key, pull, decided)),
  ];
  await attempt(deps, () => answerCommands(deps, key, pull, decided));
  await attempt(deps, () => keepComment(deps, key, pull, decided));
  if (news.includes(true)) await deps.ledger.markDirty(key);
}

async function attempt<T>(deps: GateDeps, say: () => Promise<T>): Promise<T | null> {
  try {
    return await say();
  } catch (error) {
    deps.onUnsaid?.(error);
    return null;
  }
}

/** Somebody else's check under our name. While ours is a success nobody gains by one, so nothing is asked then. */
async function lookForOthers(deps: GateDeps, key: string, pull: PullTruth, { facts, decision }: Decided): Promise<boolean> {
  const aggregate = checksOf(decision, readableSet(facts.policy).config).find(({ policy }) => policy === null);
  if (aggregate === undefined || aggregate.conclusion === "success") return false;
  let found = false;
  for (const other of await deps.checks.others(pull.repository, pull.headSha, aggregate.name))
    found = (await deps.ledger.recordForeignCheck(key, pull.headSha, other)) || found;
  return found;
}
