import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { compileArtifact } from "../../src/engine/artifact.ts";
import type { CompiledContract } from "../../src/engine/contract/finding.ts";
import { castVote } from "../../src/gate/cast-vote.ts";
import type { Ledger } from "../../src/gate/ports.ts";
import { type StudioDeps, saveDraftSnapshot } from "../../src/gate/save-draft-snapshot.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { describeOnBoth } from "../support/database.ts";
import { asOwner } from "../support/sealed-trail.ts";
import { ask, directory, done, latest, newTenant, type Opened, PEOPLE, submitted } from "../support/studio.ts";
import { begin, evaluated, landed, newRepository, save } from "./sample.ts";

const { alice, bob, carol } = PEOPLE;
const G = "contracts/shared.json";
const withField = (text: string, name: string) => `${text}      - name: ${name}\n        logicalType: string\n`;

describeOnBoth("T98: what a submission goes on from", (open) => {
  let db: Database;
  let deps: StudioDeps;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    deps = { records: createStudioRecords(db), electorate: directory() };
    ledger = createLedger(db);
  });

  let merges = 0;

  interface Version {
    readonly before: string;
    readonly after: string;
    /** How an other version of Countersign would have compiled what it puts there. */
    readonly compiled?: (contract: CompiledContract) => CompiledContract;
    /** How this one compiles what it says stood there. */
    readonly stood?: (contract: CompiledContract) => CompiledContract;
    readonly beside?: readonly { readonly file: string; readonly blob: string }[];
  }
  const same = (contract: CompiledContract) => contract;

  /** A further version of the draft, on which bob has voted. */
  async function version(
    on: Omit<Opened, "snapshotId">,
    { before, after, compiled = same, stood = same, beside = [] }: Version,
  ): Promise<Opened> {
    const read = await submitted({ before, after });
    const saved = done(
      await saveDraftSnapshot(deps, {
        ...{ tenantId: on.tenantId, draftId: on.draftId, version: on.draftVersion, actorId: alice, origin: "api" },
        ...read,
        contracts: read.contracts.map(compiled),
        base: { ...read.base, contracts: read.base.contracts.map(stood), beside },
      }),
    );
    const now = { ...on, snapshotId: saved.snapshot.id, draftVersion: saved.snapshot.version };
    if (saved.snapshot.status === "ready_for_approval") return now;
    done(await castVote(deps, { ...ask(now, bob), kind: "approve", personId: bob, comment: null }));
    return latest(deps.records, now);
  }

  async function opened(tenantId: string, change: Version, repositoryId: number | null = null): Promise<Opened> {
    const draft = await deps.records.openDraft({
      ...{ tenantId, kind: "submission", agent: "acme/contracts", isAgentDeclared: true, environment: "production", repositoryId },
      ...{ title: null, author: { id: alice, login: "alice" }, origin: "api" },
    });
    return version({ tenantId, ...draft, draftVersion: 0 }, change);
  }

  async function approve(on: Opened) {
    const view = (await deps.records.workspace(on.tenantId, on.workspaceId))!;
    if (view.workspace.activeDraftId !== on.draftId) done(await deps.records.activateDraft(ask(on, carol)));
    return deps.records.approveWorkspaceDraft({ ...ask(on, carol), rationale: null });
  }

  const untagged = (contract: CompiledContract): CompiledContract => ({
    ...contract,
    objects: contract.objects.map((object) => ({ ...object, fields: object.fields.map((field) => ({ ...field, tags: [] })) })),
  });
  const retyped = (contract: CompiledContract): CompiledContract => ({
    ...contract,
    objects: contract.objects.map((object) => ({ ...object, fields: object.fields.map((field) => ({ ...field, type: "text" })) })),
  });
  const FAX = withField(CONTRACT, "fax");
  const NEXT = withField(FAX, "iban");

  it("a text that was approved and is read otherwise now stands, unless what was approved is lost by that", async () => {
    const first = { before: CONTRACT, after: FAX };
    const cases: readonly (readonly [Partial<Version>, Version, string])[] = [
      [{ compiled: untagged }, { before: FAX, after: NEXT }, "done"],
      [{ compiled: retyped }, { before: FAX, after: NEXT }, "done"],
      // Another text that reads the same way is nobody's approved text.
      [{ compiled: untagged }, { before: `${FAX}\n`, after: NEXT }, "BASE_MOVED"],
      [{}, { before: FAX, after: NEXT, stood: untagged }, "BASE_MOVED"],
      // What was read along was approved by nobody, so nobody knows what it does to the reading.
      [{ compiled: untagged }, { before: FAX, after: NEXT, beside: [{ file: G, blob: "b10b" }] }, "BASE_MOVED"],
    ];
    for (const [how, next, outcome] of cases) {
      const tenant = await newTenant(db.outer);
      done(await approve(await opened(tenant, { ...first, ...how })));
      const answer = await approve(await opened(tenant, next));
      expect(answer.status === "done" ? "done" : answer.code).toBe(outcome);
    }
  });

  /** A merge that changes the contract so, and leaves these contracts in the tree. */
  async function merge(
    repository: ReturnType<typeof newRepository>,
    change: { before: string; after: string },
    left: readonly CompiledContract[],
  ) {
    merges += 1;
    const work = await begin(ledger, repository, merges);
    const { facts } = await submitted(change);
    const evaluation = evaluated(work, { facts, draft: { ...evaluated(work).draft!, agent: "acme/contracts" } });
    const stored = await save(ledger, evaluation);
    const bare = { findings: [], policies: [], requirements: [], override: null, risk: null, base: "b", head: "h" };
    const compiled = compileArtifact({
      ...{ agent: "acme/contracts", environment: "production", policyDigest: "p", people: [], contracts: left },
      decision: { ...stored.decision, ...bare } as never,
    });
    const { approval } = await ledger.approveActiveDraft(landed(work, stored, { compiled }));
    return { workspaceId: approval.workspaceId, tenantId: await tenantOf(approval.workspaceId) };
  }

  it("a submission after a landing begins from the landed tree, and one that has another base is refused", async () => {
    const repository = newRepository();
    const { contracts } = await submitted({ before: CONTRACT, after: FAX });
    const { tenantId, workspaceId } = await merge(repository, { before: CONTRACT, after: FAX }, contracts);
    const stale = await opened(tenantId, { before: CONTRACT, after: STRIPPED }, repository.id);
    expect(stale.workspaceId).toBe(workspaceId);
    expect(await approve(stale)).toMatchObject({ code: "BASE_MOVED", details: { differences: [{ field: "fax", lost: true }] } });
    // The same text as landed, read otherwise: a landed tree says itself what is there, and no submission does.
    const otherwise = await opened(tenantId, { before: FAX, after: NEXT, stood: retyped }, repository.id);
    expect(await approve(otherwise)).toMatchObject({ code: "BASE_MOVED" });
    const fresh = await opened(tenantId, { before: FAX, after: NEXT }, repository.id);
    expect((await approve(fresh)).status).toBe("done");
    // A text that a submission left holds until something lands after it.
    await merge(repository, { before: NEXT, after: FAX }, contracts.map(retyped));
    const earlier = await opened(tenantId, { before: NEXT, after: withField(NEXT, "bic") }, repository.id);
    expect(await approve(earlier)).toMatchObject({ code: "BASE_MOVED" });
  });

  it("what a merge removed is not said to stand still", async () => {
    const repository = newRepository();
    const { contracts } = await submitted({ before: CONTRACT, after: FAX });
    const { tenantId } = await merge(repository, { before: CONTRACT, after: FAX }, contracts);
    const other = contracts.map((contract) => ({ ...contract, file: "contracts/other.odcs.yaml" }));
    await merge(repository, { before: FAX, after: CONTRACT }, other);
    const stale = await opened(tenantId, { before: FAX, after: NEXT }, repository.id);
    expect(await approve(stale)).toMatchObject({ code: "BASE_MOVED", details: { differences: [{ lost: false }] } });
  });

  it("what the artifact does not hold is as the approval before left it, too", async () => {
    const strict = CONTRACT.replace("      - name: country\n", "      - name: country\n        unique: true\n");
    for (const [before, after, outcome] of [
      [CONTRACT, withField(CONTRACT, "iban"), "BASE_MOVED"],
      [strict, withField(strict, "iban"), "done"],
      // Only written otherwise.
      [`# moved\n${strict}`, withField(strict, "iban"), "done"],
      [CONTRACT, strict.replace("Where receipts", "Where all receipts"), "done"],
    ] as const) {
      const tenant = await newTenant(db.outer);
      done(await approve(await opened(tenant, { before: CONTRACT, after: strict })));
      const answer = await approve(await opened(tenant, { before, after }));
      expect(answer.status === "done" ? "done" : answer.code).toBe(outcome);
      if (answer.status === "refused") expect(answer.message).toContain("what a field requires or allows");
    }
  });

  async function tenantOf(workspaceId: string): Promise<string> {
    const [row] = rowsOf<{ id: string }>(
      await db.outer.execute(sql`select tenant_id as id from governance_workspace where id = ${workspaceId}`),
    );
    return row!.id;
  }

  it("an artifact before that does not verify is no reason to believe the base", async () => {
    const tenant = await newTenant(db.outer);
    done(await approve(await opened(tenant, { before: CONTRACT, after: FAX })));
    await asOwner(db, "compiled_governance_artifact", async (owner) => {
      await owner.outer.execute(sql`update compiled_governance_artifact set compiled_hash = repeat('0', 64) where tenant_id = ${tenant}`);
    });
    const next = await opened(tenant, { before: FAX, after: NEXT });
    expect(await approve(next)).toMatchObject({ code: "NOT_READY" });
  });
});
