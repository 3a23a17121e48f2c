import type { CommitFact } from "../engine/facts.ts";
import type { PullTruth } from "../gate/ports/pulls.ts";
import type { GitHubApp } from "./client.ts";
import type { Directory } from "./directory.ts";
import { isRefused } from "./failure.ts";
import * as schemas from "./schemas.ts";

/** More people than this have not launched one change. */
const LAUNCHERS_MAX = 5;

/** Accounts of those whom `Agent-Launched-By:` trailers name: a name that GitHub does not know settles nothing. */
export async function noteLaunchers(app: GitHubApp, pull: PullTruth, commits: readonly CommitFact[], directory: Directory): Promise<void> {
  const named = new Set(
    commits.flatMap(({ trailers }) => trailers?.launchedBy ?? []).filter((login) => /^[A-Za-z0-9-]{1,39}$/.test(login)),
  );
  const { installationId } = pull.repository;
  for (const username of [...named].sort().slice(0, LAUNCHERS_MAX)) {
    const call = { installationId, what: `account ${username}`, route: "GET /users/{username}", parameters: { username } };
    const found = await app.request(call, schemas.user).catch((error: unknown) => {
      if (isRefused(error)) return null;
      throw error;
    });
    if (found !== null) directory.note(found.data);
  }
}
