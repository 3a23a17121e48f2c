import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { sealEvent, verifyChain } from "../../src/engine/audit.ts";
import { digest } from "../../src/engine/canonical.ts";
import { checkpointOf } from "../../src/engine/checkpoint.ts";
import { decideAgain } from "../../src/gate/explain-decision.ts";
import type { CheckpointSink, Ledger } from "../../src/gate/ports.ts";
import { sealAudit } from "../../src/gate/seal-audit.ts";
import { rowsOf } from "../../src/store/connect.ts";
import { createLedger, type Database } from "../../src/store/index.ts";
import { auditChains } from "../../src/store/verbs/read-records.ts";
import { describeOnBoth } from "../support/database.ts";
import { APPROVED_FACTS, asOwner, exported, impatient, land, SIGNER, seal, tenantOf, verified } from "../support/sealed-trail.ts";

describeOnBoth("identities", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  async function kept(id: string): Promise<{ facts: unknown; decision: unknown; stored_digest: string }> {
    const [row] = rowsOf<{ facts: unknown; decision: unknown; stored_digest: string }>(
      await db.outer.execute(sql`select facts, decision, stored_digest from evaluation where id = ${id}`),
    );
    return row!;
  }

  it("no record that is kept for ever holds a login; what is read back decides the same", async () => {
    const { approval, artifact } = await land(ledger);
    expect(approval.approvedBy).toEqual([{ id: 2, login: "bob" }]);
    for (const table of ["evaluation", "governance_approval", "compiled_governance_artifact", "audit_event"]) {
      const [rows] = rowsOf<{ all: unknown }>(await db.outer.execute(sql.raw(`select json_agg(t) as all from ${table} t`)));
      expect(JSON.stringify(rows!.all), table).not.toMatch(/\b(alice|bob|carol|dave|erin|ana)\b/);
    }
    expect(JSON.stringify(artifact)).not.toContain("bob");
    const [{ id }] = rowsOf<{ id: string }>(await db.outer.execute(sql`select id from evaluation limit 1`)) as [{ id: string }];
    const read = (await ledger.evaluation(id))!;
    expect(read.facts).toEqual(APPROVED_FACTS);
    expect(decideAgain(read.decision, read.facts)).toEqual({ status: "same" });
    expect((await ledger.approvalOf(approval.repositoryId!, approval.pullRequest!))!.approval.approvedBy).toEqual([
      { id: 2, login: "bob" },
    ]);
  });

  it("erased by login or by id: a placeholder stands there, chain and stored digests hold, the trail tells of it", async () => {
    const { approval } = await land(ledger, APPROVED_FACTS, 8);
    await seal(ledger);
    const [{ id }] = rowsOf<{ id: string }>(
      await db.outer.execute(
        sql`select e.id from evaluation e join governance_approval a on a.evaluation_id = e.id where a.id = ${approval.id}`,
      ),
    ) as [{ id: string }];
    const before = await kept(id);
    expect(await ledger.eraseIdentity("BOB")).toBeGreaterThan(0);
    expect(await ledger.eraseIdentity("bob")).toBe(0);
    expect(await ledger.eraseIdentity("3")).toBeGreaterThan(0);
    expect(await ledger.eraseIdentity("nobody")).toBe(0);
    expect(await ledger.eraseIdentity("Alice")).toBeGreaterThan(0);
    const [drafts] = rowsOf<{ all: unknown }>(await db.outer.execute(sql`select json_agg(author) as all from business_draft`));
    expect(JSON.stringify(drafts!.all)).toMatch(/_erased-[0-9a-f]{12}/);
    expect(JSON.stringify(drafts!.all)).not.toMatch(/alice/i);
    const after = await kept(id);
    expect(after).toEqual(before);
    expect(digest("countersign/stored-evaluation/v1", { facts: after.facts, decision: after.decision })).toBe(after.stored_digest);
    const read = (await ledger.evaluation(id))!;
    expect(JSON.stringify(read)).not.toMatch(/\b(bob|carol)\b/);
    expect(read.decision.verdict).toMatch(/^Approved by _erased-/);
    for (const chain of await auditChains(db.outer)) expect(verifyChain(chain)).toMatchObject({ status: "intact" });
    const events = await ledger.auditEvents(await tenantOf(ledger, 8), {
      before: null,
      type: "identity",
      actor: null,
      subject: null,
      limit: 9,
    });
    expect(events.map(({ type }) => type)).toEqual(["identity.erased", "identity.erased", "identity.erased"]);
    expect(JSON.stringify(events)).not.toMatch(/bob|carol|alice/i);
    await seal(ledger);
    expect((await verified(await exported(ledger, await tenantOf(ledger, 8)))).faults).toEqual([]);
  });

  it("two writers who meet the same people at once get the same references", async () => {
    await Promise.all(Array.from({ length: 8 }, () => land(ledger, APPROVED_FACTS, 9)));
    const [{ n }] = rowsOf<{ n: number }>(
      await db.outer.execute(sql`select count(*)::int as n from identity where tenant_id = ${await tenantOf(ledger, 9)} and login = 'bob'`),
    ) as [{ n: number }];
    expect(n).toBe(1);
  });
});

