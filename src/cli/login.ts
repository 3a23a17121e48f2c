import type { Command } from "commander";
import { z } from "zod";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { type CliContext, EXIT } from "./io.ts";
import { openStation, type Station, serverUrl, stationAt } from "./station-client.ts";
import { StationFailure } from "./station-failure.ts";
import { saveSession } from "./station-session.ts";

const SERVER = "the server; default: COUNTERSIGN_URL";
const GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const SLOWER_SECONDS = 5;
const REQUEST_MS = 30_000;

const signIn = z.object({ client_id: z.string(), device_code_url: z.url(), access_token_url: z.url() });
const device = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  expires_in: z.number().positive().max(3_600),
  interval: z.number().min(0).max(60),
});
const granted = z.object({ access_token: z.string().optional(), error: z.string().optional(), interval: z.number().optional() });
const begun = z.object({
  token: z.string(),
  expires_at: z.string(),
  tenant: z.object({ login: z.string() }),
  tenants: z.array(z.object({ id: z.string(), login: z.string() })),
});
const tenant = z.object({ login: z.string() });
const current = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("person"),
    person: z.object({ login: z.string() }),
    tenant,
    roles: z.array(z.string()),
    expires_at: z.string().nullable(),
  }),
  z.object({ kind: z.literal("key"), key: z.object({ name: z.string() }), tenant, scopes: z.array(z.string()) }),
]);

/** `countersign login`, `logout`, `whoami`: a person at this terminal, proved by GitHub's device flow. */
export function addLogin(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("login")
    .description("sign in to a server as a person, through GitHub in your browser")
    .option("--server <url>", SERVER)
    .option("--organisation <login>", "which organisation, when you reach several")
    .action(async (options: { server?: string; organisation?: string }) => done(await login(context, options)));
  program
    .command("logout")
    .description("end the session, on the server too")
    .option("--server <url>", SERVER)
    .action(async ({ server }: { server?: string }) => done(await logout(context, server)));
  program
    .command("whoami")
    .description("who asks the server from here, and what they may do")
    .option("--server <url>", SERVER)
    .action(async ({ server }: { server?: string }) => done(await whoami(context, server)));
}

async function login(context: CliContext, options: { readonly server?: string; readonly organisation?: string }): Promise<number> {
  const url = serverUrl(context, options.server);
  const github_token = await deviceFlow(context, await stationAt(url, null, "nobody").request(signIn, "GET", "/api/v1/sign-in"));
  const session = await stationAt(url, null, "nobody").request(begun, "POST", "/api/v1/sessions", { github_token });
  const station = stationAt(url, session.token, "person");
  const { name, chosen } = await keep(context, station, session, options.organisation).catch(async (error: unknown) => {
    // Nobody here has kept it, so nobody could end it later.
    await station.request(z.undefined(), "DELETE", "/api/v1/sessions/current").catch(() => {
      context.stderr.write(`countersign: the session that this began could not be ended: it ends by itself after 2 hours\n`);
    });
    throw error;
  });
  context.stdout.write(`signed in to ${url} as ${escapeTerminal(name)}, in ${escapeTerminal(chosen)}\n`);
  const others = session.tenants.filter((each) => each.login !== chosen).map((each) => each.login);
  if (others.length > 0) context.stderr.write(`countersign: you reach ${escapeTerminal(others.join(", "))} too: --organisation\n`);
  return EXIT.success;
}

async function keep(context: CliContext, station: Station, session: z.infer<typeof begun>, wanted: string | undefined) {
  const chosen = await choose(station, session, wanted);
  const who = await station.request(current, "GET", "/api/v1/sessions/current");
  const name = who.kind === "person" ? who.person.login : who.key.name;
  await saveSession(context, station.url, { token: session.token, expiresAt: session.expires_at, login: name, tenant: chosen });
  return { name, chosen };
}

async function choose(station: Station, session: z.infer<typeof begun>, wanted: string | undefined): Promise<string> {
  if (wanted === undefined || wanted.toLowerCase() === session.tenant.login.toLowerCase()) return session.tenant.login;
  const found = session.tenants.find((each) => each.login.toLowerCase() === wanted.toLowerCase());
  if (found === undefined) {
    const reached = session.tenants.map((each) => each.login).join(", ");
    throw new StationFailure(EXIT.notFound, `you do not reach ${wanted}`, { hint: `you reach ${reached}` });
  }
  await station.request(z.undefined(), "PUT", "/api/v1/sessions/current/tenant", { tenant_id: found.id });
  return found.login;
}

/** A GitHub user token of the server's app. It is shown to the server once, and kept nowhere. */
async function deviceFlow(context: CliContext, at: z.infer<typeof signIn>): Promise<string> {
  const code = await ask(device, at.device_code_url, { client_id: at.client_id });
  context.stderr.write(`open ${escapeTerminal(code.verification_uri)} and enter ${escapeTerminal(code.user_code)}\n`);
  let seconds = code.interval;
  let left = code.expires_in;
  while (left > 0) {
    await context.pause(seconds * 1000);
    left -= Math.max(seconds, 1);
    const body = { client_id: at.client_id, device_code: code.device_code, grant_type: GRANT };
    const { access_token, error, interval } = await ask(granted, at.access_token_url, body);
    if (access_token !== undefined) return access_token;
    if (error === "slow_down") seconds = interval ?? seconds + SLOWER_SECONDS;
    else if (error !== "authorization_pending")
      throw new StationFailure(EXIT.auth, `GitHub says ${error}`, { hint: "countersign login again" });
  }
  throw new StationFailure(EXIT.auth, "the code ran out before it was entered", { hint: "countersign login again" });
}

async function ask<S extends z.ZodType>(schema: S, url: string, body: Readonly<Record<string, string>>): Promise<z.infer<S>> {
  const init = {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(REQUEST_MS),
  } satisfies RequestInit;
  try {
    return schema.parse(await (await fetch(url, init)).json());
  } catch (error) {
    throw new StationFailure(EXIT.network, `GitHub does not answer at ${new URL(url).origin}`, {
      hint: "countersign login again",
      cause: error,
    });
  }
}

async function logout(context: CliContext, server: string | undefined): Promise<number> {
  const station = await openStation(context, server, "person");
  await station.request(z.undefined(), "DELETE", "/api/v1/sessions/current").catch((error: unknown) => {
    // Whatever is over already needs no end.
    if (!(error instanceof StationFailure) || error.exitCode !== EXIT.auth) throw error;
  });
  await saveSession(context, station.url, null);
  context.stdout.write(`signed out of ${station.url}\n`);
  return EXIT.success;
}

async function whoami(context: CliContext, server: string | undefined): Promise<number> {
  const station = await openStation(context, server, "anybody");
  const who = await station.request(current, "GET", "/api/v1/sessions/current");
  const [name, may] = who.kind === "person" ? [who.person.login, who.roles] : [`key ${who.key.name}`, who.scopes];
  context.stdout.write(`${escapeTerminal(name)} in ${escapeTerminal(who.tenant.login)}: ${may.join(", ") || "no role"}\n`);
  if (who.kind === "person" && who.expires_at !== null) context.stdout.write(`until ${who.expires_at}\n`);
  return EXIT.success;
}
