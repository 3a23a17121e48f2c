import { z } from "zod";
import type { CallerReads } from "../gate/ports/caller.ts";
import type { PullTruth, RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { createCaller, type GitHubApp, type ServerOptions } from "./client.ts";
import { isRefused } from "./failure.ts";
import { createPullRequests } from "./pull-requests.ts";
import * as schemas from "./schemas.ts";

const ACTIONS = "github-actions";
const PER_PAGE = 100;
const MAX_PAGES = 10;
/** There is no installation behind a token of one's own. */
const NO_INSTALLATION = 0;

const home = z.object({ id: z.number(), name: z.string(), owner: z.object({ id: z.number(), login: z.string() }) });
const runs = z.object({
  check_runs: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      head_sha: schemas.sha,
      status: z.string(),
      conclusion: z.string().nullable(),
      app: z.object({ slug: z.string().optional() }).nullish(),
      output: z.object({ title: z.string().nullish() }),
    }),
  ),
});

/** Pull requests by the token of whoever asks. */
export function createCallerReads(options: ServerOptions & { readonly token: string }): CallerReads {
  const app = createCaller(options);
  const pulls = createPullRequests(app);
  return {
    pulls: {
      ...pulls,
      async people(pull, teams, receipts) {
        await mustSeeEverybody(app, pull);
        return pulls.people(pull, teams, receipts);
      },
    },
    find: (owner, name, number) => find(app, owner, name, number),
    published: (repository, headSha) => published(app, repository, headSha),
  };
}

async function find(app: GitHubApp, owner: string, name: string, number: number) {
  const parameters = { owner, repo: name };
  const what = `repository ${owner}/${name}`;
  const found = await unlessNotFound(
    app.request({ installationId: NO_INSTALLATION, what, route: "GET /repos/{owner}/{repo}", parameters }, home),
  );
  if (found === null) return null;
  const { id, owner: account } = found.data;
  const pull = await unlessNotFound(
    app.request(
      {
        installationId: NO_INSTALLATION,
        what: `pull request #${number}`,
        route: "GET /repos/{owner}/{repo}/pulls/{number}",
        parameters: { ...parameters, number },
      },
      schemas.pull.pick({ number: true }),
    ),
  );
  if (pull === null) return null;
  const repository = { id, owner: account.login, name: found.data.name, ownerId: account.id, installationId: NO_INSTALLATION };
  return { repository, number };
}

async function unlessNotFound<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isRefused(error)) return null;
    throw error;
  }
}

/**
 * GitHub answers a stranger with the public members only, and a token of Actions too: an owner or a member who objects would be
 * overlooked. So the caller must be an active member, or an app that may read members, before anybody is counted.
 */
async function mustSeeEverybody(app: GitHubApp, { repository }: PullTruth): Promise<void> {
  const { owner, ownerType } = repository;
  if (ownerType !== "Organization") return;
  const installationId = NO_INSTALLATION;
  const user = await unlessNotFound(app.request({ installationId, what: "the token's account", route: "GET /user" }, schemas.user));
  if (user !== null) {
    const parameters = { org: owner, username: user.data.login };
    const what = `membership of ${user.data.login} in ${owner}`;
    const membership = await unlessNotFound(
      app.request({ installationId, what, route: "GET /orgs/{org}/memberships/{username}", parameters }, schemas.membership),
    );
    if (membership?.data.state !== "active")
      throw blind(owner, `${user.data.login} is no active member of ${owner}, or the token may not read that`);
  }
  const teams = await unlessNotFound(
    app.request(
      { installationId, what: `teams of ${owner}`, route: "GET /orgs/{org}/teams", parameters: { org: owner, per_page: 1 } },
      z.array(schemas.listedTeam),
    ),
  );
  if (teams === null) throw blind(owner, `the token may not read the teams of ${owner}`);
}

function blind(owner: string, why: string): TruthError {
  return new TruthError(
    `members of ${owner}`,
    "auth",
    `${why}: it needs \`read:org\` (a classic token), or Members: read (a fine-grained token or an app's); the GITHUB_TOKEN of Actions has neither`,
  );
}

async function published(app: GitHubApp, repository: RepositoryRef, headSha: string) {
  const what = `check runs of ${headSha.slice(0, 12)}`;
  const parameters = { owner: repository.owner, repo: repository.name, ref: headSha, filter: "latest", per_page: PER_PAGE };
  const call = { installationId: NO_INSTALLATION, what, route: "GET /repos/{owner}/{repo}/commits/{ref}/check-runs", unconditional: true };
  const all: z.infer<typeof runs>["check_runs"] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await app.request({ ...call, parameters: { ...parameters, page } }, runs);
    all.push(...data.check_runs);
    if (data.check_runs.length < PER_PAGE) {
      return all
        .filter((run) => run.head_sha === headSha && run.app?.slug !== ACTIONS)
        .map(({ id, name, status, conclusion, output }) => ({
          id,
          name,
          conclusion: status === "completed" ? conclusion : null,
          title: output.title ?? null,
        }));
    }
  }
  throw new TruthError(what, "network", `${what}: more than ${MAX_PAGES * PER_PAGE}`);
}