describeOnBoth("sealing and exporting", (open) => {
  let db: Database;
  let ledger: Ledger;
  let owner = 20;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });
  const nextOwner = () => (owner += 1);

  it("without a key nothing is signed; young events wait; 5 minutes or 256 events do not", async () => {
    const of = nextOwner();
    await land(ledger, APPROVED_FACTS, of);
    await sealAudit({ ledger, notary: { signer: null, sinks: [] } });
    await sealAudit({ ledger: ledger });
    expect(await ledger.checkpointsOf(await tenantOf(ledger, of))).toEqual([]);
    await sealAudit({ ledger, notary: { signer: SIGNER, sinks: [] } });
    expect(await ledger.checkpointsOf(await tenantOf(ledger, of))).toEqual([]);
    await sealAudit({ ledger: impatient(ledger), notary: { signer: SIGNER, sinks: [] } });
    expect(await ledger.checkpointsOf(await tenantOf(ledger, of))).toMatchObject([{ checkpoint: { size: 1 }, keyId: SIGNER.keyId }]);
  });

  it("honest trails hold: whole, in part, with events after the last checkpoint, of every tenant apart", async () => {
    for (let trail = 0; trail < 4; trail += 1) {
      const of = nextOwner();
      for (let i = 0; i <= trail; i += 1) {
        await land(ledger, APPROVED_FACTS, of);
        if (i % 2 === 0) await seal(ledger);
      }
      const tenantId = await tenantOf(ledger, of);
      const whole = await verified(await exported(ledger, tenantId));
      expect(whole).toMatchObject({ faults: [], approvals: trail + 1, events: { from: 1 } });
      for (const since of new Set([2, whole.events.to, whole.events.to + 9]))
        expect((await verified(await exported(ledger, tenantId, since))).faults).toEqual([]);
    }
  });

  it("I4, T84, T85: what the owner of the database does behind the guards is found after export", async () => {
    const acts: readonly (readonly [string, (tenant: string) => string])[] = [
      ["audit_event", (id) => `update audit_event set payload = '{"x":1}' where tenant_id = '${id}' and seq = 1`],
      ["audit_event", (id) => `update audit_event set actor = '99' where tenant_id = '${id}' and seq = 2`],
      ["audit_event", (id) => `delete from audit_event where tenant_id = '${id}' and seq = 1`],
      ["audit_event", (id) => `delete from audit_event where tenant_id = '${id}' and seq = 2`],
      ["evaluation", (id) => `update evaluation set decision = '{}' where tenant_id = '${id}'`],
      ["governance_approval", (id) => `update governance_approval set approved_by = '[{"id":66}]' where tenant_id = '${id}'`],
      ["governance_approval", (id) => `update governance_approval set rationale = 'because' where tenant_id = '${id}'`],
      [
        "compiled_governance_artifact",
        (id) => `update compiled_governance_artifact set runtime_projection_json = '{}' where tenant_id = '${id}'`,
      ],
      ["attestation", (id) => `delete from attestation where tenant_id = '${id}'`],
    ];
    const tenants: string[] = [];
    for (const _ of acts) {
      const of = nextOwner();
      for (let i = 0; i < 2; i += 1) await land(ledger, APPROVED_FACTS, of);
      tenants.push(await tenantOf(ledger, of));
    }
    await seal(ledger);
    for (const [index, [table, act]] of acts.entries()) {
      const tenantId = tenants[index]!;
      expect((await verified(await exported(ledger, tenantId))).faults).toEqual([]);
      await asOwner(db, table, async () => void (await db.outer.execute(sql.raw(act(tenantId)))));
      expect((await verified(await exported(ledger, tenantId))).faults, act("?")).not.toEqual([]);
    }
  });

  /** The chains that an earlier test broke are not sealed again, and all others are. */
  const sealOthers = () => seal(ledger).catch((error: unknown) => void expect(error).toBeInstanceOf(AggregateError));

  it("T85: an evaluation that is edited with its own digest, before anything is signed, is found by the event", async () => {
    const of = nextOwner();
    await land(ledger, APPROVED_FACTS, of);
    await sealOthers();
    await land(ledger, APPROVED_FACTS, of);
    const tenantId = await tenantOf(ledger, of);
    expect((await verified(await exported(ledger, tenantId))).faults).toEqual([]);
    for (const stored of ["null", `'${digest("countersign/stored-evaluation/v1", { facts: {}, decision: {} })}'`]) {
      const edit = `update evaluation set facts = '{}', decision = '{}', stored_digest = ${stored} where id =
        (select evaluation_id from governance_approval where tenant_id = '${tenantId}' order by audit_seq desc limit 1)`;
      await asOwner(db, "evaluation", async () => void (await db.outer.execute(sql.raw(edit))));
      const { faults } = await verified(await exported(ledger, tenantId));
      expect(faults.map(({ because }) => because)).toEqual(["its evaluation was altered: facts and decision do not give their digest"]);
    }
  });

  it("a trail of before the event told it holds, and says which evaluations nothing covers until they are signed", async () => {
    const of = nextOwner();
    await land(ledger, APPROVED_FACTS, of);
    await sealOthers();
    await land(ledger, APPROVED_FACTS, of);
    const tenantId = await tenantOf(ledger, of);
    await asOwner(db, "audit_event", () => asBefore(db, ledger, tenantId));
    const before = await verified(await exported(ledger, tenantId));
    expect(before.faults).toEqual([]);
    expect(before.uncovered).toEqual([{ at: expect.stringContaining("(event 2)"), because: expect.stringContaining("evaluation") }]);
    await sealOthers();
    expect(await verified(await exported(ledger, tenantId))).toMatchObject({ faults: [], uncovered: [] });
  });

  it("T85: an approval that is not signed yet is told: what its event does not hold of it could be changed", async () => {
    const of = nextOwner();
    await land(ledger, APPROVED_FACTS, of);
    await sealOthers();
    await land(ledger, APPROVED_FACTS, of);
    const tenantId = await tenantOf(ledger, of);
    const open = { at: expect.stringContaining("(event 2)"), because: expect.stringContaining("the reason") };
    expect((await verified(await exported(ledger, tenantId))).uncovered).toEqual([open]);
    const edit = `update governance_approval set rationale = 'because' where tenant_id = '${tenantId}' and audit_seq = 2`;
    await asOwner(db, "governance_approval", async () => void (await db.outer.execute(sql.raw(edit))));
    expect(await verified(await exported(ledger, tenantId))).toMatchObject({ faults: [], uncovered: [open] });
    await sealOthers();
    expect(await verified(await exported(ledger, tenantId))).toMatchObject({ faults: [], uncovered: [] });
  });

  it("T85: a statement that was taken away is not signed anew, over whatever its records say now", async () => {
    for (const forgets of [false, true]) {
      const database = await open();
      const apart = createLedger(database);
      const places = remembering();
      for (let i = 0; i < 2; i += 1) await land(apart);
      await seal(apart, [places]);
      const tenantId = await tenantOf(apart);
      const owned = (table: string, act: string) => asOwner(database, table, async () => void (await database.outer.execute(sql.raw(act))));
      await owned("governance_approval", "update governance_approval set rationale = 'because' where audit_seq = 1");
      await owned("attestation", "delete from attestation");
      if (forgets) await owned("audit_checkpoint", "delete from audit_checkpoint");
      await land(apart);
      await expect(seal(apart, [places])).rejects.toThrow("(event 1) was taken away");
      const [{ n }] = rowsOf<{ n: number }>(await database.outer.execute(sql`select count(*)::int as n from attestation`)) as [
        { n: number },
      ];
      expect(n).toBe(0);
      expect((await verified(await exported(apart, tenantId), places.kept)).faults.map(({ because }) => because).join()).toContain(
        "its signed statement is missing",
      );
    }
  });

  it("T84: a chain that was cut off, or rewritten, is never sealed again; places outside remember what the database was made to forget", async () => {
    const database = await open();
    const apart = createLedger(database);
    const places = remembering();
    for (let i = 0; i < 3; i += 1) await land(apart);
    await seal(apart, [places]);
    const tenantId = await tenantOf(apart);
    await asOwner(database, "audit_event", async () => void (await database.outer.execute(sql`delete from audit_event where seq = 3`)));
    await expect(seal(apart, [places])).rejects.toThrow("its end was cut off");
    await asOwner(database, "audit_checkpoint", async () => void (await database.outer.execute(sql`delete from audit_checkpoint`)));
    await expect(seal(apart, [places])).rejects.toThrow("the chain does not continue what was sealed");
    expect((await verified(await exported(apart, tenantId), places.kept)).faults.map(({ because }) => because).join()).toContain("cut off");
  });
});

