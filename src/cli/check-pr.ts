import { readFile } from "node:fs/promises";
import { checkPullRequest, type PullCheck } from "../gate/check-pull-request.ts";
import { compareHereWith } from "../gate/compare-here.ts";
import { Refusal, TruthError } from "../gate/ports.ts";
import type { CliContext } from "./io.ts";

const DEFAULT_API = "https://api.github.com";
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);
const NAME = /^([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+)$/;

export interface PullOptions {
  /** true = `--pr` without a number. */
  readonly pr?: string | true;
  readonly repo?: string;
}

/** Decides a pull request on GitHub with the caller's token. */
export async function decidePullRequest(context: CliContext, path: string, options: PullOptions): ReturnType<typeof checkPullRequest> {
  const api = apiOf(context);
  const number = await numberOf(context, options.pr ?? true);
  const repository = repositoryOf(options.repo ?? context.env["GITHUB_REPOSITORY"] ?? (await originOf(context, path, api)));
  const github = await context.openGitHub({ token: tokenOf(context), baseUrl: api.href.replace(/\/+$/, "") });
  const policyRepositories = await context.policyRepositories();
  const { decision, facts } = await checkPullRequest(
    { github, clock: context.clock, comparer: compareHereWith(context.schemas), policyRepositories },
    { ...repository, number },
  );
  const policy = decision.policyCommit === null ? "" : `policy is the default branch's newest (${decision.policyCommit.slice(0, 7)}), and `;
  context.stderr.write(`countersign: decided without the app's records: ${policy}votes from before the last push do not count\n`);
  return { decision, facts };
}

function apiOf(context: CliContext): URL {
  const text = context.env["GITHUB_API_URL"] || DEFAULT_API;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && !(url.protocol === "http:" && LOOPBACK.has(url.hostname)))) {
    throw new Refusal(
      "usage",
      "GITHUB_API_URL is no https address",
      "https://api.github.com, or https://HOST/api/v3 for Enterprise Server",
    );
  }
  return url;
}

function tokenOf({ env }: CliContext): string {
  const token = (env["GH_TOKEN"] || env["GITHUB_TOKEN"] || "").trim();
  if (token !== "") return token;
  throw new TruthError(
    "token",
    "auth",
    "no token: set GH_TOKEN or GITHUB_TOKEN to one that may read the repository and the members of its organisation",
  );
}

async function numberOf(context: CliContext, given: string | true): Promise<number> {
  const text = given === true ? await numberOfEvent(context) : given.replace(/^#/, "");
  if (text !== null && /^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new Refusal(
    "usage",
    text === null ? "this is no pull request's pipeline" : `\`${text}\` is no pull request's number`,
    "name it: --pr 7",
  );
}

/** In Actions the event says which pull request it is, and so does the ref. */
async function numberOfEvent({ env }: CliContext): Promise<string | null> {
  const file = env["GITHUB_EVENT_PATH"];
  const event: unknown = file
    ? await readFile(file, "utf8")
        .then(JSON.parse)
        .catch(() => null)
    : null;
  const pull = typeof event === "object" && event !== null && "pull_request" in event ? event.pull_request : null;
  if (typeof pull === "object" && pull !== null && "number" in pull) return String(pull.number);
  return /^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1] ?? null;
}

function repositoryOf(text: string): Omit<PullCheck, "number"> {
  const [, owner, name] = NAME.exec(text) ?? [];
  if (owner === undefined || name === undefined) throw new Refusal("usage", `\`${text}\` is no repository`, "write --repo owner/name");
  return { owner, name: name.replace(/\.git$/, "") };
}

/** `owner/name` of the remote `origin`, when it is on the same GitHub: the token must not say anything about another one. */
async function originOf(context: CliContext, path: string, api: URL): Promise<string> {
  const hint = "name it: --repo owner/name";
  const repository = await context.openRepository(path);
  const origin = await repository.originUrl().finally(() => repository.close());
  const parts = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^/:]+)(?::\d+(?=\/))?[/:](.+?)\/?$/i.exec(origin ?? "");
  if (origin === null || parts === null) throw new Refusal("usage", "the repository has no remote `origin` on GitHub", hint);
  const host = api.hostname === "api.github.com" ? "github.com" : api.hostname;
  if (parts[1]!.toLowerCase() !== host) throw new Refusal("usage", `the remote \`origin\` is on ${parts[1]}, not on ${host}`, hint);
  return parts[2]!.replace(/\.git$/, "");
}
