import type { Octokit } from "@octokit/rest";
import type { BudgetBook } from "./budget.ts";
import type { Call } from "./call.ts";
import { headersOf, isUnauthorized, isUnmodified } from "./failure.ts";
import { isQuestion } from "./graphql.ts";
import { type Answer, isSameTag, type KeptAnswers } from "./kept-answers.ts";
import type { Tokens } from "./tokens.ts";
import type { WriteLimiter } from "./write-limiter.ts";

const API_VERSION = "2022-11-28";

/** GitHub cuts no folder short in the answer to a question, as it does in a listing, and one question may ask for sixty. */
const QUESTION_BYTES_MAX = 16 * 1024 * 1024;

/** Octokit reads JSON for numbers that GitHub does not send, at three times the cost, and what breaks off in the middle as if it were all. */
const UNPARSED = { parseSuccessResponseBody: false };

export interface SenderParts {
  readonly octokit: Octokit;
  readonly tokens: Tokens;
  readonly budget: BudgetBook;
  readonly kept: KeptAnswers;
  readonly writes: WriteLimiter;
}

/** Sends one call as its installation. Rejects as octokit does, for whatever is no success. */
export function createSender({ octokit, tokens, budget, kept, writes }: SenderParts): (call: Call) => Promise<Answer> {
  async function send(call: Call, conditional: boolean): Promise<Answer> {
    const token = await tokens.of(call.installationId);
    const { method, url } = octokit.request.endpoint(call.route, call.parameters);
    const address = `${call.installationId} ${method} ${url}`;
    const isRead = method === "GET";
    const tag = isRead && conditional ? kept.tagOf(address, token) : null;
    const headers = {
      authorization: `token ${token}`,
      "x-github-api-version": API_VERSION,
      ...(tag === null ? {} : { "if-none-match": tag }),
    };
    try {
      const response = await octokit.request(call.route, { ...call.parameters, headers, request: UNPARSED });
      budget.note(call.installationId, response.headers);
      const text = await textOf(response.data, isQuestion(call.route) ? QUESTION_BYTES_MAX : null);
      const link = typeof response.headers.link === "string" ? response.headers.link : null;
      const data = parsed(text);
      if (isRead) kept.keep(address, token, response.headers.etag, { text: typeof data === "object" ? text : null, link });
      return { data, link };
    } catch (error) {
      budget.note(call.installationId, headersOf(error));
      if (tag === null || !isUnmodified(error)) throw error;
      const same = isSameTag(headersOf(error)["etag"], tag) ? kept.unchanged(address, token, tag) : null;
      // It speaks of something else than what is kept, or that was dropped meanwhile: asked without a condition.
      return same ?? (await send(call, false));
    }
  }

  /** A revoked or expired token is refused before anything happens, so even a write may be repeated once. */
  async function sendWithFreshToken(call: Call): Promise<Answer> {
    try {
      return await send(call, call.unconditional !== true);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      tokens.forget(call.installationId);
      return await send(call, false);
    }
  }

  return (call) => {
    if (call.route.startsWith("GET ") || isQuestion(call.route)) return sendWithFreshToken(call);
    return writes.run(call.installationId, isContent(call.route), () => sendWithFreshToken(call));
  };
}

/** @throws what the connection does when it breaks off in the middle; and when there is more of it, of which nothing more is read. */
async function textOf(body: unknown, bytesMax: number | null): Promise<string> {
  if (!(body instanceof ReadableStream)) return "";
  return await new Response(bytesMax === null ? body : body.pipeThrough(upTo(bytesMax))).text();
}

function upTo(bytesMax: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw new Error(`more than ${bytesMax} bytes`);
      controller.enqueue(chunk);
    },
  });
}

/** What is no JSON stays text, which no schema takes for an answer. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** GitHub limits apart what people are notified of; a check run notifies nobody. */
function isContent(route: string): boolean {
  return route.startsWith("POST ") && !route.endsWith("/check-runs");
}
