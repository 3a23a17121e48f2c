import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { AppProbe } from "../gate/ports/operations.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { failureOf, RequestFailure } from "./failure.ts";
import { createTransport } from "./transport.ts";

const TIMEOUT_MS = 5_000;
const PER_PAGE = 100;
const PAGES_MAX = 30;
/** A `Date` that took longer to come says nothing about a clock. */
const ROUND_TRIP_MAX_MS = 5_000;

const permissions = z.record(z.string(), z.string());
const app = z.object({ permissions, events: z.array(z.string()) });
const deliveries = z.array(z.object({ status_code: z.number(), delivered_at: z.string() }));
const installations = z.array(
  z.object({
    id: z.number().int().positive(),
    suspended_at: z.string().nullish(),
    account: z.object({ login: z.string().optional() }).nullable(),
    permissions,
  }),
);

/** Our app as GitHub knows it. Each call is one request, or one for each hundred installations. */
export function createAppProbe(options: {
  readonly baseUrl: string;
  readonly appId: number;
  readonly privateKey: string;
  readonly timeoutMs?: number;
}): AppProbe {
  const { appId, privateKey, timeoutMs = TIMEOUT_MS } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const request = { fetch: createTransport(baseUrl, timeoutMs) };
  const octokit = new Octokit({ baseUrl, userAgent: "countersign", log: { debug() {}, info() {}, warn() {}, error() {} }, request });
  const authenticate = createAppAuth({ appId, privateKey, request: octokit.request });

  async function ask<T>(what: string, route: string, schema: z.ZodType<T>, parameters: Readonly<Record<string, unknown>> = {}) {
    const { token } = await authenticate({ type: "app" });
    const started = performance.now();
    const headers = { authorization: `bearer ${token}` };
    const response = await octokit.request(route, { ...parameters, headers }).catch((error: unknown) => {
      throw Object.assign(failureOf(what, error), { aheadMs: aheadOf(dateOfError(error), started) });
    });
    const parsed = schema.safeParse(response.data);
    if (!parsed.success) throw new TruthError(what, "network", `${what}: GitHub's answer cannot be understood`);
    return { data: parsed.data, aheadMs: aheadOf(response.headers.date, started) };
  }

  return {
    enterprise: new URL(baseUrl).pathname.startsWith("/api/v3"),
    async read() {
      try {
        const { data, aheadMs } = await ask("app", "GET /app", app);
        return { status: "ok", ...data, aheadMs };
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        // Only what GitHub worded itself is an answer about the key: a proxy's page, a limit or a fault is not.
        if (!(error instanceof RequestFailure) || error.kind !== "auth") return { status: "unreachable", because };
        return { status: "refused", because, aheadMs: "aheadMs" in error && typeof error.aheadMs === "number" ? error.aheadMs : null };
      }
    },
    async deliveries() {
      const { data } = await ask("webhook deliveries", "GET /app/hook/deliveries", deliveries, { per_page: PER_PAGE });
      const failed = data.filter(({ status_code }) => status_code < 200 || status_code > 299);
      return { looked: data.length, failed: failed.length, newestFailure: failed[0]?.delivered_at ?? null };
    },
    async installations() {
      const found = [];
      for (let page = 1; page <= PAGES_MAX; page++) {
        const { data } = await ask("installations", "GET /app/installations", installations, { per_page: PER_PAGE, page });
        found.push(...data);
        if (data.length < PER_PAGE) break;
      }
      return found.map(({ id, account, suspended_at, permissions: held }) => ({
        installationId: id,
        account: account?.login ?? `installation ${id}`,
        permissions: held,
        suspended: Boolean(suspended_at),
      }));
    },
  };
}

/** GitHub's clock has whole seconds: the middle of the second, and the middle of the round trip. */
function aheadOf(date: unknown, started: number): number | null {
  const tookMs = performance.now() - started;
  const instant = typeof date === "string" ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(instant) || tookMs > ROUND_TRIP_MAX_MS) return null;
  return Date.now() - tookMs / 2 - (instant + 500);
}

function dateOfError(error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("response" in error)) return null;
  return (error.response as { headers?: { date?: unknown } } | undefined)?.headers?.date;
}
