import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyChain } from "../../src/engine/audit.ts";
import { castVote } from "../../src/gate/cast-vote.ts";
import type { StudioApproval } from "../../src/gate/ports.ts";
import type { StudioDeps } from "../../src/gate/save-draft-snapshot.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { auditChains } from "../../src/store/verbs/read-records.ts";
import { STRIPPED } from "../demo/sample.ts";
import { describeOnBoth } from "../support/database.ts";
import { ask, directory, done, edit, latest, newTenant, type Opened, openSubmission, PEOPLE } from "../support/studio.ts";
import { begin, evaluated, newRepository, save } from "./sample.ts";

const { alice, bob, carol, ana } = PEOPLE;

describeOnBoth("the Studio approval boundary", (open) => {
  let db: Database;
  let deps: StudioDeps;
  beforeAll(async () => {
    db = await open();
    deps = { records: createStudioRecords(db), electorate: directory() };
  });

  /** A submission that bob has approved: ready. */
  async function ready(more: Parameters<typeof openSubmission>[2] = {}): Promise<Opened> {
    const opened = await openSubmission(deps, await newTenant(db.outer), more);
    done(await castVote(deps, { ...ask(opened, bob), kind: "approve", personId: bob, comment: null }));
    return latest(deps.records, opened);
  }

  const approve = (on: Opened, more: Partial<StudioApproval> = {}) =>
    deps.records.approveWorkspaceDraft({ ...ask(on, carol), rationale: null, ...more });
  const run = (statement: string) => db.outer.execute(sql.raw(statement));
  const rows = async (on: Opened) => {
    const [found] = rowsOf<{ approvals: number; artifacts: number; active: string | null }>(
      await run(`select (select count(*)::int from governance_approval where workspace_id = w.id) as approvals,
        (select count(*)::int from compiled_governance_artifact a join governance_approval g on g.id = a.approval_id where g.workspace_id = w.id) as artifacts,
        w.active_approval_id as active from governance_workspace w where id = '${on.workspaceId}'`),
    );
    return found!;
  };

  it("mints one approval with its proof, one artifact, the pointer and an audit event", async () => {
    const on = await ready();
    const { approval, artifact, workspace, created } = done(await approve(on, { rationale: "reviewed with legal", channel: "studio_ui" }));
    expect(created).toBe(true);
    expect(approval).toMatchObject({
      ...{ kind: "regular", actorId: carol, channel: "studio_ui", rationale: "reviewed with legal", approvalVersion: 1 },
      ...{ draftId: on.draftId, draftSnapshotId: on.snapshotId, draftVersion: on.draftVersion, workspaceId: on.workspaceId },
      ...{ approvedBy: [{ id: bob, login: "bob" }], blockerIds: [], mergedBy: null, mergeSha: null, pullRequest: null },
    });
    expect(approval.sourceSnapshotHash).toMatch(/^[0-9a-f]{64}$/);
    expect(approval.commandHistoryHash).toMatch(/^[0-9a-f]{64}$/);
    expect(workspace).toMatchObject({ activeApprovalId: approval.id, activeDraftSnapshotId: on.snapshotId });
    expect(artifact.runtimeProjection).toMatchObject({
      agent: "acme/contracts",
      contracts: [
        {
          file: "contracts/customers.odcs.yaml",
          objects: [{ fields: expect.arrayContaining([{ path: "email", type: "string", tags: [], classification: null, masking: null }]) }],
        },
      ],
    });
    const chain = (await auditChains(db.outer)).find(([event]) => event!.tenantId === on.tenantId)!;
    expect(verifyChain(chain)).toMatchObject({ status: "intact" });
    expect(chain.at(-1)).toMatchObject({
      type: "governance.approved",
      actor: String(carol),
      payload: { compiledHash: artifact.compiledHash },
    });
  });

  it("the same inputs compile to the same bytes, as the preview said", async () => {
    const [one, two] = [await ready(), await ready()];
    const preview = await deps.records.previewApproval(one.tenantId, one.workspaceId, carol);
    expect(preview).toMatchObject({ refusal: null, approvalVersion: 1 });
    const [a, b] = [done(await approve(one)), done(await approve(two))];
    expect(preview!.compiled!.compiledHash).toBe(a.artifact.compiledHash);
    expect(JSON.stringify(a.artifact.runtimeProjection)).toBe(JSON.stringify(b.artifact.runtimeProjection));
  });

  describe("fails closed unless every condition holds, and then writes nothing", () => {
    it("1: the workspace exists for the tenant", async () => {
      const on = await ready();
      expect(await approve(on, { workspaceId: "0198c2a4-0000-7000-8000-000000000000" })).toMatchObject({ code: "WORKSPACE_NOT_FOUND" });
      expect(await approve(on, { tenantId: await newTenant(db.outer) })).toMatchObject({ code: "WORKSPACE_NOT_FOUND" });
      done(await approve(on));
      const foreign = { tenantId: await newTenant(db.outer) };
      expect(await approve(on, foreign)).toMatchObject({ code: "WORKSPACE_NOT_FOUND" });
    });

    it("2: it has an active draft and an active snapshot", async () => {
      for (const gone of ["active_draft_id", "active_draft_snapshot_id"]) {
        const on = await ready();
        await run(`update governance_workspace set ${gone} = null where id = '${on.workspaceId}'`);
        expect(await approve(on)).toMatchObject({ code: "NO_ACTIVE_DRAFT" });
        expect(await rows(on)).toEqual({ approvals: 0, artifacts: 0, active: null });
      }
      const over = await ready();
      await run(`update business_draft set status = 'abandoned' where id = '${over.draftId}'`);
      expect(await approve(over)).toMatchObject({ code: "NO_ACTIVE_DRAFT" });
    });

    it("3: workspace and draft agree on the active snapshot", async () => {
      const on = await ready();
      const first = rowsOf<{ id: string }>(
        await run(`select id from business_draft_snapshot where draft_id = '${on.draftId}' and version = 1`),
      );
      await run(`update governance_workspace set active_draft_snapshot_id = '${first[0]!.id}' where id = '${on.workspaceId}'`);
      expect(await approve(on)).toMatchObject({ code: "STALE_LINEAGE" });
      expect((await rows(on)).approvals).toBe(0);
    });

    it("4: the snapshot exists and is the draft's version", async () => {
      const on = await ready();
      expect(await approve(on, { draftVersion: on.draftVersion + 1 })).toMatchObject({ code: "STALE_LINEAGE" });
      expect(await approve(on, { draftId: "0198c2a4-0000-7000-8000-000000000000" })).toMatchObject({ code: "STALE_LINEAGE" });
      await run(`update business_draft set current_version = 9 where id = '${on.draftId}'`);
      expect(await approve(on)).toMatchObject({ code: "STALE_LINEAGE" });
      const ghost = "0198c2a4-0000-7000-8000-00000000000a";
      await run(
        `update business_draft set current_version = ${on.draftVersion}, active_snapshot_id = '${ghost}' where id = '${on.draftId}'`,
      );
      await run(`update governance_workspace set active_draft_snapshot_id = '${ghost}' where id = '${on.workspaceId}'`);
      expect(await approve(on, { snapshotId: ghost })).toMatchObject({ code: "STALE_LINEAGE" });
      expect((await rows(on)).approvals).toBe(0);
    });

    it("5: its status is ready_for_approval", async () => {
      const on = await openSubmission(deps, await newTenant(db.outer));
      expect(await approve(on)).toMatchObject({
        code: "NOT_READY",
        details: { status: "collecting", blocker_ids: [expect.stringMatching(/^requirement:/)] },
      });
      expect((await rows(on)).approvals).toBe(0);
    });

    /** A snapshot that says of itself what no writer of ours would: the approval believes none of it. */
    async function disguised(on: Opened, as: Readonly<Record<string, unknown>>): Promise<Opened> {
      const id = randomUUID();
      const row = JSON.stringify({ id, version: on.draftVersion + 1, status: "ready_for_approval", ...as });
      await run(`insert into business_draft_snapshot select (json_populate_record(s, '${row}')).*
        from business_draft_snapshot s where s.id = '${on.snapshotId}'`);
      await run(`update business_draft set active_snapshot_id = '${id}', current_version = current_version + 1 where id = '${on.draftId}'`);
      await run(`update governance_workspace set active_draft_snapshot_id = '${id}' where id = '${on.workspaceId}'`);
      return { ...on, snapshotId: id, draftVersion: on.draftVersion + 1 };
    }

    it("6: the persisted approval_state.ready_for_approval is true", async () => {
      const on = await disguised(await ready(), { approval_state: { ready_for_approval: false } });
      expect(await approve(on)).toMatchObject({ code: "NOT_READY" });
      expect((await rows(on)).approvals).toBe(0);
    });

    it("7: blocker_ids is empty", async () => {
      const on = await disguised(await ready(), { blocker_ids: ["requirement:sec-ops"] });
      expect(await approve(on)).toMatchObject({ code: "BLOCKED", details: { blocker_ids: ["requirement:sec-ops"] } });
      expect((await rows(on)).approvals).toBe(0);
    });

    it("and the newest decision is about this snapshot and lets it pass, whatever the snapshot says", async () => {
      const on = await disguised(await ready(), {});
      expect(await approve(on)).toMatchObject({ code: "STALE_LINEAGE" });
      const blocked = await openSubmission(deps, await newTenant(db.outer));
      const lies = await disguised(blocked, { approval_state: { ready_for_approval: true }, blocker_ids: [] });
      expect(await approve(lies)).toMatchObject({ code: "STALE_LINEAGE" });
    });
  });

  it("a contract that is not what its digest says is not compiled", async () => {
    const on = await ready();
    await run("alter table contract_content disable trigger contract_content_immutable");
    await run(`update contract_content set content = '{"file": "other"}' where tenant_id = '${on.tenantId}'`);
    await run("alter table contract_content enable always trigger contract_content_immutable");
    expect(await approve(on)).toMatchObject({ code: "NOT_READY" });
    expect((await rows(on)).approvals).toBe(0);
  });

  it("T97: nobody approves their own draft, whoever they are; nor whoever edited it", async () => {
    const on = await ready();
    expect(await approve(on, { actorId: alice })).toMatchObject({ code: "OWN_CHANGE" });
    const edited = await edit(deps, on, { after: STRIPPED.replace("Customers", "Clients") }, carol);
    const now = { ...on, snapshotId: edited.snapshot.id, draftVersion: edited.snapshot.version };
    done(await castVote(deps, { ...ask(now, bob), kind: "approve", personId: bob, comment: null }));
    const after = await latest(deps.records, now);
    expect(await approve(after, { actorId: carol })).toMatchObject({ code: "OWN_CHANGE" });
    expect(await approve(after, { actorId: ana })).toMatchObject({ status: "done" });
  });

  it("approved before: the same pair, also for who comes late and after the workspace has moved on", async () => {
    const on = await ready();
    const first = done(await approve(on));
    const again = done(await approve(on, { actorId: ana }));
    expect(again).toEqual({ ...first, created: false });
    const next = await openSubmission(deps, on.tenantId, { change: { after: STRIPPED.replace("Customers", "Clients") } });
    expect((await deps.records.workspace(on.tenantId, on.workspaceId))!.workspace.activeDraftId).toBe(next.draftId);
    expect(done(await approve(on)).approval.id).toBe(first.approval.id);
    expect(await approve(on, { draftVersion: 7 })).toMatchObject({ code: "STALE_LINEAGE" });
  });

  it("T99: one key, one request: a repeat gets the first answer, another request is refused", async () => {
    const on = await ready();
    const key = { key: "k-1", requestHash: "a" };
    const first = done(await approve(on, { idempotency: key }));
    expect(done(await approve(on, { idempotency: key }))).toEqual(first);
    expect(await approve(on, { idempotency: { key: "k-1", requestHash: "b" } })).toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
    const other = await ready();
    expect((await approve(other, { idempotency: { key: "k-1", requestHash: "b" } })).status).toBe("done");
  });

  it("what is kept to answer a repeat names nobody, and a repeat still gets the names", async () => {
    const on = await ready();
    const key = { key: "k-names", requestHash: "a" };
    const first = done(await approve(on, { idempotency: key }));
    const [kept] = rowsOf<{ text: string }>(
      await run(`select response::text as text from idempotent_answer where tenant_id = '${on.tenantId}' and key = 'k-names'`),
    );
    expect(kept!.text).toContain(first.approval.id);
    expect(kept!.text).not.toContain('"bob"');
    expect(done(await approve(on, { idempotency: key })).approval.approvedBy).toEqual([{ id: bob, login: "bob" }]);
  });

  it("a draft that was ready and is rejected leaves its plan learning", async () => {
    const on = await ready();
    const plan = { tenantId: on.tenantId, agent: "acme/contracts", environment: "production" };
    const ledger = createLedger(db);
    expect((await ledger.planOf(plan))?.status).toBe("READY");
    done(await deps.records.rejectDraft({ ...ask(on, carol), reason: "the tag must stay" }));
    expect((await ledger.planOf(plan))?.status).toBe("LEARNING");
  });

  it("a pull request's draft is never minted here: it approves when it merges", async () => {
    const ledger = createLedger(db);
    const work = await begin(ledger, newRepository());
    await save(ledger, evaluated(work));
    const [draft] = rowsOf<{ id: string; tenant: string; workspace: string; snapshot: string; version: number }>(
      await run(`select id, tenant_id as tenant, workspace_id as workspace, active_snapshot_id as snapshot, current_version as version
        from business_draft where repository_id = ${work.pull.repository.id}`),
    );
    const on = {
      tenantId: draft!.tenant,
      workspaceId: draft!.workspace,
      draftId: draft!.id,
      snapshotId: draft!.snapshot,
      draftVersion: draft!.version,
    };
    expect(await approve(on)).toMatchObject({ code: "NO_ACTIVE_DRAFT" });
    done(await deps.records.activateDraft(ask(on, ana)));
    expect(await approve(on)).toMatchObject({ code: "NOT_READY", hint: "approves when it merges" });
    await save(ledger, evaluated((await ledger.startWork(work.key))!, { state: "pending_approval" }));
    const [pointers] = rowsOf<{ same: boolean }>(
      await run(
        `select w.active_draft_snapshot_id = d.active_snapshot_id as same from governance_workspace w join business_draft d on d.id = w.active_draft_id where w.id = '${on.workspaceId}'`,
      ),
    );
    expect(pointers!.same).toBe(true);
  });
});
