import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { GENESIS, sealEvent, verifyChain } from "../../src/engine/audit.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { auditChains } from "../../src/store/verbs/read-records.ts";
import { describeOnBoth } from "../support/database.ts";
import { fillTenant } from "./fill-tenant.ts";
import { sha } from "./sample.ts";

/** What names a row where it is no id. */
const KEYS: Readonly<Record<string, string>> = {
  audit_event: "seq",
  contract_content: "digest",
  audit_checkpoint: "size",
  audit_checkpoint_delivery: "size",
};

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
  "business_source",
  "contract_content",
  "approval_vote",
  "plan_event",
  "audit_checkpoint",
  "audit_checkpoint_delivery",
  "attestation",
  "override_grant",
  "override_event",
  "policy_version",
  "policy_incident",
  "policy_pin",
];

describeOnBoth("immutable records", (open) => {
  let db: Database;
  beforeAll(async () => {
    db = await open();
    await fillTenant(db, db, 7);
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
    const column = KEYS[table] ?? "id";
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
