import { beforeAll, expect, it } from "vitest";
import type { NewDraft } from "../../src/gate/ports.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { describeOnBoth } from "../support/database.ts";
import { newTenant } from "../support/studio.ts";

describeOnBoth("whose a workspace is", (open) => {
  let db: Database;
  let tenantId: string;
  beforeAll(async () => {
    db = await open();
    tenantId = await newTenant(db.outer);
  });

  async function claimed(agent: string, repositoryId: number | null): Promise<string> {
    const draft = { tenantId, kind: "submission", agent, environment: "production", repositoryId, title: null } as const;
    const more: Pick<NewDraft, "author" | "origin"> = { author: null, origin: "key:ci" };
    return (await createStudioRecords(db).openDraft({ ...draft, ...more })).workspaceId;
  }

  it("the first claimant's; every other has one of its own, and comes back to it", async () => {
    const [repository, another, submissions] = [await claimed("acme/a", 1), await claimed("acme/a", 2), await claimed("acme/a", null)];
    expect(new Set([repository, another, submissions]).size).toBe(3);
    expect([await claimed("acme/a", 1), await claimed("acme/a", 2), await claimed("acme/a", null)]).toEqual([
      repository,
      another,
      submissions,
    ]);
  });

  it("T96: nobody shares the one that a name was guessed for", async () => {
    const owner = await claimed("acme/b", 1);
    // Names that a second repository, and submissions, would be given.
    const squatted = [await claimed("acme/b#2", null), await claimed("acme/b#submissions", 3)];
    const mine = [await claimed("acme/b", 2), await claimed("acme/b", null)];
    expect(new Set([owner, ...squatted, ...mine]).size).toBe(5);
    const rows = rowsOf<{ id: string; repository_id: string | null }>(
      await db.outer.execute("select id, repository_id from governance_workspace"),
    );
    const holder = (id: string) => rows.find((row) => row.id === id)?.repository_id ?? null;
    expect(mine.map(holder).map((id) => (id === null ? null : Number(id)))).toEqual([2, null]);
  });
});
