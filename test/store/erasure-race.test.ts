import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { auditVerbs } from "../../src/store/audit-verbs.ts";
import { rowsOf } from "../../src/store/connect.ts";
import { businessDraft, identity } from "../../src/store/schema.ts";
import { ofTenant } from "../../src/store/scope.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { lockDraft } from "../../src/store/verbs/draft-lineage.ts";
import { pseudonymous } from "../../src/store/verbs/identities.ts";
import { describeOnServer } from "../support/database.ts";
import { newTenant } from "../support/studio.ts";

const WAITS = sql`select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

describeOnServer("erasing a person", (open) => {
  it("waits for whoever decides about their draft, and never makes both wait", async () => {
    const db = await open();
    const tenantId = await newTenant(db.outer);
    const place = { tenantId, kind: "submission", agent: "catalogue/x", isAgentDeclared: false, environment: "production" } as const;
    const author = { id: 77, login: "walter" };
    const { draftId } = await createStudioRecords(db).openDraft({ ...place, repositoryId: null, title: null, author, origin: "api" });
    // Met by name alone, as in a text.
    await db.transaction(ofTenant(tenantId), (tx) => pseudonymous(tx, tenantId, { login: "walter" }));
    const waiting = async () => rowsOf<{ waiting: number }>(await db.outer.execute(WAITS))[0]!.waiting;
    const before = await waiting();

    let erasing: Promise<number> | null = null;
    await db.transaction(ofTenant(tenantId), async (tx) => {
      await lockDraft(tx, draftId);
      erasing = auditVerbs(db).eraseIdentity("walter");
      erasing.catch(() => {});
      await expect.poll(waiting, { timeout: 10_000 }).toBeGreaterThan(before);
      // Now GitHub says whose name it is.
      await pseudonymous(tx, tenantId, { id: 77, login: "walter" });
    });

    expect(await erasing).toBe(1);
    expect(await db.outer.select().from(identity).where(eq(identity.login, "walter"))).toEqual([]);
    const [draft] = await db.outer.select({ author: businessDraft.author }).from(businessDraft).where(eq(businessDraft.id, draftId));
    expect(draft!.author).toMatch(/^_erased-/);
  });
});
