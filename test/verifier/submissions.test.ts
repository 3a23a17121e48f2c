import { beforeAll, describe, expect, it } from "vitest";
import { castVote } from "../../src/gate/cast-vote.ts";
import type { Ledger } from "../../src/gate/ports.ts";
import type { StudioDeps } from "../../src/gate/save-draft-snapshot.ts";
import { createLedger, createStudioRecords, createSubmissions, type Database } from "../../src/store/index.ts";
import { describeOnBoth } from "../support/database.ts";
import { exported, seal, verified } from "../support/sealed-trail.ts";
import { ask, directory, done, latest, newTenant, type Opened, openSubmission, PEOPLE } from "../support/studio.ts";

const { ana, bob, carol } = PEOPLE;

describeOnBoth("the trail of changes that are no pull requests", (open) => {
  if (open.driver === "postgres") return it("needs one database only", () => {});
  let db: Database;
  let ledger: Ledger;
  let deps: StudioDeps;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
    deps = { records: createStudioRecords(db), electorate: directory() };
  });
  const override = ({ tenantId, draftId: id, snapshotId, draftVersion: version }: Opened) =>
    createSubmissions(db).overrideSubmission({
      ...{ tenantId, id, snapshotId, version, actorId: ana },
      ...{ reason: "checkout is down", incident: "INC-7", despiteBase: false },
    });

  describe("holds, with its evidence", () => {
    it("after a vote and an approval in Studio", async () => {
      const on = await openSubmission(deps, await newTenant(db.outer));
      done(await castVote(deps, { ...ask(on, bob), kind: "approve", personId: bob, comment: null }));
      done(await deps.records.approveWorkspaceDraft({ ...ask(await latest(deps.records, on), carol), rationale: null }));
      await seal(ledger);
      expect(await verified(await exported(ledger, on.tenantId))).toMatchObject({ faults: [], approvals: 1 });
    });

    it("after an override: the statement names who forced it, and when", async () => {
      const on = await openSubmission(deps, await newTenant(db.outer));
      done(await override(on));
      await seal(ledger);
      const lines = await exported(ledger, on.tenantId);
      expect(await verified(lines)).toMatchObject({ faults: [], approvals: 1 });
      const { envelope } = JSON.parse(lines.find((line) => line.includes('"kind":"attestation"'))!) as { envelope: { payload: string } };
      const said = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8")) as { predicate: { override: unknown } };
      expect(said.predicate.override).toEqual({ by: ana, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    });
  });
});
