import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { verifyChain } from "../../src/engine/audit.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { type Command, chainCommand, NO_COMMANDS } from "../../src/store/verbs/append-command.ts";
import { auditChains } from "../../src/store/verbs/read-records.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, evaluated, landed, newRepository, save, sha, take } from "./sample.ts";

describeOnBoth("approvals and incidents", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  it("I3: 50 racing approvals of one landing make one approval, one artifact, one event", async () => {
    const work = await begin(ledger, newRepository());
    const input = landed(work, await save(ledger, evaluated(work)));
    const records = await Promise.all(Array.from({ length: 50 }, () => ledger.approveActiveDraft(input)));
    expect(records.filter((record) => record.created)).toHaveLength(1);
    expect(new Set(records.map((record) => `${record.approval.id} ${record.artifact.id} ${record.event.seq}`)).size).toBe(1);
    const stored = await ledger.approvalOf(work.pull.repository.id, 1);
    expect(stored).toEqual({ ...records.find((record) => record.created)!, created: false });
    expect(stored!.approval).toMatchObject({
      kind: "regular",
      actorId: 42,
      channel: "github",
      approvalVersion: 1,
      mergeSha: sha(`merge ${work.key}`),
    });
    expect(stored!.artifact).toMatchObject({ runtimeProjection: "a text stays a text", compiledHash: sha("compiled") });
    const [workspace] = rowsOf(
      await db.outer.execute(
        sql`select active_approval_id, active_draft_snapshot_id from governance_workspace where id = ${stored!.approval.workspaceId}`,
      ),
    );
    expect(workspace).toEqual({ active_approval_id: stored!.approval.id, active_draft_snapshot_id: stored!.approval.draftSnapshotId });
  });

  it("a retry by the next worker, with a higher fence, gets the record that exists", async () => {
    const work = await begin(ledger, newRepository());
    const evaluation = await save(ledger, evaluated(work));
    const first = await ledger.approveActiveDraft(landed(work, evaluation));
    const again = await ledger.approveActiveDraft(landed(await take(ledger, work.key), evaluation));
    expect(again).toEqual({ ...first, created: false });
  });

  it("refuses a blocked draft, an older worker, another evaluation, an unmerged pull request; and writes nothing", async () => {
    const repository = newRepository();
    const work = await begin(ledger, repository);
    const blocked = await save(ledger, evaluated(work, { state: "pending_approval" }));
    await expect(ledger.approveActiveDraft(landed(work, blocked))).rejects.toMatchObject({ code: "NOT_READY" });
    const next = await take(ledger, work.key);
    const ready = await save(ledger, evaluated(next));
    await expect(ledger.approveActiveDraft(landed(next, blocked))).rejects.toMatchObject({ code: "STALE_LINEAGE" });
    await expect(ledger.approveActiveDraft(landed(work, ready))).rejects.toMatchObject({ code: "STALE_WORK" });
    const unmerged = landed(next, ready);
    const open = { ...unmerged, pull: { ...unmerged.pull, merged: false } };
    await expect(ledger.approveActiveDraft(open)).rejects.toMatchObject({ code: "NOT_MERGED" });
    expect(await ledger.approvalOf(repository.id, 1)).toBeNull();
    expect((await ledger.approveActiveDraft(landed(next, ready))).created).toBe(true);
  });

  it("a dismissal after ready makes a new, blocked snapshot; the same content makes none", async () => {
    let work = await begin(ledger, newRepository());
    const states: unknown[] = [];
    for (const state of ["approved", "approved", "pending_approval", "approved"] as const) {
      await save(ledger, evaluated(work, { state }));
      work = await take(ledger, work.key);
    }
    states.push(
      ...rowsOf(
        await db.outer.execute(sql`select s.version, s.status from business_draft_snapshot s join business_draft d on d.id = s.draft_id
          where d.repository_id = ${work.pull.repository.id} order by s.version`),
      ),
    );
    expect(states).toEqual([
      { version: 1, status: "superseded" },
      { version: 2, status: "superseded" },
      { version: 3, status: "ready_for_approval" },
    ]);
  });

  it("the replay of a draft's commands gives the hash that its approval holds", async () => {
    let work = await begin(ledger, newRepository());
    await save(ledger, evaluated(work, { state: "pending_approval" }));
    work = await take(ledger, work.key);
    const { approval } = await ledger.approveActiveDraft(landed(work, await save(ledger, evaluated(work))));
    const commands = rowsOf<Command>(
      await db.outer.execute(sql`select command_type as "commandType", expected_draft_version as "expectedDraftVersion", payload_json as payload, origin,
        actor_id::int as "actorId", idempotency_key as "idempotencyKey" from business_command where draft_id = ${approval.draftId} order by seq`),
    );
    expect(commands.map((command) => command.commandType)).toEqual(["snapshot", "snapshot", "approve"]);
    expect(commands.slice(0, 2).reduce(chainCommand, NO_COMMANDS)).toBe(approval.commandHistoryHash);
  });

  it("a landing under an override is a forced approval that keeps its blockers, critical in the trail", async () => {
    const work = await begin(ledger, newRepository());
    const evaluation = await save(ledger, evaluated(work, { state: "pending_approval" }));
    const record = await ledger.approveActiveDraft(landed(work, evaluation, { kind: "forced", approvedBy: [], rationale: "pager" }));
    expect(record.approval).toMatchObject({ kind: "forced", blockerIds: ["requirement:sec-ops"], approvedBy: [], rationale: "pager" });
    expect(record.event).toMatchObject({ type: "governance.approval_forced", severity: "critical" });
  });

  it("moves the draft with its environment, and keeps another repository out of a claimed agent", async () => {
    const work = await begin(ledger, newRepository());
    const base = evaluated(work);
    await save(ledger, { ...base, draft: { ...base.draft!, environment: "staging" } });
    const next = await take(ledger, work.key);
    const evaluation = await save(ledger, evaluated(next));
    const mine = await ledger.approveActiveDraft(landed(next, evaluation));
    const other = await begin(ledger, newRepository());
    const theirs = evaluated(other);
    const saved = await save(ledger, { ...theirs, draft: { ...theirs.draft!, agent: `org/${work.pull.repository.name}` } });
    const record = await ledger.approveActiveDraft(landed(other, saved));
    expect(record.approval.workspaceId).not.toBe(mine.approval.workspaceId);
    const drafts = rowsOf(
      await db.outer.execute(sql`select status from business_draft where repository_id = ${work.pull.repository.id} order by created_at`),
    );
    expect(drafts).toEqual([{ status: "abandoned" }, { status: "approved" }]);
  });

  it("records an incident once per landing and kind, with a critical event", async () => {
    const work = await begin(ledger, newRepository());
    const incident = { work, kind: "bypass", mergeSha: sha("m"), actorId: 9, evaluationId: null, because: "merged while pending" } as const;
    const events = await Promise.all(Array.from({ length: 10 }, () => ledger.recordIncident(incident)));
    expect(new Set(events.map((event) => event?.seq)).size).toBe(1);
    expect(events[0]).toMatchObject({ type: "incident.bypass", severity: "critical", actor: "9" });
    const other = await ledger.recordIncident({ ...incident, kind: "content_mismatch" });
    expect(other!.seq).not.toBe(events[0]!.seq);
  });

  it("I3: a landing that has its approval gets no incident, and one that has an incident no approval, also when they race", async () => {
    const work = await begin(ledger, newRepository());
    const input = landed(work, await save(ledger, evaluated(work)));
    const incident = {
      kind: "bypass",
      mergeSha: input.pull.mergeCommitSha!,
      actorId: 9,
      evaluationId: null,
      because: "by then it was not",
    } as const;
    const record = await ledger.approveActiveDraft(input);
    expect((await ledger.recordIncident({ work, ...incident }))?.seq).toBe(record.event.seq);
    expect(await ledger.landingOf(work.pull.repository.id, 1)).not.toBe("incident");

    const late = await begin(ledger, newRepository());
    const after = landed(late, await save(ledger, evaluated(late)));
    expect(await ledger.recordIncident({ work: late, ...incident, mergeSha: after.pull.mergeCommitSha! })).not.toBeNull();
    await expect(ledger.approveActiveDraft(after)).rejects.toMatchObject({ code: "STALE_WORK" });
    expect(await ledger.approvalOf(late.pull.repository.id, 1)).toBeNull();

    for (let round = 0; round < 10; round++) {
      const other = await begin(ledger, newRepository());
      const theirs = landed(other, await save(ledger, evaluated(other)));
      const told = { work: other, ...incident, mergeSha: theirs.pull.mergeCommitSha! };
      const [approved] = await Promise.allSettled([ledger.approveActiveDraft(theirs), ledger.recordIncident(told)]);
      const isIncident = (await ledger.landingOf(other.pull.repository.id, 1)) === "incident";
      expect(isIncident).toBe(approved.status === "rejected");
      if (isIncident) await expect(ledger.approveActiveDraft(theirs)).rejects.toMatchObject({ code: "STALE_WORK" });
      expect((await ledger.approvalOf(other.pull.repository.id, 1)) === null).toBe(isIncident);
    }
  });

  it("T76: an overtaken worker tells no incident, which another decision may have followed: the landing is owed again", async () => {
    const old = await begin(ledger, newRepository());
    const now = await take(ledger, old.key);
    await save(ledger, evaluated(now, { checks: [] }));
    expect(await ledger.pendingSubjects(1000)).not.toContain(old.key);
    const incident = { kind: "bypass", mergeSha: sha("m"), actorId: 9, evaluationId: null, because: "as it was before" } as const;
    expect(await ledger.recordIncident({ work: old, ...incident })).toBeNull();
    expect(await ledger.landingOf(old.pull.repository.id, 1)).not.toBe("incident");
    expect(await ledger.pendingSubjects(1000)).toContain(old.key);
    const told = await ledger.recordIncident({ work: now, ...incident });
    expect(await ledger.recordIncident({ work: old, ...incident })).toEqual(told);
  });

  it("I4: every chain that these tests wrote verifies from its first event", async () => {
    const chains = await auditChains(db.outer);
    expect(chains.length).toBeGreaterThan(0);
    for (const chain of chains) expect(verifyChain(chain)).toMatchObject({ status: "intact", head: { seq: chain.length } });
  });
});
