import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { NewPolicyVersion } from "../../src/gate/ports/policy.ts";
import type { RepositoryRef } from "../../src/gate/ports/pulls.ts";
import type { Database } from "../../src/store/connect.ts";
import { newId } from "../../src/store/id.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, newRepository, sha } from "./sample.ts";

describeOnBoth("versions of policy", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  const source = {
    origin: "repo",
    kind: "config",
    path: ".choochoorc",
    mode: "100644",
    blob: sha("b"),
    text: "{}\u0000ü",
    unreadable: null,
  } as const;
  const next = (repository: RepositoryRef, after: number, over: Partial<NewPolicyVersion> = {}): NewPolicyVersion => ({
    repository,
    after,
    commit: sha("c"),
    sources: [source],
    digest: sha("d"),
    how: after === 0 ? "installed" : "approved",
    evaluationId: null,
    approvalId: after === 0 ? null : newId(),
    actorId: 5,
    wakes: "nobody",
    ...over,
  });

  it("I5: are numbered in order, keep their text, and the newest one is in force", async () => {
    const repository = newRepository();
    expect(await ledger.policyVersion(repository)).toBeNull();
    const first = await ledger.appendPolicyVersion(next(repository, 0));
    const second = await ledger.appendPolicyVersion(next(repository, 1));
    expect([first.seq, second.seq]).toEqual([1, 2]);
    expect(await ledger.policyVersion(repository)).toEqual(second);
    expect(second.sources).toEqual([source]);
  });

  it("the same landing is recorded once, however often and late, and two first looks are one", async () => {
    const repository = newRepository();
    const [a, b] = await Promise.all([ledger.appendPolicyVersion(next(repository, 0)), ledger.appendPolicyVersion(next(repository, 0))]);
    expect(a).toEqual(b);
    const landing = next(repository, 1);
    const recorded = await ledger.appendPolicyVersion(landing);
    await ledger.appendPolicyVersion(next(repository, 2));
    expect(await ledger.appendPolicyVersion({ ...landing, after: 3 })).toEqual(recorded);
    expect(await ledger.policyVersion(repository)).toMatchObject({ seq: 3 });
  });

  it("T67: each owner has its own, and no number is used twice; one that has none stays under the one before", async () => {
    const repository = newRepository();
    const elsewhere = { ...repository, owner: "elsewhere", ownerId: repository.ownerId + 1_000_000 };
    const first = await ledger.appendPolicyVersion(next(repository, 0));
    expect(await ledger.policyVersion(elsewhere)).toEqual(first);
    const theirs = await ledger.appendPolicyVersion(next(elsewhere, 1));
    expect(await ledger.policyVersion(elsewhere)).toEqual(theirs);
    expect(await ledger.policyVersion(repository)).toEqual(first);
    const ours = await ledger.appendPolicyVersion(next(repository, 1));
    expect([first.seq, theirs.seq, ours.seq]).toEqual([1, 2, 3]);
    expect(await ledger.policyVersion(repository)).toEqual(ours);
    expect(await ledger.policyVersion(elsewhere)).toEqual(theirs);
  });

  it("a version that was made from an older one is refused, to be made again", async () => {
    const repository = newRepository();
    await ledger.appendPolicyVersion(next(repository, 0));
    await ledger.appendPolicyVersion(next(repository, 1));
    await expect(ledger.appendPolicyVersion(next(repository, 1))).rejects.toThrow("came into force meanwhile");
  });

  it("a new version wakes the open pull requests of its repository once", async () => {
    const repository = newRepository();
    const work = await begin(ledger, repository);
    await ledger.appendPolicyVersion(next(repository, 0));
    const landing = next(repository, 1, { wakes: "repository" });
    await ledger.appendPolicyVersion(landing);
    await ledger.appendPolicyVersion(landing);
    expect((await ledger.startWork(work.key))?.wantGen).toBe(work.wantGen + 1);
  });

  it("T08: what a name stood for is kept once for each version, and nothing can change it", async () => {
    const repository = newRepository();
    expect(await ledger.policyPins(repository.id, 1)).toEqual([]);
    const team = { kind: "team", name: "sec-ops", id: 3 } as const;
    const nobody = { kind: "user", name: "erin", id: null } as const;
    expect(await ledger.keepPolicyPins(repository, 1, [team])).toEqual([team]);
    expect(await ledger.keepPolicyPins(repository, 1, [{ ...team, id: 9 }, nobody])).toEqual([team, nobody]);
    expect(await ledger.keepPolicyPins(repository, 1, [{ ...nobody, id: 9 }])).toEqual([team, nobody]);
    expect(await ledger.keepPolicyPins(repository, 2, [{ ...team, id: 9 }])).toEqual([{ ...team, id: 9 }]);
    expect(await ledger.policyPins(repository.id, 1)).toEqual([team, nobody]);
    for (const role of ["origin", "replica"])
      for (const act of ["update policy_pin set id = id", "delete from policy_pin", "truncate policy_pin cascade"])
        expect(await refusal(`set local session_replication_role = '${role}'`, act)).toContain("immutable");
  });

  it("an incident is recorded once for each version and content", async () => {
    const repository = newRepository();
    const version = await ledger.appendPolicyVersion(next(repository, 0));
    const incident = { repository, version, commit: sha("x"), digest: sha("y"), because: "it was pushed" };
    expect(await ledger.recordPolicyIncident(incident)).toMatchObject({ type: "incident.policy", severity: "critical" });
    expect(await ledger.recordPolicyIncident(incident)).toBeNull();
    expect(await ledger.recordPolicyIncident({ ...incident, digest: sha("z") })).not.toBeNull();
  });

  it.each(["policy_version", "policy_incident"])("T84, T30: %s refuses UPDATE, DELETE and TRUNCATE", async (table) => {
    const repository = newRepository();
    const version = await ledger.appendPolicyVersion(next(repository, 0));
    await ledger.recordPolicyIncident({ repository, version, commit: sha("x"), digest: sha("y"), because: "x" });
    for (const role of ["origin", "replica"])
      for (const act of [`update ${table} set id = id`, `delete from ${table}`, `truncate ${table} cascade`])
        expect(await refusal(`set local session_replication_role = '${role}'`, act)).toContain("immutable");
  });

  it("T30: the database refuses a version that does not follow the newest one", async () => {
    const repository = newRepository();
    await ledger.appendPolicyVersion(next(repository, 0));
    await ledger.appendPolicyVersion(next(repository, 1));
    const copy = (changes: string) =>
      `insert into policy_version select (json_populate_record(t, '${changes}')).* from policy_version t where repository_id = ${repository.id} and seq = 2`;
    const id = newId();
    for (const seq of [0, 1, 2, 4])
      expect(await refusal(copy(`{"id": "${id}", "approval_id": "${newId()}", "seq": ${seq}}`))).toContain("does not follow");
    expect(await refusal(copy(`{"id": "${id}", "approval_id": null, "seq": 3}`))).toContain("policy_version_record");
  });

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
});
