import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import type { Mark } from "../../src/gate/ports/inbox.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, delivery, evaluated, newRepository, pullMark, save, sha, take } from "./sample.ts";

describeOnBoth("the inbox", (open) => {
  let db: Database;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  async function deliveries(guid: string): Promise<number> {
    const rows = rowsOf<{ n: number }>(await db.outer.execute(sql`select count(*)::int as n from webhook_delivery where guid = ${guid}`));
    return rows[0]!.n;
  }

  it("T72: writes a delivery, its marks and its receipts once, however often it comes", async () => {
    const repository = newRepository();
    const review = { kind: "review", repositoryId: repository.id, number: 1, subject: "900", actorId: 5, actorLogin: "bob" } as const;
    const seen = { viaApp: null, commitId: sha("head"), headSha: sha("head"), baseRef: "main", detail: "approved" };
    const sent = delivery([pullMark(repository, 1)], { receipts: [{ ...review, ...seen }] });
    expect(await ledger.recordDelivery(sent)).toEqual({ status: "recorded", subjects: [`${repository.id}#1`] });
    const work = await take(ledger, `${repository.id}#1`);
    for (let i = 0; i < 3; i++) expect(await ledger.recordDelivery(sent)).toEqual({ status: "duplicate" });
    expect((await take(ledger, work.key)).wantGen).toBe(work.wantGen);
    expect(await ledger.receipts(repository.id, 1)).toHaveLength(1);
    expect(await deliveries(sent.guid)).toBe(1);
  });

  it("T75: remembers the newest state that deliveries told of, in whatever order they come, for two minutes", async () => {
    const repository = newRepository();
    const key = `${repository.id}#1`;
    const told = (updatedAt?: string) =>
      ledger.recordDelivery(delivery([{ ...pullMark(repository, 1), ...(updatedAt && { updatedAt }) } as Mark]));
    const known = async () => (await take(ledger, key)).told.updatedAt;
    await told();
    expect(await known()).toBeNull();
    for (const [at, newest] of [
      ["2026-11-26T10:00:05Z", "2026-11-26T10:00:05.000Z"],
      ["2026-11-26T10:00:02Z", "2026-11-26T10:00:05.000Z"],
      ["2026-11-26T12:00:06+02:00", "2026-11-26T10:00:06.000Z"],
    ] as const) {
      await told(at);
      expect(await known()).toBe(newest);
    }
    await told();
    expect(await known()).toBe("2026-11-26T10:00:06.000Z");
    await db.outer.execute(sql`update subject set told_at = told_at - interval '121 seconds' where key = ${key}`);
    // Told again, and no news: it does not begin anew.
    await told("2026-11-26T10:00:06Z");
    expect(await known()).toBeNull();
  });

  it("T72: writes a delivery that says nothing once too, and tells one whose content is another one's", async () => {
    const [echo, other] = [delivery([]), delivery([])];
    expect(await ledger.recordDelivery(echo)).toEqual({ status: "recorded", subjects: [] });
    const forged = { ...echo, body: "{}", bodySha256: "0".repeat(64) };
    const told = await Promise.all([echo, other, forged, delivery([])].map((each) => ledger.recordDelivery(each)));
    expect(told.map(({ status }) => status)).toEqual(["duplicate", "recorded", "conflict", "recorded"]);
    expect([await deliveries(echo.guid), await deliveries(other.guid)]).toEqual([1, 1]);
  });

  it("answers one of many racing copies with recorded and the rest with duplicate", async () => {
    const sent = delivery([pullMark(newRepository(), 1)]);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ledger.recordDelivery(sent)));
    expect(outcomes.filter((outcome) => outcome.status === "recorded")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === "duplicate")).toHaveLength(19);
  });

  it("T72: the same GUID with another body stores nothing but a critical audit event", async () => {
    const repository = newRepository(31);
    const sent = delivery([pullMark(repository, 1)]);
    await ledger.recordDelivery(sent);
    const before = await take(ledger, `${repository.id}#1`);
    const forged = delivery([pullMark(repository, 1), pullMark(repository, 2)], { guid: sent.guid });
    expect(await ledger.recordDelivery(forged)).toEqual({ status: "conflict" });
    expect((await take(ledger, before.key)).wantGen).toBe(before.wantGen);
    expect(await ledger.startWork(`${repository.id}#2`)).toBeNull();
    const [event] = await ledger.auditTrail(1);
    expect(event).toMatchObject({ type: "delivery.conflict", severity: "critical", subject: `delivery ${sent.guid}` });
    expect(event!.payload).toMatchObject({ firstBodySha256: sent.bodySha256, bodySha256: forged.bodySha256 });
  });

  it("writes nothing at all when one part cannot be written", async () => {
    const repository = newRepository();
    const broken = delivery([pullMark(repository, 1)], { receipts: [{ kind: null, detail: null } as never] });
    await expect(ledger.recordDelivery(broken)).rejects.toThrow();
    expect(await deliveries(broken.guid)).toBe(0);
    expect(await ledger.startWork(`${repository.id}#1`)).toBeNull();
  });

  it("keeps the first receipt of a subject, dated by the database, also with a NUL in its text", async () => {
    const repository = newRepository();
    const one = { kind: "comment", repositoryId: repository.id, number: 1, subject: "55", actorId: 5, actorLogin: "bob" } as const;
    const seen = { viaApp: null, commitId: null, headSha: null, baseRef: null };
    await ledger.recordDelivery(delivery([pullMark(repository, 1)], { receipts: [{ ...one, ...seen, detail: "first\u0000" }] }));
    await ledger.recordDelivery(delivery([pullMark(repository, 1)], { receipts: [{ ...one, ...seen, detail: "edited" }] }));
    const kept = await ledger.receipts(repository.id, 1);
    expect(kept).toEqual([
      { ...one, ...seen, detail: "first\uFFFD", lately: true, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/) },
    ]);
  });

  it("marks every open subject that a branch, a commit, a repository or an owner touches, and no other", async () => {
    const repository = newRepository(91);
    const elsewhere = newRepository(91);
    for (const [number, base, head] of [
      [1, "main", "a"],
      [2, "release", "b"],
      [3, "release", "b"],
    ] as const) {
      await ledger.recordDelivery(delivery([pullMark(repository, number)]));
      await save(ledger, evaluated(await take(ledger, `${repository.id}#${number}`), { baseRef: base, head, draft: null }));
    }
    await ledger.recordDelivery(delivery([pullMark(elsewhere, 1, "b")]));
    const closed = await begin(ledger, repository, 4);
    await ledger.finishWork(closed, { open: false, headSha: sha("b"), baseRef: "release" });
    const key = (number: number): string => `${repository.id}#${number}`;
    const touched = async (mark: Parameters<typeof delivery>[0][number]): Promise<readonly string[]> => {
      const outcome = await ledger.recordDelivery(delivery([mark]));
      return outcome.status === "recorded" ? outcome.subjects : [];
    };
    expect(await touched({ kind: "branch", repository, ref: "release", isDefault: false })).toEqual([key(2), key(3)]);
    expect(await touched({ kind: "branch", repository, ref: "main", isDefault: true })).toEqual([key(1), key(2), key(3)]);
    expect(await touched({ kind: "commit", repository, sha: sha("a") })).toEqual([key(1)]);
    expect(await touched({ kind: "repository", repository })).toEqual([key(1), key(2), key(3)]);
    expect(await touched({ kind: "owner", ownerId: 91 })).toEqual([key(1), key(2), key(3), `${elsewhere.id}#1`]);
    expect(await touched(pullMark(repository, 4))).toEqual([key(4)]);
  });

  it("T67: a subject follows a rename by the same owner, never a transfer", async () => {
    const repository = newRepository();
    const work = await begin(ledger, repository);
    await ledger.recordDelivery(delivery([pullMark({ ...repository, name: "renamed", installationId: 999 }, 1)]));
    expect((await take(ledger, work.key)).pull.repository).toEqual({ ...repository, name: "renamed", installationId: 999 });
    await ledger.recordDelivery(delivery([pullMark({ ...repository, ownerId: 666, owner: "mallory", installationId: 6 }, 1)]));
    expect((await take(ledger, work.key)).pull.repository).toEqual({ ...repository, name: "renamed", installationId: 999 });
  });

  it("stores deliveries that come while others are stored together, and wakes what they made dirty once", async () => {
    const repository = newRepository();
    const seen = { viaApp: null, commitId: null, headSha: null, baseRef: null, actorId: 5, actorLogin: "bob", detail: "" } as const;
    const sent = Array.from({ length: 30 }, (_, n) => {
      const receipt = { kind: "comment", repositoryId: repository.id, number: n % 3, subject: String(n), ...seen } as const;
      const updatedAt = `2026-11-26T10:00:${String((n * 7) % 30).padStart(2, "0")}Z`;
      return delivery([{ ...pullMark(repository, n % 3), updatedAt } as Mark], { receipts: [receipt] });
    });
    const again = { ...sent[4]! };
    const forged = delivery([pullMark(repository, 9)], { guid: sent[5]!.guid });
    const outcomes = await Promise.all([...sent, again, forged].map((each) => ledger.recordDelivery(each)));
    expect(outcomes.map(({ status }) => status)).toEqual([...sent.map(() => "recorded"), "duplicate", "conflict"]);
    const woken = outcomes.flatMap((outcome) => (outcome.status === "recorded" ? [outcome.subjects] : []));
    expect(woken.filter((keys) => keys.length > 0)).toEqual([[`${repository.id}#0`], [0, 1, 2].map((n) => `${repository.id}#${n}`)]);
    for (const n of [0, 1, 2]) {
      const newest = Math.max(...sent.flatMap((_, at) => (at % 3 === n ? [(at * 7) % 30] : [])));
      expect((await take(ledger, `${repository.id}#${n}`)).told.updatedAt).toBe(`2026-11-26T10:00:${newest}.000Z`);
      expect(await ledger.receipts(repository.id, n)).toHaveLength(10);
    }
    expect(await ledger.startWork(`${repository.id}#9`)).toBeNull();
  });

  it("stores the others of a group when one of it cannot be written", async () => {
    const repository = newRepository();
    const broken = delivery([pullMark(repository, 7)], { receipts: [{ repositoryId: repository.id, kind: null, detail: null } as never] });
    const sent = [delivery([pullMark(repository, 1)]), delivery([pullMark(repository, 2)]), broken, delivery([pullMark(repository, 3)])];
    const outcomes = await Promise.allSettled(sent.map((each) => ledger.recordDelivery(each)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    for (const number of [1, 2, 3]) expect((await take(ledger, `${repository.id}#${number}`)).wantGen).toBe(1);
    expect(await deliveries(broken.guid)).toBe(0);
    expect(await ledger.startWork(`${repository.id}#7`)).toBeNull();
  });

  it("loses no mark of many racing deliveries over the same subjects", async () => {
    const repository = newRepository();
    const numbers = [1, 2, 3, 4, 5];
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const marks = numbers.map((number) => pullMark(repository, number));
        return ledger.recordDelivery(delivery(i % 2 === 0 ? marks : marks.toReversed()));
      }),
    );
    for (const number of numbers) expect((await take(ledger, `${repository.id}#${number}`)).wantGen).toBe(40);
  });
});
