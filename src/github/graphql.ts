import { z } from "zod";
import type { Call } from "./call.ts";
import { RequestFailure } from "./failure.ts";

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

export function callOf({ installationId, what, query, variables }: Question, baseUrl: string): Call {
  // Octokit takes whatever else it is given as parameters of the body.
  return { installationId, what, route: `POST ${graphqlUrl(baseUrl)}`, parameters: { query, variables } };
}

const reply = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });

/** What was asked for, whole: an answer in part comes with 200 and `errors`. @throws RequestFailure */
export function wholeAnswer(what: string, body: unknown): unknown {
  const { data, error } = reply.safeParse(body);
  if (data === undefined) throw new RequestFailure(what, "network", `${what}: GitHub's answer cannot be understood`, 200, error);
  const [first] = data.errors ?? [];
  if (first !== undefined)
    throw new RequestFailure(what, "network", `${what}: GitHub answered in part (${first.message.slice(0, 200)})`, 200);
  return data.data;
}
