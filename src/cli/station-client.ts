import { z } from "zod";
import { Refusal } from "../gate/ports.ts";
import type { CliContext } from "./io.ts";
import { exitCodeOfStatus, StationFailure } from "./station-failure.ts";
import { savedSession } from "./station-session.ts";

/** A server, and whoever asks it. */
export interface Station {
  readonly url: string;
  readonly asks: "key" | "person" | "nobody";
  /** Rejects with a `StationFailure`, also when `signal` ends it. `body` goes as JSON. */
  request<S extends z.ZodType>(answer: S, method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<z.infer<S>>;
}

const TIMEOUT_MS = 60_000;
const ANSWER_MAX_BYTES = 33_554_432;
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);
const problem = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional(), details: z.unknown().optional() }),
});

/** Who may, of what was forbidden. */
const access = z.object({ roles: z.array(z.string()), scopes: z.array(z.string()) });

/** What is wrong with a body or a parameter, and where. */
const faults = z.array(z.object({ at: z.string(), message: z.string() })).min(1);

/** `--server`, else COUNTERSIGN_URL. @throws Refusal when neither names an origin that a secret may be sent to. */
export function serverUrl(context: CliContext, given: string | undefined): string {
  const text = given ?? context.env["COUNTERSIGN_URL"] ?? "";
  if (text === "") throw new Refusal("usage", "no server is named", "set COUNTERSIGN_URL, or give --server");
  if (!URL.canParse(text)) throw new Refusal("usage", `the server is no address: ${text}`);
  const { protocol, hostname, origin, pathname, search, username } = new URL(text);
  const isSafe = protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
  if (!isSafe) throw new Refusal("usage", `the server must be https: ${origin}`, "over http, whoever is on the way reads the key");
  if (pathname !== "/" || search !== "" || username !== "")
    throw new Refusal("usage", "the server is an origin, without a path, a query or credentials", `${origin} may be what you mean`);
  return origin;
}

/** By COUNTERSIGN_API_KEY when there is one and a key may do it, else as the person who signed in. */
export async function openStation(context: CliContext, given: string | undefined, who: "anybody" | "person"): Promise<Station> {
  const url = serverUrl(context, given);
  const key = who === "anybody" ? context.env["COUNTERSIGN_API_KEY"] : undefined;
  if (key) return stationAt(url, key, "key");
  const session = await savedSession(context, url);
  if (session === null) {
    const hint = who === "person" ? `countersign login --server ${url}` : `set COUNTERSIGN_API_KEY, or countersign login --server ${url}`;
    const why = who === "person" && context.env["COUNTERSIGN_API_KEY"] ? "a key cannot do this: it takes a person" : "nobody is signed in";
    throw new StationFailure(4, `${why} (${url})`, { hint });
  }
  return stationAt(url, session.token, "person");
}

export function stationAt(url: string, token: string | null, asks: Station["asks"]): Station {
  return {
    url,
    asks,
    async request(answer, method, path, body, signal) {
      const response = await send({ url, token, signal }, method, path, body);
      const text = await textOf(response, url);
      if (!response.ok) throw refusedBy(response, text, url);
      const parsed = answer.safeParse(text === "" ? undefined : jsonOf(text));
      if (parsed.success) return parsed.data;
      throw new StationFailure(3, `${url} answered something else than Countersign does`, { hint: "is that the address of the server?" });
    },
  };
}

interface Line {
  readonly url: string;
  readonly token: string | null;
  readonly signal: AbortSignal | undefined;
}

async function send({ url, token, signal }: Line, method: string, path: string, body: unknown): Promise<Response> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  const init = {
    method,
    headers: {
      accept: "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    // A token goes to no other place than the one that was named.
    redirect: "manual",
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  } satisfies RequestInit;
  return fetch(`${url}${path}`, init).catch((error: Error) => {
    const because = error.cause instanceof Error ? error.cause.message : error.message;
    throw new StationFailure(3, `${url} does not answer: ${because}`, {
      hint: "run it again; --server or COUNTERSIGN_URL says where it is",
      cause: error,
    });
  });
}

async function textOf(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > ANSWER_MAX_BYTES) throw new Error("the answer is too large");
      chunks.push(chunk);
    }
  } catch (error) {
    throw new StationFailure(3, `${url} broke off: ${(error as Error).message}`, { hint: "run it again", cause: error });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusedBy(response: Response, text: string, url: string): StationFailure {
  const said = problem.safeParse(jsonOf(text));
  const seconds = Number(response.headers.get("retry-after"));
  const retryAfterSeconds = Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  if (!said.success)
    return new StationFailure(
      exitCodeOfStatus(response.status, null) === 1 ? 3 : exitCodeOfStatus(response.status, null),
      `${url} answered ${response.status}`,
      {
        hint: "is that the address of the server?",
        retryAfterSeconds,
      },
    );
  const { code, message, details } = said.data.error;
  // Nobody at a terminal sees the body that a hint speaks of.
  const wrong = faults.safeParse(details);
  const what = wrong.success ? `${message}: ${wrong.data.map((each) => `${each.at} ${each.message}`.trim()).join("; ")}` : message;
  return new StationFailure(exitCodeOfStatus(response.status, code), what, {
    hint: cureOf(said.data.error, url, wrong.success),
    code,
    retryAfterSeconds,
  });
}

/** What to do, in the words of a terminal: it sees no details, and has a command for what the API does by requests. */
function cureOf({ code, hint, details }: z.infer<typeof problem>["error"], url: string, isFault: boolean): string | null {
  if (code === "UNAUTHENTICATED") return `countersign login --server ${url}, or a valid COUNTERSIGN_API_KEY`;
  if (code === "REAUTHENTICATE") return `countersign login --server ${url}, then this again`;
  const needed = access.safeParse(details);
  if (code === "FORBIDDEN" && needed.success) {
    const { roles, scopes } = needed.data;
    const person = `a person with the role ${[...new Set(["admin", ...roles])].join(" or ")}`;
    return `it takes ${scopes.length === 0 ? person : `${person}, or a key with the scope ${scopes.join(" or ")}`}`;
  }
  return isFault ? "--help says what the command takes" : (hint ?? null);
}
