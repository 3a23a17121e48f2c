import { z } from "zod";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { listAll } from "./pages.ts";
import { home, nobodyOr, sha } from "./schemas.ts";

const listedPull = z.object({
  number: z.number().int().positive(),
  state: z.enum(["open", "closed"]),
  user: nobodyOr,
  head: z.object({ ref: z.string().min(1), sha, repo: z.object({ id: z.number().int() }).nullable() }),
  base: z.object({ ref: z.string().min(1), repo: z.object({ id: z.number().int() }) }),
});
type ListedPull = z.infer<typeof listedPull>;

/** @throws TruthError when another repository answers under this name. */
export async function readHome(app: GitHubApp, repository: RepositoryRef) {
  const what = `repository ${repository.owner}/${repository.name}`;
  const { data } = await app.request(listCall(repository, what, "GET /repos/{owner}/{repo}", {}), home);
  if (data.id !== repository.id) throw new TruthError(what, "auth", `${what}: another repository answers under this name`);
  return { ownerType: data.owner.type, defaultBranch: data.default_branch };
}

/** Open pull requests into this repository that GitHub connects with a commit. */
export async function pullsOfCommit(app: GitHubApp, repository: RepositoryRef, commit: string) {
  const call = listCall(repository, `pull requests of ${commit.slice(0, 12)}`, "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
    commit_sha: commit,
  });
  return openHere(await listAll(app, call, listedPull), repository).map(({ number, head, base }) => ({
    number,
    headSha: head.sha,
    baseRef: base.ref,
  }));
}

/** Open pull requests whose head is this branch of the repository itself. */
export async function pullsFromBranch(app: GitHubApp, repository: RepositoryRef, branch: string) {
  const call = listCall(repository, `pull requests from ${branch}`, "GET /repos/{owner}/{repo}/pulls", {
    state: "open",
    head: `${repository.owner}:${branch}`,
  });
  return openHere(await listAll(app, call, listedPull), repository)
    .filter(({ head }) => head.ref === branch && head.repo?.id === repository.id)
    .map(({ number }) => number);
}

function openHere(pulls: readonly ListedPull[], repository: RepositoryRef): readonly ListedPull[] {
  return pulls.filter((pull) => pull.state === "open" && pull.base.repo.id === repository.id);
}

function listCall({ owner, name, installationId }: RepositoryRef, what: string, route: string, parameters: Record<string, unknown>) {
  return { installationId, what, route, parameters: { owner, repo: name, ...parameters } };
}
