import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Call } from "./call.ts";
import { RequestFailure } from "./failure.ts";

const INSTALLATIONS_MAX = 10_000;
/** How long an installation whose question was not answered is not asked one again: each would only cost a call more. */
const REST_MS = 60_000;

/** One question to GitHub's GraphQL API: nothing is ever changed by it. `what` names it in errors. */
export interface Question extends Pick<Call, "installationId" | "what"> {
  readonly query: string;
  readonly variables: Readonly<Record<string, string | number>>;
}

/** `https://api.github.com/graphql`, or `https://HOST/api/graphql` beside `https://HOST/api/v3`. No slash ends `baseUrl`. */
export function graphqlUrl(baseUrl: string): string {
  return baseUrl.endsWith("/api/v3") ? baseUrl.replace(/\/v3$/, "/graphql") : `${baseUrl}/graphql`;
}

export function isQuestion(route: string): boolean {
  return route.startsWith("POST ") && route.endsWith("/graphql");
}

/** @throws TruthError whenever the answer is not whole, and for a minute after that without asking. */
export type Ask = <T>(question: Question, schema: z.ZodType<T>) => Promise<T>;

/** `answered`: sends one call and gives the body of a success. */
export function createAsk(
  baseUrl: string,
  answered: (call: Call) => Promise<unknown>,
  understood: <T>(what: string, data: unknown, schema: z.ZodType<T>) => T,
): Ask {
  const resting = new LRUCache<number, true>({ max: INSTALLATIONS_MAX, ttl: REST_MS });
  const route = `POST ${graphqlUrl(baseUrl)}`;
  return async ({ installationId, what, query, variables }, schema) => {
    if (resting.has(installationId)) throw new RequestFailure(what, "network", `${what}: no question was answered just before`, null);
    try {
      const body = await answered({ installationId, what, route, parameters: { query, variables } });
      return understood(what, wholeAnswer(what, body), schema);
    } catch (error) {
      resting.set(installationId, true);
      throw error;
    }
  };
}

const reply = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });

/** What was asked for, whole: an answer in part comes with 200 and `errors`. @throws RequestFailure */
function wholeAnswer(what: string, body: unknown): unknown {
  const { data, error } = reply.safeParse(body);
  if (data === undefined) throw new RequestFailure(what, "network", `${what}: GitHub's answer cannot be understood`, 200, error);
  const [first] = data.errors ?? [];
  if (first !== undefined)
    throw new RequestFailure(what, "network", `${what}: GitHub answered in part (${first.message.slice(0, 200)})`, 200);
  return data.data;
}
