import { isRecord } from "./session.ts";

export interface PlanRequest {
  readonly url: string;
  readonly apiKey: string;
  readonly agent: string;
  readonly environment: string;
  readonly hash: string | null;
  readonly etag: string | null;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly fetch: typeof globalThis.fetch;
}

/** What the server said, before anything of it is believed. */
export type PlanReply =
  | { readonly status: "plan"; readonly body: Record<string, unknown>; readonly etag: string | null }
  | { readonly status: "unchanged"; readonly etag: string | null }
  | { readonly status: "problem"; readonly http: number; readonly code: string | null; readonly message: string }
  /** No answer that means anything: the network, a proxy, a body that is no JSON. */
  | { readonly status: "silent"; readonly http: number | null; readonly message: string };

/** Of a refusal, whose status says the most. */
const PROBLEM_BYTES_MAX = 64 * 1024;

/** One request, never redirected, ended after `timeoutMs` with whatever of its body has come. Never rejects. */
export async function fetchPlan(request: PlanRequest): Promise<PlanReply> {
  let http: number | null = null;
  try {
    const response = await request.fetch(addressOf(request), {
      headers: {
        Accept: "application/json",
        Authorization: `Bearer ${request.apiKey}`,
        ...(request.etag === null ? {} : { "If-None-Match": request.etag }),
      },
      // A key that follows a redirect is given to whoever stands there.
      redirect: "manual",
      signal: AbortSignal.timeout(request.timeoutMs),
    });
    http = response.status;
    return await replyOf(response, request.maxBytes);
  } catch (error) {
    return { status: "silent", http, message: saidBy(error, request.timeoutMs) };
  }
}

async function replyOf(response: Response, maxBytes: number): Promise<PlanReply> {
  const { status } = response;
  const etag = response.headers.get("ETag");
  if (status === 200) {
    const text = await readText(response, maxBytes);
    if (text === null) return { status: "silent", http: status, message: `the answer is larger than ${maxBytes} bytes` };
    const body = parse(text);
    return body === null ? { status: "silent", http: status, message: "the answer is no JSON object" } : { status: "plan", body, etag };
  }
  if (status === 0 || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    if (status === 304) return { status: "unchanged", etag };
    return { status: "silent", http: status, message: "the server redirects, which is not followed" };
  }
  // The status alone is an answer, whatever comes of the body.
  const body = parse((await readText(response, PROBLEM_BYTES_MAX).catch(() => null)) ?? "");
  const { code, message } = isRecord(body?.["error"]) ? body["error"] : {};
  return {
    status: "problem",
    http: status,
    code: typeof code === "string" ? code.slice(0, 60) : null,
    message: typeof message === "string" ? message.slice(0, 300) : "no reason is given",
  };
}

function addressOf({ url, agent, environment, hash }: PlanRequest): URL {
  const address = new URL(`${url.replace(/\/+$/, "")}/api/v1/governance/plan`);
  address.search = new URLSearchParams({ agent, environment, ...(hash === null ? {} : { hash }) }).toString();
  return address;
}

/** null = more than `maxBytes`. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function saidBy(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return "the request failed";
  if (error.name === "TimeoutError") return `no whole answer within ${timeoutMs} ms`;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