/** A place outside the database, in memory. */
function remembering(): CheckpointSink & { readonly kept: unknown[] } {
  const kept: Parameters<CheckpointSink["publish"]>[1][] = [];
  return {
    name: "memory",
    kept,
    latest: async (tenantId) => kept.filter((each) => checkpointOf(each).tenantId === tenantId).at(-1) ?? null,
    publish: async (_, envelope) => void kept.push(envelope),
  };
}

/** The last event as an older version wrote it: without the digest of the evaluation, and chained as ever. */
async function asBefore(db: Database, ledger: Ledger, tenantId: string): Promise<void> {
  const events = await ledger.chainEvents(tenantId, 0, 99, 99);
  const { seq, prevHash, hash: _, ...entry } = events.at(-1)!;
  const { evaluationDigest: gone, ...payload } = entry.payload as Record<string, unknown>;
  expect(gone).toMatch(/^[0-9a-f]{64}$/);
  const { hash } = sealEvent(tenantId, { seq: seq - 1, hash: prevHash }, { ...entry, payload } as Parameters<typeof sealEvent>[2]);
  await db.outer.execute(
    sql`update audit_event set payload = ${JSON.stringify(payload)}, hash = ${hash} where tenant_id = ${tenantId} and seq = ${seq}`,
  );
}
