import { join } from "node:path";
import { expect } from "vitest";
import type { CliContext } from "../../src/cli/io.ts";
import type { Database } from "../../src/store/index.ts";
import { countersign } from "./cli.ts";
import { type Station, startStation } from "./station.ts";
import type { Answer } from "./studio-api.ts";
import { listen, PUSHED, type SubmissionParts, submissionParts, submissionRoutes } from "./submissions.ts";

/** The Station with its submissions, where acme pushed a policy. Two owners have signed in. */
export async function startSubmissionStation(db: Database): Promise<Station> {
  let parts!: SubmissionParts;
  const station = await startStation(db, { register: (api, limiter) => submissionRoutes(parts)(api, limiter) }, (hub) => {
    parts = submissionParts(db, hub);
  });
  await station.bearer("ana");
  await station.bearer("otto");
  expect((await ask(station, "ana", "PUT", "/api/v1/policy", { expected_version: 0, ...PUSHED })).status).toBe(200);
  return station;
}

/** As somebody who signed in at the command line. */
export async function ask(station: Station, login: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { ...(await station.bearer(login)), "content-type": "application/json" };
  const response = await station.request(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: response.status, body: await response.json() };
}

/** A port of this machine in front of it. */
export function listenBefore(station: Station): ReturnType<typeof listen> {
  return listen((request) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.set("host", "station.example");
    const init = { method: request.method, headers, body: request.body, duplex: "half" };
    return station.request(`${pathname}${search}`, init as RequestInit);
  });
}

/** `countersign login` by a person with a home of their own, who types the code that is shown into the simulated GitHub. */
export function logIn(
  { hub }: Station,
  at: { readonly url: string; readonly repository: string; readonly home: string },
  name: string,
  more: readonly string[] = [],
): ReturnType<typeof countersign> {
  let shown = "";
  const stderr = { write: (text: string) => (shown += text), isTerminal: false, columns: 100 } as CliContext["stderr"];
  const pause = async () => {
    const code = /enter (\S+)/.exec(shown)?.[1];
    if (code !== undefined) hub.authorizeDevice(code, name);
  };
  const env = { COUNTERSIGN_URL: at.url, XDG_CONFIG_HOME: join(at.home, name) };
  return countersign(at.repository, ["login", ...more], env, { stderr, pause, clock: { now: () => new Date() } });
}
