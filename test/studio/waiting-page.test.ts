import { afterAll, beforeAll, expect, test } from "vitest";
import { createLedger } from "../../src/store/ledger.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { createTenantReads } from "../../src/store/tenant-reads.ts";
import { approved, invalid, secOps, strip } from "../report/fixtures.ts";
import { save } from "../store/sample.ts";
import { describeOnBoth } from "../support/database.ts";
import { samplePull } from "../support/sample-evaluation.ts";
import { type Station, startStation } from "../support/station.ts";
import { directory, openSubmission } from "../support/studio.ts";

describeOnBoth("pending approvals", (open) => {
  let station: Station;
  let acme: string;
  let other: string;
  beforeAll(async () => {
    station = await startStation(await open());
    await Promise.all([station.bearer("ana"), station.bearer("otto")]);
    [acme, other] = [await station.tenantOf("acme"), await station.tenantOf("other")];
  });
  afterAll(() => station.close());
  const page = async (login: string) => {
    const response = await station.request("/approvals", { headers: (await station.signIn(login)).headers });
    return { status: response.status, text: await response.text() };
  };
  const waiting = async (tenantId: string) => createTenantReads(station.db)(tenantId).waitingChanges(100);

  test("nobody is waited for: the page says so, and what would change that", async () => {
    const { status, text } = await page("bob");
    expect(status).toBe(200);
    expect(text).toContain("Nobody is waited for");
  });

  test("lists what waits for whom, since when and until when; a tenant sees its own", async () => {
    const hostile = `<script>alert(1)</script>`;
    const ours = await samplePull(station.db, acme, { ...strip, requirements: [{ ...secOps, team: `sec<b>ops` }] }, hostile);
    await samplePull(station.db, acme, invalid, "Broken policy");
    await samplePull(station.db, acme, approved, "Already approved");
    await samplePull(station.db, other, strip, "Of somebody else");
    const records = createStudioRecords(station.db);
    const submission = await openSubmission({ records, electorate: directory() }, acme, { title: "Submitted", agent: "acme/lake" });
    const { text } = await page("bob");
    for (const said of ["sec&lt;b&gt;ops", "&lt;script&gt;", "To be mended first", "Broken policy", "Submitted", "@bob"])
      expect(text).toContain(said);
    for (const never of ["Already approved", "Of somebody else", "<script", "sec<b>"]) expect(text).not.toContain(never);
    expect(text).toContain(`/workspaces/${submission.workspaceId}`);
    const { changes, now } = await waiting(acme);
    const found = changes.find(({ title }) => title === hostile)!;
    expect(Object.keys(found.since)).toEqual([secOps.id]);
    expect(Date.parse(now) - Date.parse(found.since[secOps.id]!)).toBeGreaterThanOrEqual(0);
    expect(found.since).toEqual(await createLedger(station.db).askedSince(ours.repository.id, 1));
    expect((await page("otto")).text).toContain("Of somebody else");
    expect(await createTenantReads(station.db)(other).askedSince(ours.repository.id, 1)).toEqual({});
    expect(text).toMatch(/Requested[\s\S]*UTC[\s\S]*Due[\s\S]*UTC/);
  });

  test("a further look that still asks does not start anew; one that asks no more does", async () => {
    const { ledger, repository, work, input } = await samplePull(station.db, acme, strip);
    const since = await ledger.askedSince(repository.id, 1);
    const again = async (head: string, blockerIds: readonly string[]) => {
      const held = (await ledger.startWork(work.key))!;
      const draft = { ...input.draft, blockerIds, readyForApproval: blockerIds.length === 0, sourceSnapshotHash: head };
      await save(ledger, { ...input, work: held, draft });
    };
    await again("1".repeat(40), [`requirement:${secOps.id}`, "problem:E001::"]);
    expect(await ledger.askedSince(repository.id, 1)).toEqual(since);
    await again("2".repeat(40), []);
    expect(await ledger.askedSince(repository.id, 1)).toEqual({});
    await again("3".repeat(40), [`requirement:${secOps.id}`]);
    const anew = (await ledger.askedSince(repository.id, 1))[secOps.id]!;
    expect(Date.parse(anew)).toBeGreaterThan(Date.parse(since[secOps.id]!));
  });

  test("is for people with a role", async () => {
    expect((await page("nina")).status).toBe(403);
    expect((await page("dave")).status).toBe(200);
  });
});
