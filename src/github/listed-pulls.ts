import { z } from "zod";
import type { PullLists } from "../gate/ports/recovery.ts";
import type { RepositoryRef } from "../gate/ports/refs.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import * as schemas from "./schemas.ts";

const PER_PAGE = 100;

const listed = z.object({
  number: z.number().int().positive(),
  state: z.enum(["open", "closed"]),
  draft: z.boolean().optional(),
  head: z.object({ sha: schemas.sha }),
  base: z.object({ ref: z.string().min(1), repo: z.object({ id: z.number().int() }) }),
  labels: z.array(z.object({ name: z.string() })).optional(),
  updated_at: schemas.instant,
  closed_at: schemas.instant.nullish(),
});

const ORDER = {
  updated: { state: "all", sort: "updated", direction: "desc" },
  // New ones come at the end: a page that was read stays as it was.
  open: { state: "open", sort: "created", direction: "asc" },
} as const;

/** Pull requests by the hundred, and the check runs of one commit in one call. */
const runs = z.object({ total_count: z.number().int(), check_runs: z.array(schemas.checkRun) });

export function createPullLists(app: GitHubApp): PullLists {
  function place({ owner, name }: RepositoryRef) {
    return { owner, repo: name };
  }

  return {
    async page(repository, kind, page) {
      const what = `pull requests of ${repository.owner}/${repository.name}`;
      const parameters = { ...place(repository), ...ORDER[kind], per_page: PER_PAGE, page };
      const call = { installationId: repository.installationId, what, route: "GET /repos/{owner}/{repo}/pulls", parameters };
      const { data } = await app.request(call, z.array(listed));
      if (data.some(({ base }) => base.repo.id !== repository.id))
        throw new TruthError(what, "auth", `${what}: another repository answers under this name`);
      const pulls = data.map(({ number, state, draft, head, base, labels, updated_at: updatedAt, closed_at: closedAt }) => ({
        ...{ number, state, draft: draft ?? false, headSha: head.sha, baseRef: base.ref, updatedAt, closedAt: closedAt ?? null },
        labels: (labels ?? []).map(({ name }) => name).sort(),
      }));
      return { pulls, last: data.length < PER_PAGE };
    },
    async newestRuns(repository, headSha) {
      const what = `check runs of ${headSha.slice(0, 12)}`;
      const parameters = { ...place(repository), ref: headSha, app_id: app.appId, filter: "latest", per_page: PER_PAGE };
      const call = {
        installationId: repository.installationId,
        what,
        route: "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
        parameters,
      };
      const { data } = await app.request(call, runs);
      if (data.total_count > data.check_runs.length) throw new TruthError(what, "network", `${what}: more than ${PER_PAGE}`);
      const ours = data.check_runs.filter((run) => run.head_sha === headSha && (run.app?.id ?? app.appId) === app.appId);
      const newest = new Map(ours.toSorted((a, b) => a.id - b.id).map((run) => [run.name, run]));
      return [...newest.values()].map(({ id, name, head_sha, external_id, status, conclusion }) => ({
        ...{ id, name, headSha: head_sha, externalId: external_id ?? "", status, conclusion },
      }));
    },
  };
}
