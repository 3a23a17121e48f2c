import { beforeAll, describe, expect, it } from "vitest";
import type { NewDraft } from "../../src/gate/ports.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { policyVersion, watchedRepository } from "../../src/store/schema.ts";
import { ofTenant } from "../../src/store/scope.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { claimWorkspace } from "../../src/store/verbs/claim-workspace.ts";
import { describeOnBoth } from "../support/database.ts";
import { newTenant } from "../support/studio.ts";

describeOnBoth("whose a workspace is", (open) => {
  let db: Database;
  let tenantId: string;
  beforeAll(async () => {
    db = await open();
    tenantId = await newTenant(db.outer);
  });

  /** As a pull request of that repository does. */
  const claimed = (agent: string, repositoryId: number | null) =>
    db.transaction(ofTenant(tenantId), async (tx) => (await claimWorkspace(tx, { tenantId, repositoryId }, agent, "production")).id);
  async function submitted(agent: string, repositoryId: number | null, isAgentDeclared = false): Promise<string> {
    const draft = { tenantId, kind: "submission", agent, environment: "production", repositoryId, title: null, isAgentDeclared } as const;
    const more: Pick<NewDraft, "author" | "origin"> = { author: null, origin: "key:ci" };
    return (await createStudioRecords(db).openDraft({ ...draft, ...more })).workspaceId;
  }
  async function nameOf(id: string): Promise<string> {
    const rows = rowsOf<{ id: string; agent: string }>(await db.outer.execute("select id, agent from governance_workspace"));
    return rows.find((row) => row.id === id)!.agent;
  }

  it("the first claimant's; every other has one of its own, and comes back to it", async () => {
    const [repository, another, submissions] = [await claimed("acme/a", 1), await claimed("acme/a", 2), await submitted("acme/a", null)];
    expect(new Set([repository, another, submissions]).size).toBe(3);
    expect([await claimed("acme/a", 1), await claimed("acme/a", 2), await submitted("acme/a", null)]).toEqual([
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

  describe("T96: a submission binds no repository's name before the repository does", () => {
    beforeAll(async () => {
      await db.outer
        .insert(watchedRepository)
        .values({ repositoryId: 40, tenantId, ownerId: 4, owner: "acme", name: "shop", installationId: 9 });
      await db.outer.insert(policyVersion).values({
        ...{
          id: crypto.randomUUID(),
          tenantId,
          repositoryId: 41,
          seq: 1,
          commitSha: "a".repeat(40),
          digest: "d",
          how: "installed",
          auditSeq: 1,
        },
        sources: [
          {
            origin: "repo",
            kind: "config",
            path: ".choochoorc",
            mode: "100644",
            blob: "b",
            text: "governance: {agent: billing}\n",
            unreadable: null,
          },
        ],
      });
    });

    it.each([
      ["a repository that was never looked at", "Acme/later", null, 50],
      ["what a repository's policy declares", "billing", null, 41],
      ["another repository's, in the name of one", "acme/other", 40, 51],
      ["a free name, in the name of a repository that does not declare it", "free", 40, 52],
    ])("%s", async (_, agent, as, owner) => {
      const taken = await submitted(agent, as);
      expect(await nameOf(taken)).toBe(`${agent}#${as ?? "submissions"}`);
      expect(await nameOf(await claimed(agent, owner))).toBe(agent);
      expect(await submitted(agent, as)).toBe(taken);
      const told = rowsOf<{ type: string }>(await db.outer.execute(`select type from audit_event where subject = 'workspace ${taken}'`));
      expect(told.map(({ type }) => type)).toEqual(["workspace.agent_reserved"]);
    });

    it.each([
      ["its own full name", "acme/Shop", 40, false],
      ["what its policy in force declares", "checkout", 40, true],
      ["a name of nobody's", "gitlab-group/data", null, false],
      ["what an admin's pushed policy declares", "acme/catalogue", null, true],
    ])("but %s", async (_, agent, as, isDeclared) => {
      expect(await nameOf(await submitted(agent, as, isDeclared))).toBe(agent);
    });
  });
});
