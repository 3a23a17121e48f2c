import { OAuthApp } from "@octokit/oauth-app";
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Installed, SignInGitHub } from "../gate/ports/access.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { failureOf, isRefused } from "./failure.ts";
import * as schemas from "./schemas.ts";
import { createTransport } from "./transport.ts";

const TIMEOUT_MS = 15_000;
/** A person reaches more installations than this on no server; more would be a loop of pages. */
const PAGES_MAX = 10;

const tokenAnswer = z.union([
  z.object({ access_token: z.string().min(1), token_type: z.literal("bearer") }),
  z.object({ error: z.string().min(1) }),
]);
const checked = z.object({ app: z.object({ client_id: z.string() }), user: schemas.user.nullable() });
const installations = z.object({
  total_count: z.number().int(),
  installations: z.array(
    z.object({
      id: z.number().int().positive(),
      suspended_at: z.string().nullish(),
      account: z.object({ id: z.number().int().positive(), login: z.string().min(1), type: z.string() }),
    }),
  ),
});

export interface SignInOptions {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly timeoutMs?: number;
}

/** People prove who they are to the app's OAuth client. Nothing but the configured GitHub, its API and its pages, is ever called. */
export function createSignIn({ clientId, clientSecret, timeoutMs = TIMEOUT_MS, ...options }: SignInOptions): SignInGitHub {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const webUrl = webUrlOf(baseUrl);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const api = new Octokit({ baseUrl, userAgent: "countersign", log, request: { fetch: createTransport(baseUrl, timeoutMs) } });
  const web = new Octokit({ baseUrl: webUrl, userAgent: "countersign", log, request: { fetch: createTransport(webUrl, timeoutMs) } });
  const ConfiguredOctokit = Octokit.defaults({
    baseUrl,
    userAgent: "countersign",
    log,
    request: { fetch: createTransport(baseUrl, timeoutMs) },
  });
  const oauth = new OAuthApp({ clientType: "github-app", clientId, clientSecret, Octokit: ConfiguredOctokit });

  return {
    clientId,
    webUrl,
    authorizeUrl({ state, challenge, redirectUrl, chooseAccount }) {
      const url = new URL(oauth.getWebFlowAuthorizationUrl({ state, redirectUrl, allowSignup: false }).url);
      url.searchParams.set("code_challenge", challenge);
      url.searchParams.set("code_challenge_method", "S256");
      if (chooseAccount) url.searchParams.set("prompt", "select_account");
      return url.href;
    },
    async exchangeCode(code, verifier, redirectUrl) {
      // The library knows no PKCE.
      const what = "sign-in code";
      const response = await web
        .request("POST /login/oauth/access_token", {
          headers: { accept: "application/json" },
          client_id: clientId,
          client_secret: clientSecret,
          code,
          redirect_uri: redirectUrl,
          code_verifier: verifier,
        })
        .catch((error: unknown) => {
          throw failureOf(what, error);
        });
      const parsed = tokenAnswer.safeParse(response.data);
      if (!parsed.success) throw new TruthError(what, "network", `${what}: GitHub's answer cannot be understood`);
      return "access_token" in parsed.data ? parsed.data.access_token : null;
    },
    async ownerOf(token) {
      const what = "sign-in token";
      try {
        const { data } = await oauth.checkToken({ token });
        const parsed = checked.safeParse(data);
        if (!parsed.success) throw new TruthError(what, "network", `${what}: GitHub's answer cannot be understood`);
        const { app, user } = parsed.data;
        if (app.client_id !== clientId || user === null || user.type !== "User" || user.suspended_at) return null;
        return { id: user.id, login: user.login };
      } catch (error) {
        const failure = failureOf(what, error);
        // 404: not a token of this client. 422: nothing that could be one.
        if (isRefused(failure) || statusOf(error) === 422) return null;
        throw failure;
      }
    },
    async installed(token) {
      const found: Installed[] = [];
      for (let page = 1; page <= PAGES_MAX; page++) {
        const headers = { authorization: `bearer ${token}` };
        const response = await api.request("GET /user/installations", { per_page: 100, page, headers }).catch((error: unknown) => {
          throw failureOf("installations", error);
        });
        const parsed = installations.safeParse(response.data);
        if (!parsed.success) throw new TruthError("installations", "network", "installations: GitHub's answer cannot be understood");
        for (const { id, account, suspended_at } of parsed.data.installations) {
          if (suspended_at) continue;
          const isOrganization = account.type === "Organization";
          found.push({ installationId: id, account: { id: account.id, login: account.login, isOrganization } });
        }
        if (parsed.data.installations.length < 100) return found;
      }
      throw new TruthError("installations", "network", `installations: more than ${PAGES_MAX * 100}`);
    },
    async forget(token) {
      await oauth.deleteToken({ token });
    },
  };
}

/** Where the pages of the GitHub are whose API this is. */
export function webUrlOf(baseUrl: string): string {
  const { host, origin, protocol } = new URL(baseUrl);
  return host === "api.github.com" || /^api\.[\w-]+\.ghe\.com$/.test(host) ? `${protocol}//${host.slice("api.".length)}` : origin;
}

function statusOf(error: unknown): number | null {
  return error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : null;
}
