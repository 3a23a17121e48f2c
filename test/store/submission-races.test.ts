import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { castVote } from "../../src/gate/cast-vote.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { StudioDeps } from "../../src/gate/save-draft-snapshot.ts";
import { type SubmitDeps, submitChange } from "../../src/gate/submit.ts";
import { type Database, openDatabase, rowsOf } from "../../src/store/connect.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { createSubmissions } from "../../src/store/submissions.ts";
import { CONTRACT } from "../demo/sample.ts";
import { describeOnPostgres } from "../support/database.ts";
import { ask, directory, done, FILE, latest, newTenant, type Opened, openSubmission, PEOPLE } from "../support/studio.ts";
import { pushedVersion } from "../support/submissions.ts";

const { bob, carol } = PEOPLE;
const SERVERS = 4;
const ROUNDS = 8;
const withField = (name: string) => `${CONTRACT}      - name: ${name}\n        logicalType: string\n`;
/** Without its tag, and with a field of its own. */
const strippedWith = (name: string) => withField(name).replace("        tags: [pii]\n", "");

describeOnPostgres("T98: submissions that begin from the same content, each server with its own connections", (fresh) => {
  let databases: readonly Database[] = [];
  beforeAll(async () => {
    const url = await fresh();
    databases = await Promise.all(Array.from({ length: SERVERS }, () => openDatabase({ databaseUrl: url, dataDir: null })));
    await migrate(databases[0]!);
  });
  afterAll(async () => {
    for (const db of databases) await db.close();
  });

  async function fieldsHeld(tenantId: string): Promise<{ readonly fields: readonly string[]; readonly approvals: number }> {
    const [row] = rowsOf<{ runtime: { contracts: { objects: { fields: { path: string }[] }[] }[] }; approvals: number }>(
      await databases[0]!.outer.execute(sql`select c.runtime_projection_json as runtime,
          (select count(*)::int from governance_approval where workspace_id = w.id) as approvals
        from governance_workspace w join compiled_governance_artifact c on c.approval_id = w.active_approval_id where w.tenant_id = ${tenantId}`),
    );
    const fields = row!.runtime.contracts.flatMap(({ objects }) => objects.flatMap((each) => each.fields.map(({ path }) => path)));
    return { fields, approvals: row!.approvals };
  }

  it("of those that nobody is asked about, one is approved at once and the others wait and say why", async () => {
    const submit = async (db: Database, tenantId: string, name: string) => {
      const submissions = createSubmissions(db);
      const deps: SubmitDeps = {
        ...{ submissions, records: createStudioRecords(db), electorate: directory(), comparer: compareHere },
        ...{ clock: { now: () => new Date() }, policyRepositoryOf: async () => null },
      };
      const change = {
        ...{ agent: "catalogue/races", environment: "production" as const, title: null, actor: null },
        base: { name: "main", revision: "1111111" },
        head: { name: name, revision: "2222222" },
        files: [{ path: FILE, before: CONTRACT, after: withField(name) }],
      };
      const made = done(
        await submitChange(deps, {
          tenantId,
          by: { kind: "person", id: 1, login: "alice" },
          repositoryId: null,
          change,
          idempotency: null,
        }),
      );
      return { name, ...(await submissions.submission(tenantId, made.id!))! };
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const tenantId = await newTenant(databases[0]!.outer);
      await pushedVersion(databases[0]!, tenantId);
      const all = await Promise.all(databases.map((db, index) => submit(db, tenantId, `field_${index}`)));
      const approved = all.filter(({ state }) => state === "approved");
      expect(approved).toHaveLength(1);
      const held = await fieldsHeld(tenantId);
      expect(held.approvals).toBe(1);
      expect(held.fields.filter((path) => path.startsWith("field_"))).toEqual([approved[0]!.name]);
      for (const { state, base } of all.filter((each) => each !== approved[0]))
        expect({ state, base }).toMatchObject({
          state: "pending_approval",
          base: { status: "moved", differences: [{ field: approved[0]!.name }] },
        });
    }
  });

  it("of two that were both voted for, one is approved and the other is refused, whoever comes first", async () => {
    const servers: readonly StudioDeps[] = databases.map((db) => ({ records: createStudioRecords(db), electorate: directory() }));
    for (let round = 0; round < ROUNDS; round += 1) {
      const tenantId = await newTenant(databases[0]!.outer);
      const ready = async (name: string): Promise<Opened> => {
        const on = await openSubmission(servers[0]!, tenantId, { change: { after: strippedWith(name) } });
        done(await castVote(servers[0]!, { ...ask(on, bob), kind: "approve", personId: bob, comment: null }));
        return latest(servers[0]!.records, on);
      };
      const drafts = [await ready("one"), await ready("two")];
      // As people do who do not know of each other: activate it, approve it, and again when the other one did that in between.
      const settle = async ({ records }: StudioDeps, on: Opened) => {
        for (let tries = 0; tries < 200; tries += 1) {
          await records.activateDraft(ask(on, carol));
          const outcome = await records.approveWorkspaceDraft({ ...ask(on, carol), rationale: null });
          if (outcome.status === "done") return "approved";
          if (outcome.code !== "STALE_LINEAGE") return outcome.code;
        }
        return "never";
      };
      const outcomes = await Promise.all(drafts.map((on, index) => settle(servers[index + 1]!, on)));
      expect([...outcomes].sort()).toEqual(["BASE_MOVED", "approved"]);
      const held = await fieldsHeld(tenantId);
      expect(held.approvals).toBe(1);
      expect(held.fields.filter((path) => ["one", "two"].includes(path))).toEqual([["one", "two"][outcomes.indexOf("approved")]]);
    }
  });
});
