import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { compileArtifact } from "../../src/engine/artifact.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { PlanWrite } from "../../src/gate/ports/plan.ts";
import type { ApprovalRecord } from "../../src/gate/ports/records.ts";
import { createPlanReading } from "../../src/gate/read-plan.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { artifactInput, compiledDecision } from "../support/compiled.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, evaluated, landed, newRepository, save, sha, take } from "./sample.ts";

describeOnBoth("plans", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  async function status(repositoryId: number, environment = "production"): Promise<string | undefined> {
    const rows = rowsOf<{ status: string }>(
      await db.outer.execute(sql`select p.status from governance_plan p join governance_workspace w on w.id = p.workspace_id
        where w.repository_id = ${repositoryId} and p.environment = ${environment}`),
    );
    return rows[0]?.status;
  }

  async function tenantOf(record: ApprovalRecord): Promise<PlanWrite> {
    const { id: approvalId, workspaceId } = record.approval;
    return { tenantId: record.event.tenantId, workspaceId, approvalId, how: "manual", actorId: 5, byAdmin: false, because: null };
  }

  /** A pull request of its own, landed; `kind` forced = under an override. */
  async function land(
    repository = newRepository(),
    number = 1,
    kind: "regular" | "forced" = "regular",
    place = { baseRef: "main", environment: "production" },
  ) {
    const work = await begin(ledger, repository, number);
    const input = evaluated(work, { baseRef: place.baseRef });
    const evaluation = await save(ledger, { ...input, draft: { ...input.draft!, environment: place.environment } });
    const compiled = compileArtifact(artifactInput(12, { decision: compiledDecision({ head: sha(`${repository.id} ${number}`) }) }));
    const record = await ledger.approveActiveDraft(landed(work, evaluation, { compiled, kind }));
    const write = await tenantOf(record);
    const key = { tenantId: write.tenantId, agent: `org/${repository.name}`, environment: place.environment };
    return { repository, work, compiled, record, write, key };
  }

  it("follow their drafts: learning, ready, learning again after a dismissal, ready once approved", async () => {
    let work = await begin(ledger, newRepository());
    const { id } = work.pull.repository;
    const seen: (string | undefined)[] = [await status(id)];
    for (const state of ["pending_approval", "approved", "pending_approval", "approved"] as const) {
      const evaluation = await save(ledger, evaluated(work, { state }));
      seen.push(await status(id));
      if (seen.length === 5) await ledger.approveActiveDraft(landed(work, evaluation));
      work = await take(ledger, work.key);
    }
    seen.push(await status(id));
    expect(seen).toEqual([undefined, "LEARNING", "READY", "LEARNING", "READY", "READY"]);
  });

  it("a draft that moves to another environment leaves that plan learning", async () => {
    const work = await begin(ledger, newRepository());
    const { id } = work.pull.repository;
    const first = evaluated(work);
    await save(ledger, { ...first, draft: { ...first.draft!, environment: "staging" } });
    expect(await status(id, "staging")).toBe("READY");
    await save(ledger, evaluated(await take(ledger, work.key)));
    expect([await status(id, "staging"), await status(id)]).toEqual(["LEARNING", "READY"]);
  });

  it("are published, enforced and revoked, each with a line and an event; later drafts never pull them back", async () => {
    const { repository, compiled, write, key } = await land();
    const reading = createPlanReading(ledger);
    expect(await reading.read(key, null)).toEqual({ status: "in_review", planStatus: "READY" });
    expect(await ledger.publishPlan({ ...write, after: 0 })).toEqual({
      status: "done",
      plan: { status: "APPROVED", compiledHash: compiled.compiledHash, approvalId: write.approvalId },
      created: true,
    });
    expect(await ledger.publishPlan({ ...write, after: 0 })).toMatchObject({ status: "done", created: false });
    await save(ledger, evaluated(await begin(ledger, repository, 2), { state: "pending_approval" }));
    expect(await reading.read(key, null)).toMatchObject({
      status: "published",
      planStatus: "APPROVED",
      compiledHash: compiled.compiledHash,
    });
    const admin = { ...write, byAdmin: true, because: "incident 7" };
    expect(await ledger.enforcePlan(admin)).toMatchObject({ status: "done", plan: { status: "ENFORCING" }, created: true });
    expect(await ledger.enforcePlan(admin)).toMatchObject({ created: false });
    expect(await ledger.revokePlan(admin)).toMatchObject({
      plan: { status: "READY", compiledHash: null, approvalId: null },
      created: true,
    });
    expect(await ledger.revokePlan(admin)).toEqual({ status: "invalid_state" });
    expect(await ledger.enforcePlan(admin)).toEqual({ status: "invalid_state" });
    expect(await reading.read(key, null)).toEqual({ status: "in_review", planStatus: "READY" });
    expect((await ledger.planHistory(write, 10)).map(({ seq, kind, byAdmin }) => [seq, kind, byAdmin])).toEqual([
      [3, "revoked", true],
      [2, "enforced", true],
      [1, "promoted", false],
    ]);
    const trail = (await ledger.auditTrail(500)).filter(
      ({ payload }) => (payload as { approvalId?: string }).approvalId === write.approvalId,
    );
    expect(trail.map(({ type }) => type)).toEqual(["plan.revoked", "plan.enforced", "plan.promoted", "governance.approved"]);
  });

  it("T100: a superseded or revoked hash is gone, one that was never published is not there", async () => {
    const one = await land();
    const two = await land(one.repository, 2);
    const reading = createPlanReading(ledger);
    await ledger.publishPlan({ ...one.write, after: 0 });
    expect(await reading.read(one.key, one.compiled.compiledHash)).toMatchObject({ status: "published" });
    expect(await reading.read(one.key, two.compiled.compiledHash)).toEqual({ status: "not_found" });
    await ledger.publishPlan({ ...two.write, after: 1 });
    expect(await reading.read(one.key, one.compiled.compiledHash)).toEqual({ status: "gone" });
    await ledger.revokePlan({ ...two.write, byAdmin: true });
    expect(await reading.read(one.key, two.compiled.compiledHash)).toEqual({ status: "gone" });
    expect(await reading.read({ ...one.key, tenantId: crypto.randomUUID() }, null)).toEqual({ status: "not_found" });
  });

  it("T100: whatever is wrong with what is stored is said at the next answer, also after it verified", async () => {
    const damages = [
      sql`update governance_plan set compiled_session = null where id = `,
      sql`update governance_plan set artifact_id = null where id = `,
      sql`update governance_plan set compiled_hash = repeat('0', 64) where id = `,
      sql`update governance_plan set compiled_session = json_build_object('runtime_projection', '{}'::json, 'review_hash', 'x', 'compiler_version', '1') where id = `,
      sql`update governance_plan set status = 'ENFORCING', artifact_id = (select id from compiled_governance_artifact where compiled_hash <> governance_plan.compiled_hash limit 1) where id = `,
    ];
    await land();
    for (const damage of damages) {
      const { write, key } = await land();
      const reading = createPlanReading(ledger);
      await ledger.publishPlan({ ...write, after: 0 });
      expect(await reading.read(key, null)).toMatchObject({ status: "published" });
      const { id } = (await ledger.planHead(key))!;
      await db.outer.execute(sql`${damage}${id}`);
      expect(await reading.read(key, null)).toMatchObject({ status: "invalid" });
    }
    const { write, key, record } = await land();
    const reading = createPlanReading(ledger);
    await ledger.publishPlan({ ...write, after: 0 });
    expect(await reading.read(key, null)).toMatchObject({ status: "published" });
    await db.outer.transaction(async (tx) => {
      await tx.execute(sql`alter table compiled_governance_artifact disable trigger compiled_governance_artifact_immutable`);
      await tx.execute(
        sql`update compiled_governance_artifact set review_projection_json = '{"state":"approved"}' where id = ${record.artifact.id}`,
      );
      await tx.execute(sql`alter table compiled_governance_artifact enable always trigger compiled_governance_artifact_immutable`);
    });
    expect(await reading.read(key, null)).toMatchObject({ status: "invalid" });
    const { write: other } = await land();
    expect(await ledger.publishPlan({ ...other, after: 7 })).toEqual({ status: "moved" });
  });

  it("T100: an artifact that does not verify is never published", async () => {
    const work = await begin(ledger, newRepository());
    const record = await ledger.approveActiveDraft(landed(work, await save(ledger, evaluated(work))));
    expect(await ledger.publishPlan({ ...(await tenantOf(record)), after: 0 })).toEqual({ status: "artifact_invalid" });
  });

  it("T100: after a forced approval, a bypass, a mismatch or a revocation only an admin publishes, and what he published settles it", async () => {
    const forced = await land(newRepository(), 1, "forced");
    expect(await ledger.publishPlan({ ...forced.write, after: 0 })).toMatchObject({ status: "unsettled" });
    const next = await land(forced.repository, 2);
    expect(await ledger.publishPlan({ ...next.write, after: 0 })).toMatchObject({
      status: "unsettled",
      because: [expect.stringContaining("#1")],
    });
    expect(await ledger.publishPlan({ ...next.write, byAdmin: true, after: 0 })).toMatchObject({ status: "done" });
    expect(await ledger.unsettledLandings(next.write)).toEqual([]);
    for (const kind of ["bypass", "content_mismatch"] as const) {
      const { work, repository } = await land(forced.repository, kind === "bypass" ? 3 : 5);
      await ledger.recordIncident({ work, kind, mergeSha: sha(kind), actorId: 9, evaluationId: null, because: kind });
      const after = await land(repository, kind === "bypass" ? 4 : 6);
      const { seq } = (await ledger.planCandidate(after.write))!;
      expect(await ledger.publishPlan({ ...after.write, after: seq })).toMatchObject({ status: "unsettled" });
      expect(await ledger.publishPlan({ ...after.write, byAdmin: true, after: seq })).toMatchObject({ status: "done" });
      if (kind === "bypass") continue;
      await ledger.revokePlan({ ...after.write, byAdmin: true });
      expect(await ledger.publishPlan({ ...after.write, after: seq + 2 })).toEqual({
        status: "unsettled",
        because: ["the plan was revoked"],
      });
      // An admin who goes back to an older landing has not answered for what came after it.
      await ledger.recordIncident({ work, kind: "bypass", mergeSha: sha("later"), actorId: 9, evaluationId: null, because: "later" });
      expect(await ledger.publishPlan({ ...next.write, byAdmin: true, after: seq + 2 })).toMatchObject({ status: "done" });
      expect(await ledger.unsettledLandings(after.write)).toEqual(["#5 landed without its approval"]);
    }
    const elsewhere = await land(newRepository(), 1);
    expect(await ledger.publishPlan({ ...elsewhere.write, after: 0 })).toMatchObject({ status: "done" });
  });

  it("T100: a push past the gate withholds the environments of its branch, and no other", async () => {
    const staging = await land(newRepository(), 1, "regular", { baseRef: "develop", environment: "staging" });
    const { repository } = staging;
    const production = await land(repository, 2);
    async function push(ref: string): Promise<void> {
      await ledger.seeBranches(repository, [{ ref, sha: sha(`${ref} before`), isDefault: true }], []);
      const branch = (await ledger.startBranch(`${repository.id}!${ref}`))!;
      const incidents = [{ sha: sha(ref), because: "pushed" }];
      expect(await ledger.moveWatermark(branch, { to: sha(ref), done: true, incidents, landings: [] })).toBe(true);
    }
    await push("develop");
    const because = (ref: string) => [`${sha(ref).slice(0, 7)} came to \`${ref}\` past the gate`];
    expect(await ledger.unsettledLandings(staging.write)).toEqual(because("develop"));
    expect(await ledger.publishPlan({ ...staging.write, after: 0 })).toEqual({ status: "unsettled", because: because("develop") });
    expect(await ledger.publishPlan({ ...production.write, after: 0 })).toMatchObject({ status: "done", created: true });
    await push("main");
    const next = await land(repository, 3);
    expect(await ledger.publishPlan({ ...next.write, after: 1 })).toEqual({ status: "unsettled", because: because("main") });
    expect(await ledger.unsettledLandings(staging.write)).toEqual(because("develop"));
  });

  it("refuse another tenant, another workspace, and an approval that is not what was seen", async () => {
    const [one, other] = [await land(), await land()];
    const foreign = newRepository(99);
    const theirs = await land(foreign);
    for (const write of [
      { ...one.write, approvalId: other.write.approvalId },
      { ...one.write, tenantId: theirs.write.tenantId },
      { ...one.write, workspaceId: crypto.randomUUID() },
    ]) {
      expect(await ledger.planCandidate(write)).toBeNull();
      expect(await ledger.publishPlan({ ...write, after: 0 })).toEqual({ status: "not_found" });
    }
    await ledger.publishPlan({ ...one.write, after: 0 });
    const next = await land(one.repository, 2);
    expect(await ledger.revokePlan({ ...next.write, byAdmin: true })).toEqual({ status: "moved" });
    expect(await ledger.enforcePlan({ ...next.write, byAdmin: true })).toEqual({ status: "moved" });
  });

  it("race: of twenty publications at once one is made, and on merge it is made once for ever", async () => {
    const { write } = await land();
    const all = await Promise.all(Array.from({ length: 20 }, () => ledger.publishPlan({ ...write, after: 0 })));
    expect(all.filter((each) => each.status === "done" && each.created)).toHaveLength(1);
    const merge = await land();
    const onMerge = { ...merge.write, how: "on_merge", actorId: null } as const;
    await ledger.publishPlan({ ...onMerge, after: 0 });
    await ledger.revokePlan({ ...merge.write, byAdmin: true });
    expect(await ledger.publishPlan({ ...onMerge, after: 2 })).toMatchObject({ status: "done", created: false, plan: { status: "READY" } });
  });

  it("keep a history that nobody changes", async () => {
    await expect(db.outer.execute(sql`update plan_event set kind = 'revoked'`)).rejects.toThrow();
    await expect(db.outer.execute(sql`delete from plan_event`)).rejects.toThrow();
    await expect(db.outer.execute(sql`truncate plan_event`)).rejects.toThrow();
  });
});
