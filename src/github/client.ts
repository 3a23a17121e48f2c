import { Octokit } from "@octokit/rest";
import type { z } from "zod";
import type { ApiBudget } from "../gate/ports/api-budget.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { createBudget } from "./budget.ts";
import type { Call } from "./call.ts";
import { failureOf, RequestFailure } from "./failure.ts";
import { type Ask, createAsk, graphqlUrl } from "./graphql.ts";
import { createKeptAnswers } from "./kept-answers.ts";
import { createSender } from "./sender.ts";
import { sharingCalls } from "./shared-calls.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import { createToldStatuses, type ToldStatuses } from "./told-statuses.ts";
import { createTransport } from "./transport.ts";
import { createWriteLimiter, paceOf } from "./write-limiter.ts";

const TIMEOUT_MS = 15_000;

export interface ServerOptions {
  /** `https://api.github.com` or `https://HOST/api/v3`. The only origin that is ever called. */
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  /**
   * Where labels, retargets and reopenings are read. `receipts` is for servers without a pull-request timeline:
   * labels then come from signed deliveries only, and a vote cannot be seen to cross a close and reopen.
   */
  readonly history?: "timeline" | "receipts";
  /** Milliseconds between two writes of one installation, and with it GitHub's limits on content; 0 or absent = no pace of our own. */
  readonly writeIntervalMs?: number;
}

export interface GitHubOptions extends ServerOptions {
  readonly appId: number;
  readonly privateKey: string;
  readonly appSlug?: string;
}

/** One GitHub App on one server. Every call is made as an installation and every answer is checked against a schema. */
export interface GitHubApp {
  readonly appId: number;
  readonly appSlug: string | null;
  /** GitHub Enterprise Server: people can be suspended there. */
  readonly enterprise: boolean;
  readonly history: "timeline" | "receipts";
  readonly budget: ApiBudget;
  /** @throws TruthError whenever the answer is anything but a success of this shape. */
  request<T>(call: Call, schema: z.ZodType<T>): Promise<{ data: T; link: string | null }>;
  /** One question of GraphQL, never answered by 304; null = it is not to be asked any. */
  readonly ask: Ask | null;
  readonly statuses: ToldStatuses;
}

/** The same app, whose reads GitHub sends whole: none is only confirmed by 304. */
export function unconditionally(app: GitHubApp): GitHubApp {
  return { ...app, request: (call, schema) => app.request({ ...call, unconditional: true }, schema) };
}

export function createGitHub(options: GitHubOptions): GitHubApp {
  return connect(options, (request) => createTokens(request, options), { appId: options.appId, appSlug: options.appSlug ?? null });
}

/** GitHub as the holder of one token sees it: whose it is stands for the installation, and nothing is ever written. */
export function createCaller(options: ServerOptions & { readonly token: string }): GitHubApp {
  const tokens = { of: async () => options.token, forget: () => {} };
  const app = connect(options, () => tokens, { appId: 0, appSlug: null });
  return {
    ...app,
    ask: null,
    request(call, schema) {
      if (call.route.startsWith("GET ")) return app.request(call, schema);
      return Promise.reject(new TruthError(call.what, "bug", `${call.what}: refused to write with the caller's token`));
    },
  };
}

export const REVIEW_ROUTE = "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews";

/** The same, that may write one thing: a review of whoever holds the token. */
export function createReviewer(options: ServerOptions & { readonly token: string }): GitHubApp {
  const tokens = { of: async () => options.token, forget: () => {} };
  const app = connect(options, () => tokens, { appId: 0, appSlug: null });
  return {
    ...app,
    ask: null,
    request(call, schema) {
      if (call.route.startsWith("GET ") || call.route === REVIEW_ROUTE) return app.request(call, schema);
      return Promise.reject(new TruthError(call.what, "bug", `${call.what}: refused to write with the caller's token`));
    },
  };
}

function connect(
  options: ServerOptions,
  tokensOf: (request: Octokit["request"]) => Tokens,
  identity: Pick<GitHubApp, "appId" | "appSlug">,
): GitHubApp {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const budget = createBudget();
  const octokit = new Octokit({
    baseUrl,
    userAgent: "countersign",
    log: SILENT,
    request: { fetch: fetchOf(baseUrl, options.timeoutMs ?? TIMEOUT_MS, budget.count) },
  });
  const send = sharingCalls(
    createSender({
      octokit,
      tokens: tokensOf(octokit.request),
      budget,
      kept: createKeptAnswers(),
      writes: createWriteLimiter(paceOf(options.writeIntervalMs ?? 0)),
    }),
  );

  async function answered(call: Call) {
    refuseDotSegments(call);
    return await send(call).catch((error: unknown) => {
      throw failureOf(call.what, error);
    });
  }

  function understood<T>(what: string, data: unknown, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(data);
    if (parsed.success) return parsed.data;
    const place = parsed.error.issues[0]?.path.join(".") || "body";
    throw new RequestFailure(what, "network", `${what}: GitHub's answer cannot be understood (${place})`, 200, parsed.error);
  }

  const history = options.history ?? "timeline";
  return {
    ...identity,
    enterprise: new URL(baseUrl).pathname.startsWith("/api/v3"),
    history,
    budget,
    statuses: createToldStatuses(),
    async request(call, schema) {
      const { data, link } = await answered(call);
      return { data: understood(call.what, data, schema), link };
    },
    // A server that has no timeline is none of GitHub's, and has no GraphQL either.
    ask: history === "receipts" ? null : createAsk(baseUrl, async (call) => (await answered(call)).data, understood),
  };
}

/** GraphQL is beside the base address of an Enterprise Server, not below it; and what REST can tell as well is not waited for as long. */
function fetchOf(baseUrl: string, timeoutMs: number, told: (status: number | null) => void): typeof fetch {
  const rest = createTransport(baseUrl, timeoutMs, told);
  const graphql = createTransport(graphqlUrl(baseUrl), Math.ceil(timeoutMs / 3), told);
  return (input, init) => (input === graphqlUrl(baseUrl) ? graphql : rest)(input, init);
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** URL-encoding keeps `.` and `..`, which would then climb the path. */
function refuseDotSegments(call: Call): void {
  for (const value of Object.values(call.parameters ?? {})) {
    if (value === "." || value === "..") throw new TruthError(call.what, "bug", `${call.what}: \`${value}\` is no name`);
  }
}
