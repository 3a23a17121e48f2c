import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type ComplianceRecords, complianceRecordsSchema } from "../../src/engine/compliance.ts";
import type { Ledger } from "../../src/gate/ports.ts";
import type { Database } from "../../src/store/connect.ts";
import { newId } from "../../src/store/id.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { bypassIncident } from "../../src/store/schema.ts";
import { ofTenant } from "../../src/store/scope.ts";
import { createTenantReads } from "../../src/store/tenant-reads.ts";
import { complianceRecords } from "../../src/store/verbs/read-compliance.ts";
import { secOps, strip } from "../report/fixtures.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, evaluated, landed, newRepository, save, sha } from "./sample.ts";

/** What can happen to an organisation, and which figure each act moves. */
const ACTS = ["approve", "force", "bypass", "content_mismatch", "grant", "refuse", "policy", "policy_incident"] as const;
type Act = (typeof ACTS)[number];
const EVER = { from: "2020-01-01T00:00:00.000Z", to: null };

let owners = 40_000;

async function perform(ledger: Ledger, ownerId: number, act: Act): Promise<string> {
  const repository = newRepository(ownerId);
  const work = await begin(ledger, repository);
  const evaluation = await save(ledger, evaluated(work));
  switch (act) {
    case "approve":
    case "force":
      return (await ledger.approveActiveDraft(landed(work, evaluation, { kind: act === "approve" ? "regular" : "forced" }))).event.tenantId;
    case "bypass":
    case "content_mismatch": {
      const because = "merged by @bob past the gate";
      return (await ledger.recordIncident({ work, kind: act, mergeSha: sha(act), actorId: 5, evaluationId: null, because }))!.tenantId;
    }
    case "grant":
    case "refuse": {
      const at = "2026-01-01T00:00:00.000Z";
      const label = { label: "governance-override", actorId: 5, headSha: sha("h"), baseRef: "main", labelledAt: at, observedAt: at };
      const grant = { repositoryId: repository.id, pullRequest: 1, delivery: "d", ...label };
      await ledger.recordGrant(work.key, { ...grant, entitled: act === "grant", because: "an owner" });
      break;
    }
    default: {
      const by = { evaluationId: null, approvalId: null, actorId: null, wakes: "nobody" } as const;
      const of = { repository, after: 0, commit: sha("c"), sources: [], digest: sha("d"), how: "installed" } as const;
      const version = await ledger.appendPolicyVersion({ ...of, ...by });
      if (act === "policy_incident")
        await ledger.recordPolicyIncident({ repository, version, commit: sha("e"), digest: sha("f"), because: "pushed" });
    }
  }
  return "";
}

