import type { Contributions } from "../gate/ports/contributions.ts";
import type { PullTruth } from "../gate/ports/pulls.ts";
import type { GitHubApp } from "./client.ts";
import { type CommitLists, commitFacts, readCommits } from "./commits.ts";
import { createDirectory } from "./directory.ts";
import { readPushes } from "./pushes.ts";

/** Who committed to a pull request and who pushed to its branch: two calls, the first of them remembered. */
export async function readContributions(app: GitHubApp, pull: PullTruth, lists: CommitLists): Promise<Contributions> {
  const directory = createDirectory();
  const [list, pushes] = await Promise.all([readCommits(app, pull, lists), readPushes(app, pull, directory)]);
  const pushers = new Set(pushes.pushes.flatMap((push) => push.actor ?? []));
  const commits = commitFacts(list.commits, pull.author?.login ?? null, pushers, directory);
  return { actors: directory.actors(), commits, pushes: pushes.pushes, complete: pushes.complete && list.complete };
}
