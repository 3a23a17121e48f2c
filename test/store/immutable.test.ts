import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { GENESIS, sealEvent, verifyChain } from "../../src/engine/audit.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { newId } from "../../src/store/id.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { decisionTrace } from "../../src/store/schema.ts";
import { auditChains } from "../../src/store/verbs/read-records.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, delivery, evaluated, landed, newRepository, pullMark, save, sha } from "./sample.ts";

const IMMUTABLE = [
  "receipt",
  "evaluation",
  "business_command",
  "governance_approval",
  "compiled_governance_artifact",
  "audit_event",
  "bypass_incident",
  "content_mismatch",
  "decision_trace",
  "override_grant",
  "override_event",
];

function refusedGrant(repositoryId: number, pullRequest: number) {
  const at = "2026-01-01T00:00:00.000Z";
  const label = { label: "governance-override", actorId: 1, headSha: sha("h"), baseRef: "main", labelledAt: at };
  return {
    repositoryId,
    pullRequest,
    delivery: "governance-override 1",
    ...label,
    entitled: false,
    because: "not an owner",
    observedAt: at,
  };
}

describeOnBoth("immutable records", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
    const work = await begin(ledger, newRepository());
    const receipt = {
      kind: "comment",
      repositoryId: work.pull.repository.id,
      number: 1,
      subject: "1",
      actorId: 1,
      actorLogin: "a",
      viaApp: null,
    } as const;
    const seen = { commitId: null, headSha: null, baseRef: null, detail: "x" };
    await ledger.recordDelivery(delivery([pullMark(work.pull.repository, 1)], { receipts: [{ ...receipt, ...seen }] }));
    const evaluation = await save(ledger, evaluated(work));
    await ledger.approveActiveDraft(landed(work, evaluation));
    await db.outer.insert(decisionTrace).values({
      id: newId(),
      tenantId: (await auditChains(db.outer))[0]![0]!.tenantId,
      subjectKey: work.key,
      evaluationId: evaluation.id,
      agentId: "tidy",
      seq: 1,
      state: "pending",
      outcome: "pending",
      severity: "info",
      headSha: sha("head"),
      action: {},
      approvals: [],
      digest: sha("trace"),
    });
    await ledger.recordGrant(work.key, refusedGrant(work.pull.repository.id, work.pull.number));
    const [debt] = await ledger.labelsToRemove(work.key, 1);
    await ledger.recordLabelRemoved(debt!.grant, true);
    for (const kind of ["bypass", "content_mismatch"] as const) {
      await ledger.recordIncident({ work, kind, mergeSha: sha("m"), actorId: 1, evaluationId: null, because: "x" });
    }
  });

  /** What the database says when it refuses. */
  async function refusal(...statements: string[]): Promise<string> {
    try {
      await db.outer.transaction(async (tx) => {
        for (const statement of statements) await tx.execute(sql.raw(statement));
      });
    } catch (error) {
      return String(error instanceof Error && error.cause ? error.cause : error);
    }
    return "not refused";
  }

  it.each(IMMUTABLE)("T84, T86: %s refuses UPDATE, DELETE and TRUNCATE, also under session_replication_role = replica", async (table) => {
    const [before] = rowsOf<{ n: number }>(await db.outer.execute(sql.raw(`select count(*)::int as n from ${table}`)));
    expect(before!.n).toBeGreaterThan(0);
    const column = table === "audit_event" ? "seq" : "id";
    for (const role of ["origin", "replica"]) {
      const as = `set local session_replication_role = '${role}'`;
      expect(await refusal(as, `update ${table} set ${column} = ${column}`)).toContain("immutable");
      expect(await refusal(as, `delete from ${table}`)).toContain("immutable");
      expect(await refusal(as, `truncate ${table} cascade`)).toContain("immutable");
    }
    const [after] = rowsOf<{ n: number }>(await db.outer.execute(sql.raw(`select count(*)::int as n from ${table}`)));
    expect(after).toEqual(before);
  });

  it("a draft snapshot keeps its content, and its status never goes back", async () => {
    expect(await refusal("update business_draft_snapshot set blocker_ids = '[]', memory_json = '{}'")).toContain("content");
    expect(await refusal("update business_draft_snapshot set status = 'collecting'")).toContain("cannot go from approved to collecting");
    expect(await refusal("update business_draft_snapshot set status = 'superseded'")).toContain("cannot go");
    expect(await refusal("delete from business_draft_snapshot")).toContain("immutable");
    expect(await refusal("truncate business_draft_snapshot cascade")).toContain("immutable");
  });

  it("a conclusion that satisfies a required check without success, an unknown state, an approval with blockers: refused", async () => {
    for (const conclusion of ["neutral", "skipped", "cancelled"]) {
      expect(await refusal(`update check_outbox set conclusion = '${conclusion}'`)).toContain("check_outbox_conclusion");
    }
    const copy = (table: string, changes: string) =>
      `insert into ${table} select (json_populate_record(t, '${changes}')).* from ${table} t limit 1`;
    expect(await refusal(copy("evaluation", '{"state": "fine"}'))).toContain("evaluation_state");
    expect(await refusal(copy("governance_approval", '{"blocker_ids": ["x"]}'))).toContain("governance_approval_blockers");
  });

  it("T84: an event that does not follow the one before it cannot be committed, nor one that leaves a gap", async () => {
    const [chain] = await auditChains(db.outer);
    const last = chain!.at(-1)!;
    const insert = (seq: number, prevHash: string) =>
      `insert into audit_event (tenant_id, seq, prev_hash, hash, type, severity, subject, payload, at)
       values ('${last.tenantId}', ${seq}, '${prevHash}', '${sha("forged")}', 'x', 'info', 'x', '{}', now())`;
    expect(await refusal(insert(last.seq + 1, sha("other")))).toContain("does not follow");
    expect(await refusal(insert(last.seq + 2, last.hash))).toContain("does not follow");
    expect(await refusal("set local session_replication_role = 'replica'", insert(last.seq + 1, sha("other")))).toContain(
      "does not follow",
    );
    expect(await refusal(insert(last.seq, last.prevHash))).toContain("audit_event");
    expect((await auditChains(db.outer))[0]).toHaveLength(chain!.length);
  });

  it("T84: an owner who drops the guard and edits a row is found out by the chain", async () => {
    await db.outer.execute(sql.raw("alter table audit_event disable trigger audit_event_immutable"));
    await db.outer.execute(sql.raw(`update audit_event set payload = '{"merged": "by somebody else"}' where seq = 2`));
    const [chain] = await auditChains(db.outer);
    expect(verifyChain(chain!)).toMatchObject({ status: "broken", seq: 2 });
    expect(sealEvent(chain![0]!.tenantId, GENESIS, chain![0]!).hash).toBe(chain![0]!.hash);
  });
});
