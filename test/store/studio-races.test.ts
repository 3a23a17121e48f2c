import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { castVote } from "../../src/gate/cast-vote.ts";
import type { Outcome, WorkspaceApproval } from "../../src/gate/ports.ts";
import type { StudioDeps } from "../../src/gate/save-draft-snapshot.ts";
import { type Database, openDatabase, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { STRIPPED } from "../demo/sample.ts";
import { describeOnPostgres } from "../support/database.ts";
import { ask, directory, done, edit, latest, newTenant, type Opened, openSubmission, PEOPLE } from "../support/studio.ts";
import { begin, evaluated, landed, newRepository, save } from "./sample.ts";

const { bob, carol, ana } = PEOPLE;
const SERVERS = 4;

describeOnPostgres("races of the Studio approval, each server with its own connections", (fresh) => {
  let began: ReturnType<typeof begun>;
  beforeAll(async () => {
    began = begun();
    await began;
  });
  afterAll(async () => {
    for (const db of (await began).databases) await db.close();
  });

  async function begun(): Promise<{ readonly databases: readonly Database[]; readonly servers: readonly StudioDeps[] }> {
    const url = await fresh();
    const databases = await Promise.all(Array.from({ length: SERVERS }, () => openDatabase({ databaseUrl: url, dataDir: null })));
    await migrate(databases[0]!);
    return { databases, servers: databases.map((db) => ({ records: createStudioRecords(db), electorate: directory() })) };
  }

  async function ready(deps: StudioDeps, db: Database): Promise<Opened> {
    const opened = await openSubmission(deps, await newTenant(db.outer));
    done(await castVote(deps, { ...ask(opened, bob), kind: "approve", personId: bob, comment: null }));
    return latest(deps.records, opened);
  }

  const kinds = (outcomes: readonly Outcome<WorkspaceApproval>[]) =>
    outcomes.map((outcome) => (outcome.status === "done" ? outcome.value.approval.id : outcome.code));

  it("I3: 200 approvals of one snapshot at once: one approval, one artifact, and everybody gets it", async () => {
    const { databases, servers } = await began;
    const on = await ready(servers[0]!, databases[0]!);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        servers[index % SERVERS]!.records.approveWorkspaceDraft({ ...ask(on, index % 2 === 0 ? carol : ana), rationale: null }),
      ),
    );
    const records = outcomes.map(done);
    expect(new Set(records.map(({ approval, artifact }) => `${approval.id} ${artifact.id}`)).size).toBe(1);
    expect(records.filter(({ created }) => created)).toHaveLength(1);
    const [counted] = rowsOf(
      await databases[0]!.outer.execute(sql`select (select count(*)::int from governance_approval where workspace_id = ${on.workspaceId}) as approvals,
        (select count(*)::int from compiled_governance_artifact where tenant_id = ${on.tenantId}) as artifacts,
        (select count(*)::int from audit_event where tenant_id = ${on.tenantId} and type = 'governance.approved') as events`),
    );
    expect(counted).toEqual({ approvals: 1, artifacts: 1, events: 1 });
  });

  it("T98: approvals raced with an edit: approved as it was seen, or STALE_LINEAGE; never the other content", async () => {
    const { databases, servers } = await began;
    const seen = { approved: 0, stale: 0 };
    for (let round = 0; round < 18; round += 1) {
      const on = await ready(servers[0]!, databases[0]!);
      const change = { after: STRIPPED.replace("Customers", `Clients ${round}`) };
      const approve = () =>
        Array.from({ length: 40 }, (_, index) =>
          servers[index % SERVERS]!.records.approveWorkspaceDraft({ ...ask(on, carol), rationale: null }),
        );
      const editOnce = () =>
        edit(servers[3]!, on, change).then(
          () => "edited" as const,
          () => "refused" as const,
        );
      // In a third of the rounds the edit has come first; in the others whoever is faster.
      const first = round % 3 === 0 ? await editOnce() : null;
      const approving = approve();
      const editing = first ?? editOnce();
      const outcomes = kinds(await Promise.all(approving));
      const edited = await editing;
      const different = new Set(outcomes);
      expect(different.size).toBe(1);
      const [outcome] = different;
      if (outcome === "STALE_LINEAGE") seen.stale += 1;
      else seen.approved += 1;
      // Exactly one of the two took place.
      expect(edited).toBe(outcome === "STALE_LINEAGE" ? "edited" : "refused");
      const view = (await servers[0]!.records.workspace(on.tenantId, on.workspaceId))!;
      expect(view.workspace.activeApprovalId === null).toBe(outcome === "STALE_LINEAGE");
      if (view.approval !== null) expect(view.approval.approval.draftSnapshotId).toBe(on.snapshotId);
    }
    expect(seen.stale).toBeGreaterThanOrEqual(6);
  });

  it("T98: approvals raced with activating another draft: the pointers are those of one of the two", async () => {
    const { databases, servers } = await began;
    for (let round = 0; round < 12; round += 1) {
      const on = await ready(servers[0]!, databases[0]!);
      const other = await openSubmission(servers[0]!, on.tenantId, { change: { after: STRIPPED.replace("Customers", "Clients") } });
      const approving = Array.from({ length: 20 }, (_, index) =>
        servers[index % SERVERS]!.records.approveWorkspaceDraft({ ...ask(on, carol), rationale: null }),
      );
      const activated = await servers[1]!.records.activateDraft(ask(other, ana));
      const outcomes = kinds(await Promise.all(approving));
      const different = new Set(outcomes);
      const approved = outcomes.filter((outcome) => outcome !== "STALE_LINEAGE");
      expect(different.size).toBeLessThanOrEqual(2);
      expect(new Set(approved).size).toBeLessThanOrEqual(1);
      const { workspace } = (await servers[0]!.records.workspace(on.tenantId, on.workspaceId))!;
      expect(activated.status).toBe("done");
      expect([workspace.activeDraftId, workspace.activeDraftSnapshotId]).toEqual([other.draftId, other.snapshotId]);
      expect(workspace.activeApprovalId).toBe(approved[0] ?? null);
    }
  });

  it("ten votes at once are ten rows in order, and the last of each person counts", async () => {
    const { databases, servers } = await began;
    const on = await openSubmission(servers[0]!, await newTenant(databases[0]!.outer));
    const people = [bob, carol];
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => {
        const personId = people[index % 2]!;
        return castVote(servers[index % SERVERS]!, { ...ask(on, personId), kind: "approve", personId, comment: null });
      }),
    );
    outcomes.map(done);
    const context = (await servers[0]!.records.draftContext(on.tenantId, on.draftId))!;
    expect(context.votes.map(({ seq }) => seq)).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
    expect(context.snapshot!.status).toBe("ready_for_approval");
    expect(context.evaluation!.version).toBe(11);
  });

  it("several pull requests open on one workspace: each merge is its own approval, and the pointers are the last one's", async () => {
    const { databases } = await began;
    const ledgers = databases.map((db) => createLedger(db));
    const repository = newRepository();
    const works = [];
    for (let number = 1; number <= 8; number += 1) works.push(await begin(ledgers[0]!, repository, number));
    const records = await Promise.all(
      works.map(async (work, index) => {
        const ledger = ledgers[index % SERVERS]!;
        return ledger.approveActiveDraft(landed(work, await save(ledger, evaluated(work, { head: `head ${index}` }))));
      }),
    );
    expect(new Set(records.map(({ approval }) => approval.workspaceId)).size).toBe(1);
    expect(records.map(({ approval }) => approval.approvalVersion).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const [row] = rowsOf<{ draft: string; snapshot: string; approval: string }>(
      await databases[0]!.outer.execute(sql`select active_draft_id as draft, active_draft_snapshot_id as snapshot, active_approval_id as approval
        from governance_workspace where id = ${records[0]!.approval.workspaceId}`),
    );
    const last = records.find(({ approval }) => approval.id === row!.approval)!.approval;
    expect(row).toEqual({ draft: last.draftId, snapshot: last.draftSnapshotId, approval: last.id });
    expect(last.approvalVersion).toBe(8);
  });
});
