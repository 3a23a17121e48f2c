import { z } from "zod";
import type { ForeignCheck } from "../gate/ports/conversation.ts";
import type { RepositoryRef } from "../gate/ports/refs.ts";
import { readRuns } from "./check-lists.ts";
import type { GitHubApp } from "./client.ts";
import { listAll } from "./pages.ts";
import { nobodyOr } from "./schemas.ts";

const run = z.object({
  name: z.string(),
  conclusion: z.string().nullable(),
  app: z.object({ id: z.number().int(), slug: z.string().nullish() }).nullish(),
});
const status = z.object({ context: z.string(), state: z.string(), creator: nobodyOr.optional() });

/** Who else posts under our name. A run whose app the server does not name is not called foreign. */
export async function readForeignChecks(
  app: GitHubApp,
  repository: RepositoryRef,
  headSha: string,
  name: string,
): Promise<readonly ForeignCheck[]> {
  const runs = await readRuns(app, repository, { ref: headSha, check_name: name }, run);
  // To GitHub the names of statuses are the same in capitals, and a question tells only the newest of each.
  const isOurs = (context: string) => context.toLowerCase() === name.toLowerCase();
  // A status is never deleted: where a question told of none by our name, the list holds none. Whose one is, the list alone tells.
  const told = app.statuses.take(repository.id, headSha);
  const statuses = told !== null && !told.some(isOurs) ? [] : await listStatuses(app, repository, headSha);
  return [
    ...runs.flatMap((one): ForeignCheck[] =>
      one.name === name && one.app && one.app.id !== app.appId
        ? [{ name, kind: "run", source: one.app.slug ?? `app ${one.app.id}`, conclusion: one.conclusion }]
        : [],
    ),
    ...statuses.flatMap((one): ForeignCheck[] =>
      isOurs(one.context) ? [{ name, kind: "status", source: one.creator?.login ?? "a deleted account", conclusion: one.state }] : [],
    ),
  ];
}

function listStatuses(app: GitHubApp, { owner, name, installationId }: RepositoryRef, headSha: string) {
  const call = {
    installationId,
    what: `statuses of ${headSha.slice(0, 12)}`,
    route: "GET /repos/{owner}/{repo}/commits/{ref}/statuses",
    parameters: { owner, repo: name, ref: headSha },
  };
  return listAll(app, call, status);
}
