import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compileArtifact, sessionOf } from "../../src/engine/artifact.ts";
import { type AttachOptions, attachGovernance, type Environment, type GovernanceCache } from "../../src/runtime/index.ts";
import { artifactInput } from "../support/compiled.ts";

/** Against a real HTTP server that says whatever a test wants. */
const ENVIRONMENTS: readonly Environment[] = ["development", "staging", "production"];
const compiledFor = (environment: string, agent = "acme/contracts") => {
  const compiled = compileArtifact(artifactInput(12, { agent, environment }));
  return { compiled, session: sessionOf(compiled) };
};
const planOf = (environment: string, more: Record<string, unknown> = {}) => {
  const { compiled, session } = compiledFor(environment);
  const known = { compiled_hash: compiled.compiledHash, compiled_session: session };
  return { agent: "acme/contracts", environment, status: "APPROVED", ...known, ...more };
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer;
let asked: IncomingMessage[] = [];
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response
      .writeHead(status, { "Content-Type": "application/json", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
  };
const problem = (status: number, code: string) => json(status, { error: { code, message: "no" } });

async function attach(environment: Environment, more: Partial<AttachOptions> = {}) {
  const cache: GovernanceCache = new Map();
  return attachGovernance({ url, apiKey: "csk_key", agent: "acme/contracts", environment, cache, timeoutMs: 2_000, ...more });
}

/** Which environments block. */
type Blocks = "all" | "staging and production";
const blocking = (environment: Environment, blocks: Blocks) => blocks === "all" || environment !== "development";

describe("what is not attached", () => {
  const wide = `{"status":"APPROVED","x":"${"x".repeat(200_000)}"}`;
  const rows: readonly [string, (environment: Environment) => Answer, string, Blocks][] = [
    ["no key that is known", () => problem(401, "UNAUTHENTICATED"), "fetch_failed", "staging and production"],
    ["a key without the scope", () => problem(403, "FORBIDDEN"), "fetch_failed", "staging and production"],
    ["no such plan", () => problem(404, "PLAN_NOT_FOUND"), "no_plan", "staging and production"],
    ["an address where nothing is", () => problem(404, "NOT_FOUND"), "fetch_failed", "staging and production"],
    ["a plan that is over", () => problem(410, "GONE"), "no_plan", "staging and production"],
    ["a parameter that is refused", () => problem(422, "INVALID_PARAMETER"), "fetch_failed", "staging and production"],
    ["an approved plan whose artifact is invalid", () => problem(422, "APPROVED_ARTIFACT_INVALID"), "artifact_invalid", "all"],
    ["a 422 that says nothing", () => json(422, "oops"), "artifact_invalid", "all"],
    ["LEARNING", (e) => json(200, { agent: "acme/contracts", environment: e, status: "LEARNING" }), "no_plan", "staging and production"],
    ["READY", (e) => json(200, { agent: "acme/contracts", environment: e, status: "READY" }), "no_plan", "staging and production"],
    ["a status that is unknown", (e) => json(200, planOf(e, { status: "RETIRED" })), "fetch_failed", "staging and production"],
    ["an answer that is no JSON", () => json(200, "<html>"), "fetch_failed", "staging and production"],
    ["an answer that is no object", () => json(200, "[]"), "fetch_failed", "staging and production"],
    ["half an answer", (e) => json(200, JSON.stringify(planOf(e)).slice(0, -40)), "fetch_failed", "staging and production"],
    ["no UTF-8", () => (_, r) => r.writeHead(200).end(Buffer.from([0x7b, 0xff, 0x7d])), "fetch_failed", "staging and production"],
    ["an answer that is too large", () => json(200, wide), "fetch_failed", "staging and production"],
    [
      "a connection that breaks off",
      () => (_, r) => void r.writeHead(200, { "Content-Length": "900" }).write("{", () => r.destroy()),
      "fetch_failed",
      "staging and production",
    ],
    ["a connection that is cut at once", () => (_, r) => r.destroy(), "fetch_failed", "staging and production"],
    ["an answer that never comes", () => () => {}, "fetch_failed", "staging and production"],
    ["an answer that never ends", () => (_, r) => void r.writeHead(200).write("{"), "fetch_failed", "staging and production"],
    ["unchanged, when nothing was known", () => json(304, ""), "fetch_failed", "staging and production"],
    ["a wrong hash", (e) => json(200, planOf(e, { compiled_hash: "0".repeat(64) })), "artifact_invalid", "all"],
    ["no hash", (e) => json(200, planOf(e, { compiled_hash: null })), "artifact_invalid", "all"],
    ["no session", (e) => json(200, planOf(e, { compiled_session: null })), "artifact_invalid", "all"],
    [
      "the session of another environment",
      (e) => json(200, { ...planOf(e === "staging" ? "production" : "staging"), environment: e }),
      "artifact_invalid",
      "all",
    ],
    ["the answer for another agent", (e) => json(200, planOf(e, { agent: "acme/other" })), "artifact_invalid", "all"],
  ];
  const table = rows.flatMap(([name, given, attachment, blocks]) =>
    ENVIRONMENTS.map((environment) => [name, environment, given, attachment, blocks] as const),
  );
  test.each(table)("T100: %s, in %s", async (_, environment, given, attachment, blocks) => {
    answer = given(environment);
    const governance = await attach(environment, { timeoutMs: 300, maxBytes: 100_000 });
    expect([governance.attachment, governance.blocking, governance.session]).toEqual([attachment, blocking(environment, blocks), null]);
    expect(governance.because).not.toBe("");
  });

  test.each(ENVIRONMENTS)(
    "T100: whatever else a status says, in %s it is not attached, and fails closed but in development",
    async (environment) => {
      for (let status = 201; status < 600; status += 1) {
        // A whole and valid plan under a wrong status is no plan.
        answer = json(status, [204, 205, 304].includes(status) ? "" : planOf(environment), { Location: "/api/v1/governance/plan" });
        const governance = await attach(environment);
        expect([status, governance.attachment === "attached"]).toEqual([status, false]);
        const isInvalid = status === 422;
        expect([status, governance.attachment]).toEqual([
          status,
          isInvalid ? "artifact_invalid" : status === 410 ? "no_plan" : "fetch_failed",
        ]);
        expect([status, governance.blocking]).toEqual([status, isInvalid || environment !== "development"]);
      }
      expect(asked.filter(({ url: path }) => path !== asked[0]?.url)).toEqual([]);
    },
  );

  test("a redirect is not followed: the key goes nowhere else", async () => {
    answer = (request, response) => {
      if (request.url?.startsWith("/api/") === true) response.writeHead(302, { Location: `${url}/elsewhere` }).end();
      else json(200, planOf("production"))(request, response);
    };
    expect(await attach("production")).toMatchObject({ attachment: "fetch_failed", blocking: true });
    expect(asked).toHaveLength(1);
  });
});

describe("what is attached", () => {
  test.each([
    ["development", "monitor", false],
    ["staging", "protect", true],
    ["production", "govern", true],
  ] as const)("in %s it is %s, blocking %s", async (environment, mode, blocks) => {
    for (const status of ["APPROVED", "ENFORCING"]) {
      answer = json(200, planOf(environment, { status }));
      const governance = await attach(environment, { hash: compiledFor(environment).compiled.compiledHash });
      expect(governance).toMatchObject({ attachment: "attached", mode, blocking: blocks, planStatus: status });
      expect(governance.compiledHash).toBe(compiledFor(environment).compiled.compiledHash);
      expect(governance.session).toEqual(compiledFor(environment).session);
    }
    expect(asked[0]?.headers.authorization).toBe("Bearer csk_key");
    expect(asked[0]?.url).toContain("agent=acme%2Fcontracts");
  });

  test("the plan of a second repository that names an agent is its own", async () => {
    answer = json(200, planOf("production", { agent: "acme/contracts#77" }));
    expect(await attach("production", { agent: "acme/contracts#77" })).toMatchObject({ attachment: "attached" });
  });

  test("nobody changes a session that is attached", async () => {
    answer = json(200, planOf("production"));
    const { session } = await attach("production");
    expect(() => (session!.runtime_projection.contracts as unknown[]).pop()).toThrow(TypeError);
  });
});

describe("what is remembered", () => {
  const tagged: Answer = (request, response) => {
    if (request.headers["if-none-match"] === '"one"') response.writeHead(304, { ETag: '"one"' }).end();
    else json(200, planOf("production"), { ETag: '"one"' })(request, response);
  };
  /** Attached once, with a clock that the test moves. */
  async function remembered(maxAgeMs = 1000) {
    const cache: GovernanceCache = new Map();
    let time = 0;
    const ask = () => attach("production", { cache, maxAgeMs, now: () => time });
    answer = tagged;
    expect(await ask()).toMatchObject({ attachment: "attached", httpStatus: 200 });
    return { ask, at: (ms: number) => (time = ms) };
  }

  test("is asked for by its tag", async () => {
    const { ask } = await remembered();
    expect(await ask()).toMatchObject({ attachment: "attached", httpStatus: 304 });
  });

  test("T100: holds through an outage until its age is over, counted from the last question that was answered", async () => {
    const { ask, at } = await remembered();
    at(500);
    await ask();
    answer = problem(503, "UNAVAILABLE");
    at(1499);
    expect(await ask()).toMatchObject({ attachment: "attached", httpStatus: 503 });
    at(1500);
    expect(await ask()).toMatchObject({ attachment: "fetch_failed", blocking: true, session: null });
  });

  test("holds not at all where no age is allowed, and not when the clock went back", async () => {
    const none = await remembered(0);
    answer = problem(503, "UNAVAILABLE");
    expect(await none.ask()).toMatchObject({ attachment: "fetch_failed" });
    const back = await remembered();
    back.at(-1);
    answer = problem(503, "UNAVAILABLE");
    expect(await back.ask()).toMatchObject({ attachment: "fetch_failed" });
  });

  test.each([
    [401, "UNAUTHENTICATED"],
    [403, "FORBIDDEN"],
    [404, "PLAN_NOT_FOUND"],
    [410, "GONE"],
    [422, "APPROVED_ARTIFACT_INVALID"],
  ])("T100: is over with a %i, also when the server cannot be reached after that", async (status, code) => {
    const { ask } = await remembered();
    answer = problem(status, code);
    expect((await ask()).attachment).not.toBe("attached");
    answer = (_, response) => response.destroy();
    expect(await ask()).toMatchObject({ attachment: "fetch_failed", blocking: true });
  });

  test("T100: is over once the plan is in review again", async () => {
    const { ask } = await remembered();
    answer = json(200, { agent: "acme/contracts", environment: "production", status: "READY" });
    expect(await ask()).toMatchObject({ attachment: "no_plan", planStatus: "READY" });
    answer = (_, response) => response.destroy();
    expect(await ask()).toMatchObject({ attachment: "fetch_failed" });
  });

  test("unchanged that means another plan is no answer", async () => {
    const { ask, at } = await remembered();
    answer = (_, response) => response.writeHead(304, { ETag: '"two"' }).end();
    at(1000);
    expect(await ask()).toMatchObject({ attachment: "fetch_failed" });
  });

  test("an early question that is answered late takes nothing back", async () => {
    const { ask, at } = await remembered();
    const late = Promise.withResolvers<ServerResponse>();
    answer = (_, response) => late.resolve(response);
    at(1);
    const early = ask();
    const held = await late.promise;
    at(2);
    answer = problem(410, "GONE");
    await ask();
    json(200, planOf("production"), { ETag: '"one"' })(asked[0]!, held);
    expect((await early).attachment).toBe("attached");
    answer = (_, response) => response.destroy();
    expect(await ask()).toMatchObject({ attachment: "fetch_failed" });
  });
});

describe("options that cannot be meant", () => {
  const rows: readonly [Partial<Record<keyof AttachOptions, unknown>>, string][] = [
    [{ url: "nowhere" }, "no address"],
    [{ url: "http://plans.example" }, "https"],
    [{ url: "ftp://127.0.0.1" }, "https"],
    [{ url: "https://user:pw@plans.example" }, "without credentials"],
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey: "a b" }, "apiKey"],
    [{ agent: "" }, "agent"],
    [{ environment: "prod" }, "development, staging, production"],
    [{ hash: "ABC" }, "hash"],
    [{ timeoutMs: Number.NaN }, "timeoutMs"],
    [{ maxAgeMs: -1 }, "maxAgeMs"],
  ];
  test.each(rows)("%j", async (more, said) => {
    answer = json(200, planOf("production"));
    await expect(attach("production", more as Partial<AttachOptions>)).rejects.toThrow(said);
    expect(asked).toEqual([]);
  });
});
