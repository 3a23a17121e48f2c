import { afterAll, beforeAll, expect, test } from "vitest";
import type { LineageSummary } from "../../src/engine/contract/lineage/model.ts";
import type { PolicySource } from "../../src/engine/policy/model.ts";
import { blobOf } from "../../src/gate/submitted-change.ts";
import { CONFIG, POLICIES } from "../demo/sample.ts";
import { strip } from "../report/fixtures.ts";
import { sha } from "../store/sample.ts";
import { describeOnBoth } from "../support/database.ts";
import { samplePull } from "../support/sample-evaluation.ts";
import { type Station, startStation } from "../support/station.ts";
import { submitted } from "../support/studio.ts";

const source = (kind: PolicySource["kind"], path: string, text: string): PolicySource => ({
  ...{ origin: "repo", kind, path, mode: "100644", blob: blobOf(text), text, unreadable: null },
});
const SOURCES = [source("policies", ".choochoo/approval-policies.yaml", POLICIES), source("config", ".choochoorc", CONFIG)];

const HOSTILE = `contracts/<script>"x".yaml`;
const summary = (file: string, upstream: string | null, pii = false): LineageSummary => ({
  ...{ file, key: file, objects: [{ name: "o", physicalName: null }], production: false, critical: false },
  tagged: pii ? [{ object: "o", field: "email", keys: ["pii"] }] : [],
  links:
    upstream === null
      ? []
      : [
          {
            upstream: { contract: upstream, object: null, field: null },
            downstream: { contract: file, object: null, field: null },
            carrier: "lineage",
          },
        ],
});

describeOnBoth("policies and lineage", (open) => {
  let station: Station;
  let ours: Awaited<ReturnType<typeof samplePull>>;
  let theirs: Awaited<ReturnType<typeof samplePull>>;
  beforeAll(async () => {
    station = await startStation(await open());
    await Promise.all([station.bearer("ana"), station.bearer("otto")]);
    ours = await decided("acme", "Strip the tag");
    theirs = await decided("other", "Of somebody else");
  });
  afterAll(() => station.close());

  /** A pull request with real facts under the sample policy, and that policy in force, with a nightly warning. */
  async function decided(org: string, title: string) {
    const pull = await samplePull(station.db, await station.tenantOf(org), strip, title);
    const { ledger, repository, input } = pull;
    const { facts } = await submitted();
    const subject = { ...facts.subject, repository: `${org}/${repository.name}`, repositoryId: repository.id, pullRequest: 1, title };
    const work = (await ledger.startWork(pull.work.key))!;
    await ledger.saveEvaluation({ ...input, work, facts: { ...facts, subject } });
    const by = { evaluationId: null, approvalId: null, actorId: 5, wakes: "nobody" } as const;
    await ledger.appendPolicyVersion({
      repository,
      after: 0,
      commit: sha("p"),
      sources: SOURCES,
      digest: sha("d"),
      how: "installed",
      ...by,
    });
    await ledger.recordPolicyProblems(repository, 1, [`nobody is in <b>${org}-team</b>`]);
    const summaries = [
      summary(HOSTILE, null, true),
      summary("contracts/b.yaml", HOSTILE),
      summary(`contracts/${org}.yaml`, "contracts/b.yaml"),
    ];
    await ledger.saveLineage(repository.id, sha("l"), summaries, "nobody");
    return pull;
  }
  const get = async (login: string, path: string) => {
    const response = await station.request(path, { headers: (await station.signIn(login)).headers });
    return { status: response.status, text: await response.text() };
  };
  const simulate = async (login: string, fields: Record<string, string>, more: Record<string, string> = {}, id = ours.repository.id) => {
    const { headers } = await station.signIn(login);
    const page = await (await station.request(`/policies/${id}`, { headers })).text();
    const token = /name="token" value="([^"]*)"/.exec(page)?.[1] ?? "";
    const response = await station.request(`/policies/${id}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded", ...more },
      body: new URLSearchParams({ token, ...fields }).toString(),
    });
    return { status: response.status, text: await response.text() };
  };
  const rows = async () => (await ours.ledger.auditTrail(1000)).length;

  test("what is in force, how it came, what it asks, and what the nightly check found; a tenant sees its own", async () => {
    const { status, text } = await get("dave", "/policies");
    expect(status).toBe(200);
    for (const said of ["version 1", "was on the default branch", "sec-ops", "enforce", "nobody is in &lt;b&gt;acme-team&lt;/b&gt;"])
      expect(text).toContain(said);
    expect(text).not.toMatch(/other-team|<b>acme|<script|style=/);
    expect((await get("dave", `/policies/${theirs.repository.id}`)).status).toBe(404);
    expect((await get("nina", "/policies")).status).toBe(403);
  });

  test("another policy: what would change is shown, and nothing is written", async () => {
    const before = await rows();
    const lax = await simulate("dave", { policies: POLICIES.replace("sec-ops", "privacy"), config: "" });
    expect(lax.status).toBe(200);
    expect(lax.text).toMatch(/\d of 1 pull request would be decided differently/);
    expect(lax.text).toContain("privacy");
    const none = await simulate("dave", { policies: "policies: []\n", config: "" });
    expect(none.text).toContain("SIMULATED");
    expect(await rows()).toBe(before);
  });

  test("a policy that would not come into force says where and why; the text comes back as it was given", async () => {
    const { status, text } = await simulate("dave", { policies: 'policies:\n  - nam: "</textarea><script>"\n', config: "" });
    expect(status).toBe(422);
    expect(text).toContain("This policy would not come into force");
    expect(text).toMatch(/line 2/);
    expect(text).toContain("&lt;/textarea&gt;&lt;script&gt;");
    expect(text).not.toContain("<script");
  });

  test("the form is taken from its own page only, and not without bounds", async () => {
    const good = { policies: POLICIES, config: "" };
    expect((await simulate("dave", good, { origin: "https://evil.example" })).status).toBe(403);
    expect((await simulate("dave", good, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await simulate("dave", { ...good, token: "made-up" })).status).toBe(403);
    expect((await simulate("dave", good, { "content-type": "application/json" })).status).toBe(415);
    expect((await simulate("dave", { ...good, policies: "x".repeat(800_000) })).status).toBe(413);
    expect((await simulate("dave", good, {}, theirs.repository.id)).status).toBe(404);
  });

  test("lineage: a drawing without script, what a change of one contract reaches, and nothing of another tenant", async () => {
    const path = `/lineage/${ours.repository.id}`;
    expect((await get("dave", "/lineage")).text).toContain(path);
    const { text } = await get("dave", path);
    expect(text).toContain("<svg");
    expect(text).toContain("&lt;script&gt;");
    expect(text).not.toMatch(/<script|style=|onclick|contracts\/other\.yaml/);
    const one = await get("dave", `${path}?contract=${encodeURIComponent(HOSTILE)}`);
    expect(one.text).toMatch(/What a change reaches <span class="number">2<\/span>/);
    expect(one.text).toContain("o.email");
    expect(one.text).toMatch(/contracts\/acme\.yaml[\s\S]*?Steps away"><span class="cell">2</);
    for (const missing of [`${path}?contract=nothing`, `/lineage/${theirs.repository.id}`, "/lineage/999999"])
      expect((await get("dave", missing)).status).toBe(404);
    expect((await get("nina", "/lineage")).status).toBe(403);
  });
});
