import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import type { z } from "zod";
import { TruthError } from "../gate/ports/truth.ts";
import { failureOf } from "./failure.ts";
import { createTransport } from "./transport.ts";

const TIMEOUT_MS = 15_000;

export interface AppOptions {
  readonly baseUrl: string;
  readonly appId: number;
  readonly privateKey: string;
  readonly timeoutMs?: number;
}

/** A question with the app's own signature, where no installation is asked. @throws TruthError */
export type AskAsApp = <T>(
  what: string,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  schema: z.ZodType<T>,
) => Promise<{ data: T; link: string | null }>;

export function createAskAsApp(options: AppOptions): AskAsApp {
  const { appId, privateKey, timeoutMs = TIMEOUT_MS } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const request = { fetch: createTransport(baseUrl, timeoutMs) };
  const octokit = new Octokit({ baseUrl, userAgent: "countersign", log: { debug() {}, info() {}, warn() {}, error() {} }, request });
  const authenticate = createAppAuth({ appId, privateKey, request: octokit.request });

  return async (what, route, parameters, schema) => {
    const { token } = await authenticate({ type: "app" });
    const headers = { authorization: `bearer ${token}` };
    const response = await octokit.request(route, { ...parameters, headers }).catch((error: unknown) => {
      throw failureOf(what, error);
    });
    const parsed = schema.safeParse(response.data);
    if (!parsed.success) throw new TruthError(what, "network", `${what}: GitHub's answer cannot be understood`);
    return { data: parsed.data, link: typeof response.headers.link === "string" ? response.headers.link : null };
  };
}
