import type { Push } from "../engine/facts.ts";
import type { PullTruth, RepositoryRef } from "../gate/ports/pulls.ts";
import type { GitHubApp } from "./client.ts";
import type { Directory } from "./directory.ts";
import { isRefused } from "./failure.ts";
import { listByCursor } from "./pages.ts";
import * as schemas from "./schemas.ts";

const MAX_PAGES = 10;
/** Of the log of a base branch: as many updates as a walk may have to tell apart, many times over. */
const TIPS_MAX_PAGES = 3;

export interface PushHistory {
  /** Oldest first. */
  readonly pushes: readonly Push[];
  /** True only when the log reaches back to the branch's creation and forward to the head. */
  readonly complete: boolean;
}

/** Who moved the head branch, by GitHub's own log of authenticated pushes: git's names are whatever the pusher wrote. */
export async function readPushes(app: GitHubApp, pull: PullTruth, directory: Directory): Promise<PushHistory> {
  const home =
    pull.headRepositoryId === pull.repository.id ? { owner: pull.repository.owner, name: pull.repository.name } : pull.headRepository;
  if (home === null || home === undefined) return { pushes: [], complete: false };
  const ref = `refs/heads/${pull.headRef}`;
  const call = {
    installationId: pull.repository.installationId,
    what: `pushes to ${pull.headRef}`,
    route: "GET /repos/{owner}/{repo}/activity",
    parameters: { owner: home.owner, repo: home.name, ref, direction: "desc" },
  };
  const log = await listByCursor(app, call, schemas.activity, MAX_PAGES).catch((error: unknown) => {
    // A fork that we cannot see, or a server without this log: who pushed is unknown.
    if (isRefused(error)) return null;
    throw error;
  });
  if (log === null) return { pushes: [], complete: false };

  const moves = log.items.filter((item) => item.ref === ref).reverse();
  const updates = moves.filter((item) => item.activity_type !== "branch_deletion");
  const pushes = updates.map((item) => ({
    sha: item.after,
    actor: directory.note(item.actor),
    at: item.timestamp,
    forced: item.activity_type === "force_push",
  }));
  const reachesBack = moves[0]?.activity_type === "branch_creation";
  const reachesHead = pushes.at(-1)?.sha === pull.headSha;
  return { pushes, complete: log.complete && reachesBack && reachesHead };
}

/** Newest first, at most the last 300; null = a server without this log, or one that begins only with the next update (a renamed branch). */
export async function readTips(app: GitHubApp, repository: RepositoryRef, branch: string): Promise<readonly string[] | null> {
  const { owner, name, installationId } = repository;
  const ref = `refs/heads/${branch}`;
  const route = "GET /repos/{owner}/{repo}/activity";
  const call = { installationId, what: `updates of ${branch}`, route, parameters: { owner, repo: name, ref, direction: "desc" } };
  const log = await listByCursor(app, call, schemas.activity, TIPS_MAX_PAGES).catch((error: unknown) => {
    if (isRefused(error)) return null;
    throw error;
  });
  const moves = log?.items.filter((item) => item.ref === ref) ?? [];
  return moves.length === 0 ? null : moves.map(({ after }) => after);
}

/** The head at an instant, by the push log; null = unknown, also when a push fell into the same second. */
export function headAt(history: PushHistory, at: string): string | null {
  if (!history.complete) return null;
  const second = secondOf(at);
  const before = history.pushes.filter((push) => secondOf(push.at) < second).at(-1);
  const candidates = history.pushes.filter((push) => secondOf(push.at) === second).map((push) => push.sha);
  if (before !== undefined) candidates.push(before.sha);
  return new Set(candidates).size === 1 ? candidates[0]! : null;
}

/** GitHub's instants are whole seconds, so order within one second is unknown. */
export function secondOf(at: string): number {
  return Math.floor(Date.parse(at) / 1000);
}
