import type { Caller, Need } from "./auth.ts";
import { authorise, identify, visibleRepo } from "./auth.ts";
import { etagOf, isUnchanged, type Limits, spend } from "./conditional.ts";
import { takeFault } from "./faults.ts";
import { answerQuestion } from "./graphql.ts";
import type { Operation } from "./openapi.ts";
import { loadOperations } from "./openapi.ts";
import { HubRefusal } from "./refusal.ts";
import type { Repo, World } from "./state.ts";

export interface Call {
  readonly world: World;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly accept: string;
  /** Asserts that the route names a repository. */
  readonly repo: Repo;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly need: Need;
  readonly handle: (call: Call) => Reply;
}

/** By GitHub's operation id. */
export type Routes = Readonly<Record<string, Route>>;

export interface ServerState {
  readonly requests: { method: string; template: string; path: string; status: number; byPerson: boolean }[];
  readonly violations: string[];
  readonly unknownRequests: string[];
  latencyMs: number;
  readonly validate: boolean;
  readonly limits: Limits;
}

interface Matcher {
  readonly operation: Operation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly route: Route;
}

/** These path parameters may hold unescaped slashes. */
const GREEDY = new Set(["ref", "path", "basehead", "branch"]);

export function createServer(world: World, state: ServerState, routes: Routes, basePath: string): (request: Request) => Promise<Response> {
  const matchers = loadOperations()
    .filter((operation) => routes[operation.id] !== undefined)
    .map((operation) => matcher(operation, routes[operation.id]!))
    .sort((a, b) => specificity(b) - specificity(a));

  const questions = `${basePath.replace(/\/v3$/, "")}/graphql`;

  return async function serve(request) {
    const url = new URL(request.url);
    const path = url.pathname.startsWith(basePath) ? url.pathname.slice(basePath.length) : null;
    const isQuestion = request.method === "POST" && url.pathname === questions;
    const found = path === null || isQuestion ? null : find(matchers, request.method, path);
    const template = isQuestion ? "/graphql" : (found?.matcher.operation.template ?? "(unknown)");
    if (state.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, state.latencyMs));
    const body = await request.text();
    const fault = takeFault(world.faults, request.method, template, path ?? url.pathname);
    // An app signs in with a JSON web token, and its installations with `ghs_…`.
    const byPerson = !/(?:ghs_|\.[\w-]+\.)/.test(request.headers.get("authorization") ?? "");
    const record = { method: request.method, template, path: path ?? url.pathname, status: 0, byPerson };
    state.requests.push(record);
    if (found === null && !isQuestion) state.unknownRequests.push(`${request.method} ${url.pathname}`);
    if (fault?.kind === "hang") return never();
    const planned =
      fault?.kind === "status"
        ? { status: fault.status, body: fault.body ?? { message: "Simulated fault" }, headers: fault.headers ?? {} }
        : null;
    const html =
      fault?.kind === "html"
        ? new Response("<!DOCTYPE html><title>Unicorn!</title>", { status: 502, headers: { "content-type": "text/html" } })
        : null;
    if (html !== null) {
      record.status = 502;
      return html;
    }
    const who = `${callerName(world, request)}${isQuestion ? " graphql" : ""}`;
    const refused = planned === null && spend(state.limits, who, world.clock(), 1).isOver ? overLimit() : null;
    const reply = planned ?? refused ?? answer(world, state, isQuestion ? "question" : found, request, url, body);
    record.status = reply.status;
    if (fault?.kind === "effect-then-hang") return never();
    const response = respond(world, state, request, reply, who, fault?.kind === "truncated");
    record.status = response.status;
    return response;
  };
}

function never(): Promise<Response> {
  return new Promise(() => {});
}

function matcher(operation: Operation, route: Route): Matcher {
  const names: string[] = [];
  const source = operation.template.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return name === "path" ? "(.*)" : GREEDY.has(name) ? "(.+)" : "([^/]+)";
  });
  return { operation, pattern: new RegExp(`^${source}/?$`), names, route };
}

/** More fixed text first, so `rulesets/rule-suites` wins over `rulesets/{id}`. */
function specificity(one: Matcher): number {
  return one.operation.template.replace(/\{\w+\}/g, "").length;
}

type Found = { readonly matcher: Matcher; readonly params: Record<string, string> };

function find(matchers: readonly Matcher[], method: string, path: string): Found | null {
  for (const one of matchers) {
    const match = one.operation.method === method ? one.pattern.exec(path) : null;
    if (match) return { matcher: one, params: Object.fromEntries(one.names.map((name, i) => [name, decodeURIComponent(match[i + 1]!)])) };
  }
  return null;
}