describeOnBoth("the records of a period", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  const tenantOf = async (ownerId: number) => {
    const found = await ledger.tenants();
    return found.find(({ login }) => login === `org-${ownerId}`)!.id;
  };
  const recordsOf = async (tenantId: string, period: { from: string; to: string | null } = EVER): Promise<ComplianceRecords> => {
    const found = await createTenantReads(db)(tenantId).complianceRecords(period);
    if ("status" in found) throw new Error(found.what);
    return complianceRecordsSchema.parse(found);
  };
  const differing = ({ reconciliation }: ComplianceRecords) => reconciliation.filter(({ records, events }) => records !== events);

  test("law: whatever happened, each figure is what happened, what the trail tells, and nothing of another organisation", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 9 }), async (acts) => {
        const [ours, theirs] = [++owners, ++owners];
        for (const act of acts) await perform(ledger, ours, act);
        await perform(ledger, theirs, "force");
        const found = await recordsOf(await tenantOf(ours));
        const times = (...which: readonly Act[]) => acts.filter((act) => which.includes(act)).length;
        expect(found.approvals.filter(({ kind }) => kind === "regular")).toHaveLength(times("approve"));
        expect(found.approvals.filter(({ kind }) => kind === "forced")).toHaveLength(times("force"));
        for (const kind of ["bypass", "content_mismatch"] as const)
          expect(found.incidents.filter((each) => each.kind === kind)).toHaveLength(times(kind));
        expect(found.incidents.filter(({ kind }) => kind === "policy")).toHaveLength(times("policy_incident"));
        expect(found.overrides.filter(({ status }) => status === "not_used")).toHaveLength(times("grant"));
        expect(found.overrides.filter(({ status }) => status === "refused")).toHaveLength(times("refuse"));
        expect(found.policyChanges).toHaveLength(times("policy", "policy_incident"));
        expect(differing(found)).toEqual([]);
        const [chain] = await createTenantReads(db)(await tenantOf(ours)).chainStates();
        expect(Object.values(found.trail.events).reduce((sum, each) => sum + each, 0)).toBe(chain!.head.seq);
        expect(JSON.stringify(found)).not.toContain(`org-${theirs}`);
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  test("a period holds what happened in it: cut anywhere, the parts are the whole", async () => {
    const owner = ++owners;
    for (const act of ACTS) await perform(ledger, owner, act);
    const tenantId = await tenantOf(owner);
    const whole = await recordsOf(tenantId);
    const middle = whole.approvals[1]!.at;
    const parts = [await recordsOf(tenantId, { from: EVER.from, to: middle }), await recordsOf(tenantId, { from: middle, to: null })];
    expect(parts.map(differing)).toEqual([[], []]);
    expect(parts.flatMap(({ approvals }) => approvals)).toEqual(whole.approvals);
    expect(parts.flatMap(({ incidents }) => incidents)).toEqual(whole.incidents);
    expect(parts[0]!.approvals).toHaveLength(1);
    const before = await recordsOf(tenantId, { from: EVER.from, to: "2020-01-02T00:00:00.000Z" });
    expect([before.approvals, before.trail.first]).toEqual([[], null]);
  });

  test("a record that no event tells of shows as a difference", async () => {
    const owner = ++owners;
    await perform(ledger, owner, "bypass");
    const tenantId = await tenantOf(owner);
    const row = { tenantId, repositoryId: 1, pullRequest: 9, mergeSha: sha("forged"), because: "x", auditSeq: 1 };
    await db.outer.insert(bypassIncident).values({ ...row, id: newId() });
    expect(differing(await recordsOf(tenantId))).toEqual([{ what: "incidents: bypass", records: 2, events: 1 }]);
  });

  test("who is known is named, who was erased is a pseudonym, everywhere", async () => {
    const owner = ++owners;
    await perform(ledger, owner, "approve");
    const tenantId = await tenantOf(owner);
    const [before] = (await recordsOf(tenantId)).approvals;
    expect(before!.approvedBy).toEqual([{ id: 5, login: "bob" }]);
    await ledger.eraseIdentity("bob");
    const after = await recordsOf(tenantId);
    expect(after.approvals[0]!.approvedBy[0]).toMatchObject({ id: 5, login: expect.stringMatching(/^_erased-/) });
    expect(JSON.stringify(after)).not.toContain("bob");
  });

  test("how long what waited, against the time that its policy gives", async () => {
    const owner = ++owners;
    const work = await begin(ledger, newRepository(owner));
    const asking = { ...strip, requirements: [secOps] };
    const input = evaluated(work, { state: "pending_approval", decision: asking });
    const evaluation = await save(ledger, { ...input, draft: { ...input.draft!, blockerIds: [`requirement:${secOps.id}`] } });
    const tenantId = await tenantOf(owner);
    const [open] = (await recordsOf(tenantId)).waits;
    expect(open).toMatchObject({ until: null, slaHours: 24, isBreached: false, asked: "sec-ops (security-engineer)" });
    await ledger.approveActiveDraft(landed(work, evaluation, { kind: "forced" }));
    const [done] = (await recordsOf(tenantId)).waits;
    expect(Date.parse(done!.until!)).toBeGreaterThanOrEqual(Date.parse(done!.from));
    expect(done!.about).toMatch(new RegExp(`^org-${owner}/data-\\d+#1$`));
  });

  test("more than a report can hold is refused, not cut", async () => {
    const owner = ++owners;
    for (const act of ["approve", "approve"] as const) await perform(ledger, owner, act);
    const tenantId = await tenantOf(owner);
    const found = await db.read(ofTenant(tenantId), (tx) => complianceRecords(tx, tenantId, EVER, 1));
    expect(found).toMatchObject({ status: "too_many", max: 1 });
  });
});
