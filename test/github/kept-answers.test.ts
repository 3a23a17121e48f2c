import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createKeptAnswers } from "../../src/github/kept-answers.ts";
import { openRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.hub.requests.length = 0;
});
afterEach(() => rig.hub.clearFaults());

const sent = () => rig.hub.requests.map(({ template, status }) => `${status} ${template.replace("/repos/{owner}/{repo}", "")}`);

describe("asking whether anything has changed", () => {
  test("what is as before comes back by 304, whole and with its pages; what changed comes back new", async () => {
    const { hub, pulls, pull, number } = rig;
    const first = await pulls.read(pull);
    expect(await pulls.read(pull)).toEqual(first);
    hub.push("acme/data", "strip", { "docs/more.md": "more\n" }, { actor: "alice" });
    const moved = await pulls.read(pull);
    expect(moved.headSha).toBe(hub.headSha("acme/data", number));
    expect(moved.headSha).not.toBe(first.headSha);
    const read = "/pulls/{pull_number}";
    expect(sent()).toEqual(["201 /app/installations/{installation_id}/access_tokens", `200 ${read}`, `304 ${read}`, `200 ${read}`]);
    expect(rig.app.budget.calls().notModified).toBe(1);
  });

  test("a member who leaves is gone at once", async () => {
    const { hub, pulls, pull } = rig;
    const truth = await pulls.read(pull);
    const members = async () => (await pulls.people(truth, ["sec-ops"], [])).teams[0]?.members.map(({ user }) => user);
    expect(await members()).toEqual(["bob"]);
    expect(await members()).toEqual(["bob"]);
    hub.removeMember("acme/sec-ops", "bob");
    expect(await members()).toEqual([]);
    hub.addMember("acme/sec-ops", "bob");
  });

  test("another token is never told by the tag of the one before it", async () => {
    const { hub, pulls, pull } = rig;
    await pulls.read(pull);
    hub.fail({ path: "/pulls/" }, { kind: "status", status: 401, body: { message: "Bad credentials" } });
    hub.requests.length = 0;
    await pulls.read(pull);
    expect(sent()).toEqual([
      "401 /pulls/{pull_number}",
      "201 /app/installations/{installation_id}/access_tokens",
      "200 /pulls/{pull_number}",
    ]);
  });

  test("a 304 that speaks of another tag, or that nobody asked for, is no answer", async () => {
    const { hub, pulls, pull } = rig;
    const truth = await pulls.read(pull);
    hub.fail({ path: "/pulls/" }, { kind: "status", status: 304, body: "", headers: { etag: '"another"' } });
    hub.requests.length = 0;
    expect(await pulls.read(pull)).toEqual(truth);
    expect(sent()).toEqual(["304 /pulls/{pull_number}", "200 /pulls/{pull_number}"]);
    hub.fail({ method: "POST", path: "/check-runs" }, { kind: "status", status: 304, body: "" });
    const fresh = rig.app.request(
      {
        installationId: rig.repository.installationId,
        what: "run",
        route: "POST /repos/{owner}/{repo}/check-runs",
        parameters: { owner: "acme", repo: "data" },
      },
      { safeParse: () => ({ success: true, data: null }) } as never,
    );
    await expect(fresh).rejects.toMatchObject({ kind: "network" });
  });

  test("an answer that breaks off is not remembered, and so never confirmed", async () => {
    const { hub, pulls, pull, number } = rig;
    hub.push("acme/data", "strip", { "docs/broken.md": "x\n" }, { actor: "alice" });
    hub.fail({ path: /\/pulls\/\d+$/ }, { kind: "truncated" });
    await expect(pulls.read(pull)).rejects.toMatchObject({ kind: "network" });
    expect((await pulls.read(pull)).headSha).toBe(hub.headSha("acme/data", number));
  });

  test("an unconditional read is sent whole", async () => {
    const { pulls, pull } = rig;
    const truth = await pulls.read(pull);
    await pulls.read(pull);
    rig.hub.requests.length = 0;
    await pulls.lookAgain(truth, true);
    expect(sent()).toEqual(["200 /pulls/{pull_number}", "200 /pulls/{pull_number}/reviews"]);
  });

  test("refusals are not kept: a branch that was not there is found when it is", async () => {
    const { hub, pulls, repository } = rig;
    expect(await pulls.branch(repository, "later")).toBeNull();
    hub.push("acme/data", "later", { "docs/later.md": "x\n" }, { actor: "alice" });
    expect((await pulls.branch(repository, "later"))?.sha).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe("what is kept", () => {
  const link = '<x>; rel="next"';
  const answer = { text: '[{"id":1}]', link };

  test("is handed out as a copy, to its reader only, and for its own tag only", () => {
    const kept = createKeptAnswers();
    kept.keep("1 GET /a", "one", '"t"', answer);
    expect(kept.tagOf("1 GET /a", "one")).toBe('"t"');
    expect([kept.tagOf("1 GET /a", "two"), kept.tagOf("2 GET /a", "one")]).toEqual([null, null]);
    expect([kept.unchanged("1 GET /a", "two", '"t"'), kept.unchanged("1 GET /a", "one", '"u"')]).toEqual([null, null]);
    const copy = kept.unchanged("1 GET /a", "one", '"t"')!;
    (copy.data as unknown[]).length = 0;
    expect(kept.unchanged("1 GET /a", "one", '"t"')).toEqual({ data: [{ id: 1 }], link });
  });

  test("is bounded by bytes, and neither huge answers nor git objects are in it", () => {
    const kept = createKeptAnswers(100_000);
    const text = () => `["${randomBytes(4_200).toString("base64")}"]`;
    for (let index = 0; index < 100; index++) kept.keep(`1 GET /${index}`, "one", '"t"', { text: text(), link: null });
    const left = Array.from({ length: 100 }, (_, index) => kept.tagOf(`1 GET /${index}`, "one")).filter((tag) => tag !== null);
    expect(left.length).toBeGreaterThan(10);
    expect(left.length).toBeLessThan(25);
    const large = createKeptAnswers();
    large.keep("1 GET /large", "one", '"t"', { text: `["${"x".repeat(2_000_000)}"]`, link: null });
    large.keep("1 GET /repos/a/b/git/blobs/1", "one", '"t"', answer);
    expect([large.tagOf("1 GET /large", "one"), large.tagOf("1 GET /repos/a/b/git/blobs/1", "one")]).toEqual([null, null]);
  });

  test("holds what 500 pull requests are read from: GitHub spells out every address again", () => {
    const kept = createKeptAnswers();
    const answer = (index: number) => ({
      id: index,
      title: `größer ${index} 🚂`,
      repository: Object.fromEntries(
        Array.from({ length: 200 }, (_, at) => [`${at}_url`, `https://github.example/repos/acme/contracts/${at}{/x}`]),
      ),
    });
    const text = (index: number) => JSON.stringify(answer(index));
    expect(text(0).length).toBeGreaterThan(10_000);
    for (let index = 0; index < 2_500; index++) kept.keep(`1 GET /${index}`, "one", '"t"', { text: text(index), link });
    for (const index of [0, 2_499]) expect(kept.unchanged(`1 GET /${index}`, "one", '"t"')).toEqual({ data: answer(index), link });
  });

  test("an answer without a tag, or that is no JSON, forgets the one before it", () => {
    const kept = createKeptAnswers();
    for (const [tag, next] of [[undefined, answer] as const, ['"u"', { text: null, link: null }] as const]) {
      kept.keep("1 GET /a", "one", '"t"', answer);
      kept.keep("1 GET /a", "one", tag, next);
      expect(kept.tagOf("1 GET /a", "one")).toBeNull();
    }
  });
});
