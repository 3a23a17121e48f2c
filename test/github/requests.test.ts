import { generateKeyPairSync } from "node:crypto";
import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { PublishCheck } from "../../src/gate/ports.ts";
import { createChecks, createGitHub, createPullRequests } from "../../src/github/index.ts";
import { strip as waiting } from "../report/fixtures.ts";

const NAME = "countersign: main";

const want = (headSha: string, more: Partial<PublishCheck> = {}): PublishCheck => ({
  name: NAME,
  policy: null,
  conclusion: "action_required",
  headSha,
  externalId: "evaluation-1",
  decision: waiting,
  ...more,
});

describe("exact requests", () => {
  const HOST = "https://github.test";
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs1", format: "pem" }) as string;
  const repository = { id: 7, owner: "acme", name: "data", ownerId: 3, installationId: 11 };
  const head = "a".repeat(40);
  const state = (count = 0) => ({
    id: 5,
    name: NAME,
    head_sha: head,
    external_id: "evaluation-1",
    status: "completed",
    conclusion: "action_required",
    app: { id: 99 },
    output: { annotations_count: count },
  });
  const failed = vi.fn();
  const checks = () =>
    createChecks(createGitHub({ appId: 99, privateKey: pem, baseUrl: HOST }), {
      publicUrl: "https://x.example/",
      onAnnotationFailure: failed,
    });

  /** What is sent to the scope, in order. */
  const sentTo = (scope: nock.Scope) => {
    const bodies: Record<string, unknown>[] = [];
    scope.on("request", (_, __, body: string) => bodies.push(JSON.parse(body)));
    return bodies;
  };

  beforeAll(() => nock.disableNetConnect());
  beforeEach(() => {
    failed.mockClear();
    nock(HOST).post("/app/installations/11/access_tokens").reply(201, { token: "ghs_x" });
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.cleanAll();
    expect(unused).toEqual([]);
  });
  afterAll(() => nock.enableNetConnect());

  it("T89: sends the verdict alone when GitHub refuses it with its annotations", async () => {
    const scope = nock(HOST);
    scope.post("/repos/acme/data/check-runs").reply(422, { message: "Invalid annotation" });
    scope.post("/repos/acme/data/check-runs").reply(201, state());
    const bodies = sentTo(scope);
    expect(await checks().create(repository, want(head))).toMatchObject({ id: 5, conclusion: "action_required" });
    expect(bodies).toMatchObject([
      { conclusion: "action_required", output: { annotations: [{ start_line: 14 }, { start_line: 21 }] } },
      { conclusion: "action_required", output: { annotations: [] } },
    ]);
    expect(failed).toHaveBeenCalledOnce();
  });

  it("T89: keeps the verdict when annotations fail afterwards, and they could not have changed it", async () => {
    const scope = nock(HOST);
    scope.patch("/repos/acme/data/check-runs/5").reply(200, state());
    scope.patch("/repos/acme/data/check-runs/5").reply(502, "<html>");
    const bodies = sentTo(scope);
    expect(await checks().update(repository, 5, want(head))).toMatchObject({ id: 5, conclusion: "action_required" });
    expect(bodies[0]).toMatchObject({ status: "completed", conclusion: "action_required" });
    expect(Object.keys(bodies[1]!)).toEqual(["output"]);
    expect(failed).toHaveBeenCalledOnce();
  });

  it("T53: refuses an answer about another commit", async () => {
    nock(HOST)
      .post("/repos/acme/data/check-runs")
      .reply(201, { ...state(), head_sha: "b".repeat(40) });
    await expect(checks().create(repository, want(head))).rejects.toThrow("another run");
  });

  it("takes a broken connection for no answer", async () => {
    nock(HOST).post("/repos/acme/data/check-runs").replyWithError(new Error("socket hang up"));
    await expect(checks().create(repository, want(head))).rejects.toMatchObject({ kind: "network" });
  });

  it.each([
    [403, { message: "Resource not accessible by integration" }, {}, "auth"],
    [403, { message: "forbidden" }, { "x-ratelimit-remaining": "0" }, "network"],
    [403, { message: "You have exceeded a secondary rate limit" }, {}, "network"],
    [403, "<html>proxy</html>", {}, "network"],
    [404, { message: "Not Found" }, {}, "auth"],
    [410, { message: "Gone" }, {}, "auth"],
    [422, { message: "Validation Failed" }, {}, "bug"],
    [429, { message: "slow down" }, {}, "network"],
    [500, { message: "boom" }, {}, "network"],
  ])("%i %o %o is a %s failure", async (status, body, headers, kind) => {
    nock(HOST).get("/repos/acme/data/branches/main").reply(status, body, headers);
    if (kind === "auth" && (status === 403 || status === 404)) nock(HOST).get("/repos/acme/data").reply(status, body);
    const pulls = createPullRequests(createGitHub({ appId: 99, privateKey: pem, baseUrl: HOST }));
    await expect(pulls.branch(repository, "main")).rejects.toMatchObject({ name: "TruthError", kind });
  });
});