function answer(world: World, state: ServerState, found: Found | "question" | null, request: Request, url: URL, text: string): Reply {
  try {
    const caller = identify(world, request.headers.get("authorization"));
    if (found === null) throw new HubRefusal(404, "Not Found");
    if (found === "question") return answerQuestion(world, caller, text);
    const { operation, route } = found.matcher;
    const { owner, repo: name } = found.params;
    const repo = owner !== undefined && name !== undefined && route.need !== "jwt" ? visibleRepo(world, caller, `${owner}/${name}`) : null;
    authorise(world, caller, route.need, repo);
    const body = parseBody(operation, text);
    const accept = request.headers.get("accept") ?? "";
    const reply = route.handle({ world, caller, params: found.params, query: url.searchParams, body, accept, repo: repo as Repo });
    const paged = withLinks(reply, url);
    if (state.validate) checkReply(state, operation, paged);
    return paged;
  } catch (error) {
    if (!(error instanceof HubRefusal)) {
      state.violations.push(
        `${request.method} ${url.pathname}: the simulator failed: ${error instanceof Error ? error.stack : String(error)}`,
      );
      return { status: 500, body: { message: "The simulator failed", error: String(error) } };
    }
    const documentation_url = "https://docs.github.com/rest";
    const errors = error.errors === null ? {} : { errors: error.errors };
    return { status: error.status, body: { message: error.message, ...errors, documentation_url, status: String(error.status) } };
  }
}

function parseBody(operation: Operation, text: string): Record<string, unknown> {
  const validate = operation.requestBody();
  if (validate === null || (text === "" && operation.method !== "POST")) return {};
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new HubRefusal(400, "Problems parsing JSON");
  }
  if (!validate(body)) {
    const [first] = validate.errors ?? [];
    throw new HubRefusal(422, "Invalid request.", [`${first?.instancePath ?? ""} ${first?.message ?? ""}`.trim()]);
  }
  return Array.isArray(body) ? { labels: body } : (body as Record<string, unknown>);
}

function checkReply(state: ServerState, operation: Operation, reply: Reply): void {
  if (reply.status >= 300) return;
  if (!operation.statuses.has(reply.status)) state.violations.push(`${operation.id}: GitHub never answers ${reply.status} here`);
  const type = (reply.headers?.["content-type"] ?? "application/json").split(";")[0]!;
  const validate = operation.responseBody(reply.status, type);
  if (validate === null || validate(JSON.parse(JSON.stringify(reply.body)))) return;
  const [first] = validate.errors ?? [];
  state.violations.push(`${operation.id} ${reply.status}: ${first?.instancePath} ${first?.message} ${JSON.stringify(first?.params)}`);
}

function withLinks(reply: Reply, url: URL): Reply {
  const last = Number(reply.headers?.["x-hub-last-page"] ?? 1);
  const page = Number(url.searchParams.get("page") ?? 1);
  const { "x-hub-last-page": _, ...headers } = reply.headers ?? {};
  if (last <= 1) return { ...reply, headers };
  const link = (to: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return { ...reply, headers: { ...headers, link: links.join(", ") } };
}

/** Whose limit a call is on: the installation's, whichever of its tokens was used. */
function callerName(world: World, request: Request): string {
  const header = request.headers.get("authorization") ?? "";
  const known = world.tokens.get(/^(?:bearer|token)\s+(\S+)$/i.exec(header)?.[1] ?? "");
  return known === undefined ? "nobody" : `${known.installationId ?? `user ${known.userId}`}`;
}

function overLimit(): Reply {
  return { status: 403, body: { message: "API rate limit exceeded for installation." } };
}

function respond(world: World, state: ServerState, request: Request, reply: Reply, who: string, truncated: boolean): Response {
  const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  const etag = etagOf(request.headers.get("authorization"), request.headers.get("accept"), text);
  const isTagged = request.method === "GET" && reply.status === 200;
  const unchanged = isTagged && isUnchanged(request.headers.get("if-none-match"), etag);
  const common = {
    "content-type": "application/json; charset=utf-8",
    date: world.clock().toUTCString(),
    "x-github-media-type": "github.v3; format=json",
    ...spend(state.limits, who, world.clock(), unchanged ? -1 : 0).headers,
    ...(isTagged ? { etag } : {}),
    ...reply.headers,
  };
  if (unchanged) return new Response(null, { status: 304, headers: common });
  if (reply.status === 204) return new Response(null, { status: 204, headers: common });
  return new Response(truncated ? text.slice(0, Math.floor(text.length / 2)) : text, { status: reply.status, headers: common });
}
