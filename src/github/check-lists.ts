import { z } from "zod";
import type { RepositoryRef } from "../gate/ports/refs.ts";
import type { GitHubApp } from "./client.ts";

export const PER_PAGE = 100;
const MAX_PAGES = 10;

export interface RunFilter {
  readonly ref: string;
  readonly check_name: string;
  readonly app_id?: number;
}

/**
 * Every run of one name on a commit, by whichever app: at most 1,000. Reading ours back and looking for others' is one address, so that
 * the second of them costs nothing.
 */
export async function readRuns<T>(app: GitHubApp, repository: RepositoryRef, filter: RunFilter, run: z.ZodType<T>): Promise<readonly T[]> {
  const listed = z.object({ check_runs: z.array(run) });
  const call = {
    installationId: repository.installationId,
    what: `check runs of ${filter.ref.slice(0, 12)}`,
    route: "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
  };
  const parameters = { owner: repository.owner, repo: repository.name, ...filter, filter: "all", per_page: PER_PAGE };
  const runs: T[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await app.request({ ...call, parameters: { ...parameters, page } }, listed);
    runs.push(...data.check_runs);
    if (data.check_runs.length < PER_PAGE) break;
  }
  return runs;
}
