import { z } from "zod";
import type { RepositoryReads } from "../gate/ports/repositories.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { createDirectory } from "./directory.ts";
import { listAll } from "./pages.ts";
import { readTips } from "./pushes.ts";
import * as schemas from "./schemas.ts";
import { readOwners, readTeam } from "./teams.ts";

const home = z.object({
  id: z.number().int().positive(),
  name: z.string().min(1),
  default_branch: z.string().min(1),
  owner: z.object({ id: z.number().int().positive(), login: z.string().min(1), type: z.enum(["Organization", "User"]) }),
});
const landing = z.object({ number: z.number().int().positive(), merged_at: schemas.instant.nullish() });

/** Repositories as a whole. Every method rejects with a TruthError when GitHub's answer is not certain. */
export function createRepositoryReads(app: GitHubApp): RepositoryReads {
  return {
    async repository({ id, owner, name, ownerId, installationId }) {
      const what = `repository ${owner}/${name}`;
      const call = { installationId, what, route: "GET /repos/{owner}/{repo}", parameters: { owner, repo: name } };
      const { data } = await app.request(call, home);
      // Names are reused after a rename, a deletion or a transfer; ids are not.
      if (data.id !== id || data.owner.id !== ownerId)
        throw new TruthError(what, "auth", `${what}: repository ${data.id} answers under this name, and not ${id}`);
      return {
        id,
        owner: data.owner.login,
        name: data.name,
        ownerId,
        installationId,
        ownerType: data.owner.type,
        defaultBranch: data.default_branch,
      };
    },
    async landingsOf({ owner, name, installationId }, sha) {
      const call = {
        installationId,
        what: `pull requests of ${sha.slice(0, 7)}`,
        route: "GET /repos/{owner}/{repo}/commits/{sha}/pulls",
        parameters: { owner, repo: name, sha },
      };
      const listed = await listAll(app, call, landing);
      return listed.flatMap((pull) => (pull.merged_at ? [pull.number] : []));
    },
    tipsOf: (repository, branch) => readTips(app, repository, branch),
    async population(repository, teams) {
      const directory = createDirectory();
      const [owners, ...read] = await Promise.all([
        readOwners(app, { repository }, directory),
        ...[...new Set(teams)].map((slug) => readTeam(app, { repository }, slug, directory)),
      ]);
      if (repository.ownerType === "User") directory.byId(repository.ownerId, repository.owner);
      return { actors: directory.actors(), teams: read, owners, permissions: {}, ownerType: repository.ownerType };
    },
  };
}
