import type { Decision } from "../engine/decision.ts";
import type { Facts, PeopleFacts } from "../engine/facts.ts";
import type { GateDeps } from "./deps.ts";
import type { PullTruth, ReviewRequest, ReviewTarget } from "./ports.ts";
import { TruthError } from "./ports.ts";

const TARGETS_MAX = 10;
const MAY_ASK = new Set(["write", "maintain", "admin"]);

/**
 * Asks the teams and people that are missing for their review: each once, also when somebody took the request away again, and once
 * more when somebody with write access presses the button. A draft asks nobody. True = a refusal is new, to be told on the check.
 */
export async function requestReviewers(
  deps: GateDeps,
  key: string,
  pull: PullTruth,
  { facts, decision }: { readonly facts: Facts; readonly decision: Decision },
): Promise<boolean> {
  if (pull.draft || (decision.state !== "pending_approval" && decision.state !== "rejected")) return false;
  const targets = targetsOf(decision, facts.people, pull).slice(0, TARGETS_MAX);
  if (targets.length === 0) return false;
  const { ledger } = deps;
  const [requests, actions] = await Promise.all([ledger.reviewRequests(key), ledger.checkActions(pull.repository.id, pull.headSha)]);
  const known = new Map(requests.map((request) => [request.target, request]));
  const pressed = await pressedAt(deps, pull, actions);
  let refused = false;
  for (const target of targets) {
    const before = known.get(target);
    if (before !== undefined && !isDue(before, pressed)) continue;
    // Remembered first: a process that ends here asks again, and one that was answered never does.
    await ledger.setReviewRequest(key, target, "wanted", null);
    const reason = await ask(deps, pull, target);
    await ledger.setReviewRequest(key, target, reason === null ? "requested" : "refused", reason);
    refused ||= reason !== null && reason !== before?.reason;
  }
  return refused;
}

/** Whom the open requirements name: never who made the change or has approved it already. */
function targetsOf({ requirements }: Decision, people: PeopleFacts | null, pull: PullTruth): readonly ReviewTarget[] {
  const open = requirements.filter(({ have, minApprovals }) => have < minApprovals);
  const commits = (people?.commits ?? []).flatMap(({ author, committer, coAuthors }) => [author, committer, ...coAuthors]);
  const hands = [pull.author?.login ?? null, ...commits, ...(people?.pushes ?? []).map(({ actor }) => actor)];
  const done = new Set(
    [...hands, ...requirements.flatMap(({ approvals }) => approvals.map(({ user }) => user))].map((login) => login?.toLowerCase()),
  );
  const targets = open.flatMap(({ team, users }): ReviewTarget[] => {
    if (team !== null) return [`team:${team}`];
    return users.filter((login) => !done.has(login.toLowerCase())).map((login) => `user:${login}` as const);
  });
  return [...new Set(targets)];
}

function isDue({ status, at }: ReviewRequest, pressed: string | null): boolean {
  return status === "wanted" || (pressed !== null && Date.parse(pressed) > Date.parse(at));
}

/** When the button was last pressed by somebody who may ask; null = never. A button grants nothing to anybody else. */
async function pressedAt(
  { conversation }: GateDeps,
  pull: PullTruth,
  actions: Awaited<ReturnType<GateDeps["ledger"]["checkActions"]>>,
): Promise<string | null> {
  for (const { actorId, actorLogin, at } of actions.slice(-5).reverse()) {
    const role = await conversation.roleOf(pull.repository, { id: actorId, login: actorLogin });
    if (role !== null && MAY_ASK.has(role)) return at;
  }
  return null;
}

/** null = asked; else why GitHub will not. Rejects when its answer is not known. */
async function ask({ conversation }: GateDeps, pull: PullTruth, target: ReviewTarget): Promise<string | null> {
  try {
    await conversation.requestReview(pull, target);
    return null;
  } catch (error) {
    if (error instanceof TruthError && error.kind !== "network") return error.message;
    throw error;
  }
}
