import { afterAll, beforeAll, expect, test } from "vitest";
import { sha } from "../store/sample.ts";
import { describeOnBoth } from "../support/database.ts";
import { samplePull } from "../support/sample-evaluation.ts";
import { type Station, startStation } from "../support/station.ts";

describeOnBoth("the report", (open) => {
  let station: Station;
  beforeAll(async () => {
    station = await startStation(await open());
    await Promise.all([station.bearer("ana"), station.bearer("otto")]);
    for (const [org, because] of [
      ["acme", "ours was <b>merged</b> past the gate"],
      ["other", "theirs was merged past the gate"],
    ] as const) {
      const { ledger, work } = await samplePull(station.db, await station.tenantOf(org));
      await ledger.recordIncident({ work, kind: "bypass", mergeSha: sha(org), actorId: 5, evaluationId: null, because });
    }
  });
  afterAll(() => station.close());
  const get = async (login: string, path: string) => {
    const response = await station.request(path, { headers: (await station.signIn(login)).headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test("is a page for auditors and admins, of their own organisation", async () => {
    const { status, text } = await get("iris", "/report");
    expect(status).toBe(200);
    expect(text).toContain("ours was &lt;b&gt;merged&lt;/b&gt; past the gate");
    expect(text).toContain("evidence that supports");
    expect(text).not.toMatch(/theirs was|<b>merged|<script|style=/);
    expect((await get("otto", "/report")).text).toContain("theirs was");
    expect([(await get("bob", "/report")).status, (await get("dave", "/report")).status]).toEqual([403, 403]);
  });

  test.each(["csv", "markdown", "html", "json"])("comes as a file: %s", async (format) => {
    const { status, headers, text } = await get("iris", `/report?format=${format}`);
    expect(status).toBe(200);
    expect(headers.get("content-disposition")).toMatch(/^attachment; filename="countersign-report\.\w+"$/);
    expect(text).toContain("past the gate");
    expect(text).not.toContain("theirs was");
  });

  test("a time that is none, and a period that ends before it begins, are said to be so", async () => {
    expect((await get("iris", "/report?since=soon")).text).toContain("is no time");
    const { status, text } = await get("iris", "/report?since=2026-01-02&until=2026-01-01");
    expect([status, text.includes("ends before it begins")]).toEqual([422, true]);
    const answer = await station.request("/api/v1/report?since=soon", { headers: await station.bearer("iris") });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { code: "INVALID_PARAMETER", message: expect.stringContaining("soon") } });
  });

  test("the API gives the same figures, and cuts the period", async () => {
    const ask = async (query: string) =>
      (await (await station.request(`/api/v1/report${query}`, { headers: await station.bearer("iris") })).json()) as {
        incidents: unknown[];
        chain: { status: string };
      };
    expect(await ask("")).toMatchObject({ organisation: "acme", incidents: [{ kind: "bypass" }], chain: { status: "intact" } });
    expect((await ask("?since=2020-01-01&until=2020-02-01")).incidents).toEqual([]);
  });
});
