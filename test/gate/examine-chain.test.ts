import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { examineChains } from "../../src/gate/examine-chain.ts";
import type { Ledger } from "../../src/gate/ports.ts";
import { createFileDrop } from "../../src/notary/file-drop.ts";
import { createLedger, type Database } from "../../src/store/index.ts";
import { describeOnBoth } from "../support/database.ts";
import { APPROVED_FACTS, asOwner, land, SIGNER, seal, tenantOf } from "../support/sealed-trail.ts";

describeOnBoth("how chains stand", (open) => {
  if (open.driver === "postgres") return it("needs one database only", () => {});
  const folder = mkdtempSync(join(tmpdir(), "countersign-drop-"));
  const drop = createFileDrop(folder);
  const notary = { signer: SIGNER, sinks: [drop] };
  let db: Database;
  let ledger: Ledger;
  let mine: string;
  let theirs: string;
  const at = (tenantId: string, size: number) => join(folder, tenantId, `${String(size).padStart(12, "0")}.json`);
  const standing = async () => (await examineChains(ledger, notary)).find(({ tenantId }) => tenantId === mine)!;

  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
    await land(ledger);
    for (let i = 0; i < 3; i += 1) await land(ledger, APPROVED_FACTS, 8);
    await seal(ledger, [drop]);
    [mine, theirs] = [await tenantOf(ledger, 7), await tenantOf(ledger, 8)];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("T84: another tenant's checkpoint in the place of one's own is no alarm, and does not vouch", async () => {
    expect(await standing()).toMatchObject({ status: "intact", sealedTo: 1, sinks: ["file"] });
    copyFileSync(at(theirs, 3), at(mine, 3));
    expect(await standing()).toMatchObject({ status: "intact", events: 1, sealedTo: 1 });
    writeFileSync(at(mine, 9), '{"payloadType":"x","payload":"e30=","signatures":[]}');
    expect(await standing()).toMatchObject({ status: "intact", sealedTo: 1 });
    rmSync(at(mine, 3));
    rmSync(at(mine, 9));
  });

  it("T84: one's own, kept outside, still tells of an end that was cut off in the database", async () => {
    await land(ledger);
    await seal(ledger, [drop]);
    for (const table of ["audit_event", "audit_checkpoint"])
      await asOwner(db, table, async () => {
        const last = table === "audit_event" ? sql`seq = 2` : sql`size = 2`;
        await db.outer.execute(sql`delete from ${sql.raw(table)} where tenant_id = ${mine} and ${last}`);
      });
    expect(await standing()).toMatchObject({ status: "broken", because: expect.stringContaining("cut off") });
  });
});
