import { eq, sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import type { Decision } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import { createNotifyTargets } from "../../src/gate/notify-targets.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { NotificationRecords } from "../../src/gate/ports/notifications.ts";
import type { SaveEvaluation, SubjectWork } from "../../src/gate/ports/work.ts";
import { type Database, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { createNotifications } from "../../src/store/notifications.ts";
import { notification } from "../../src/store/schema.ts";
import { policy } from "../engine/policy/build.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, decision, evaluated, newRepository, save, sha, take } from "./sample.ts";

const NOTIFY =
  "notify: [{ slack: chat, on: [pending, overdue, override, bypass] }, { webhook: audit, on: [bypass] }, { slack: theirs, on: [pending] }]\n";
const FACTS = { asOf: "2026-11-20T10:00:00.000Z", policy: policy(undefined, NOTIFY), subject: { title: "Drop a tag" } } as unknown as Facts;
const target = { url: "https://x.example", secret: null, kind: "slack", name: "chat", accounts: [91, 92, 93, 94, 95, 96, 97] } as const;
const targets = createNotifyTargets(
  [target, { ...target, kind: "webhook", name: "audit", secret: "x" }, { ...target, name: "theirs", accounts: ["org-2"] }],
  () => {},
);

describeOnBoth("notifications", (open) => {
  let db: Database;
  let ledger: Ledger;
  let records: NotificationRecords;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db, { targets });
    records = createNotifications(db, targets);
  });

  const told = async (key: string) =>
    (await db.outer.select().from(notification).where(eq(notification.subjectKey, key)))
      .map(({ event, target: name }) => `${event} ${name}`)
      .sort();
  const ended = async () => db.outer.update(notification).set({ sentAt: sql`clock_timestamp()` });

  function waiting(
    work: SubjectWork,
    more: Partial<SaveEvaluation> & { readonly head?: string; readonly have?: number } = {},
  ): SaveEvaluation {
    const { have = 0, ...rest } = more;
    const requirements = [{ id: "team:sec-ops", team: "sec-ops", role: null, users: [], minApprovals: 2, have }];
    const open = { ...decision("pending_approval"), requirements, policies: [{ matched: true, slaHours: 24 }] } as unknown as Decision;
    return { ...evaluated(work, { state: "pending_approval", ...rest }), facts: FACTS, decision: open };
  }

  it("tells once for each head and set of requirements, at the targets that the account may use", async () => {
    const work = await begin(ledger, newRepository(91));
    await save(ledger, waiting(work));
    expect(await told(work.key)).toEqual(["pending chat"]);
    await save(ledger, waiting(await take(ledger, work.key)));
    await save(ledger, waiting(await take(ledger, work.key), { have: 1 }));
    expect(await told(work.key)).toEqual(["pending chat"]);
    await save(ledger, waiting(await take(ledger, work.key), { head: "next" }));
    expect(await told(work.key)).toEqual(["pending chat", "pending chat"]);
  });

  it.each<[string, number, Partial<SaveEvaluation>]>([
    ["what waits for nobody", 91, { asks: false }],
    ["another account", 99, {}],
    ["what passes", 91, { decision: decision("approved") }],
    [
      "what is only observed",
      91,
      {
        facts: {
          ...FACTS,
          policy: { ...FACTS.policy, set: { ...(FACTS.policy as never as { set: object }).set, enrolment: "observe" } },
        } as unknown as Facts,
      },
    ],
  ])("tells nothing of %s, until that is over", async (_what, owner, more) => {
    const work = await begin(ledger, newRepository(owner));
    await save(ledger, { ...waiting(work), ...more });
    expect(await told(work.key)).toEqual([]);
    await save(ledger, waiting(await take(ledger, work.key)));
    expect(await told(work.key)).toHaveLength(owner === 99 ? 0 : 1);
  });

  it("tells with the evaluation, or neither is there", async () => {
    const work = await begin(ledger, newRepository(92));
    const cut = { ...db, transaction: cutAtCommit(db) } as Database;
    await expect(createLedger(cut, { targets }).saveEvaluation(waiting(work))).rejects.toThrow("cut");
    expect([await ledger.latestEvaluation(work.key), await told(work.key)]).toEqual([null, []]);
    await save(ledger, waiting(await take(ledger, work.key)));
    expect(await told(work.key)).toEqual(["pending chat"]);
  });

  it("tells an incident once, by the policy of its evaluation", async () => {
    const work = await begin(ledger, newRepository(93));
    const { id: evaluationId } = await save(ledger, waiting(work));
    for (const _again of [1, 2])
      await ledger.recordIncident({ work, kind: "bypass", mergeSha: sha("m"), actorId: 1, evaluationId, because: "merged while pending" });
    expect(await told(work.key)).toEqual(["bypass audit", "bypass chat", "pending chat"]);
    const due = await records.claimNotifications(50, 50);
    const [bypass] = due.filter(({ told: what }) => what?.content?.event === "bypass");
    expect(bypass?.told?.content).toMatchObject({
      incident: { because: "merged while pending", mergeSha: sha("m") },
      repository: { id: work.pull.repository.id },
      pullRequest: 1,
      title: "Drop a tag",
      evaluationId,
    });
  });

  it("tells an approval that is late once for each wait", async () => {
    await ended();
    const work = await begin(ledger, newRepository(94));
    await save(ledger, waiting(work));
    const late = async () => {
      await records.noteLateApprovals();
      return (await told(work.key)).filter((each) => each.startsWith("overdue")).length;
    };
    expect(await late()).toBe(0);
    await aged(db, work.key, 25);
    expect([await late(), await late()]).toEqual([1, 1]);
    await save(ledger, waiting(await take(ledger, work.key), { head: "next" }));
    expect(await late()).toBe(1);
    await save(ledger, evaluated(await take(ledger, work.key)));
    await save(ledger, waiting(await take(ledger, work.key)));
    await aged(db, work.key, 25);
    expect(await late()).toBe(2);
  });

  it("gives everybody a turn: of one with many only so many are taken, and what is taken is not due again at once", async () => {
    await ended();
    const many = await begin(ledger, newRepository(95));
    for (const head of ["a", "b", "c", "d"]) await save(ledger, waiting(await take(ledger, many.key), { head }));
    const one = await begin(ledger, newRepository(96));
    await save(ledger, waiting(one));
    const taken = await records.claimNotifications(10, 2);
    expect(Map.groupBy(taken, ({ told: what }) => what?.account.id).size).toBe(2);
    expect(taken.map(({ told: what }) => what?.account.id).sort()).toEqual([95, 95, 96]);
    expect(taken.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(await records.claimNotifications(10, 2)).toHaveLength(2);
    expect(await records.claimNotifications(10, 2)).toEqual([]);
    const [pause] = rowsOf<{ least: number; most: number }>(
      await db.outer.execute(sql`
        select min(extract(epoch from next_at - clock_timestamp()))::float8 as least, max(extract(epoch from next_at - clock_timestamp()))::float8 as most
        from notification where sent_at is null`),
    );
    expect(pause!.least).toBeGreaterThan(20);
    expect(pause!.most).toBeLessThanOrEqual(60);
  });

  it("takes what went past the gate before any number of pull requests that wait", async () => {
    await ended();
    const flood = await begin(ledger, newRepository(95));
    for (const head of ["f1", "f2", "f3"]) await save(ledger, waiting(await take(ledger, flood.key), { head }));
    const work = await begin(ledger, newRepository(95));
    const { id: evaluationId } = await save(ledger, waiting(work));
    await ledger.recordIncident({ work, kind: "bypass", mergeSha: sha("g"), actorId: 1, evaluationId, because: "merged while pending" });
    const [first] = await records.claimNotifications(1, 1);
    expect(first?.told?.content?.event).toBe("bypass");
  });

  it("of which one cannot be read takes no other along, and counts as an attempt of its own", async () => {
    await ended();
    const work = await begin(ledger, newRepository(96));
    for (const head of ["r1", "r2", "r3"]) await save(ledger, waiting(await take(ledger, work.key), { head }));
    let count = 0;
    const read: Database["read"] = (scope, act) => (++count === 2 ? Promise.reject(new Error("cut")) : db.read(scope, act));
    const taken = await createNotifications({ ...db, read }, targets).claimNotifications(10, 10);
    expect(taken.map(({ told: what }) => what === null)).toEqual([false, true, false]);
  });

  it("is forgotten a time after its end, but not while an open pull request would be told of anew", async () => {
    await ended();
    const open = await begin(ledger, newRepository(94));
    await save(ledger, waiting(open));
    const done = await begin(ledger, newRepository(94));
    const { id: evaluationId } = await save(ledger, waiting(done));
    await ledger.recordIncident({
      work: done,
      kind: "bypass",
      mergeSha: sha("o"),
      actorId: 1,
      evaluationId,
      because: "merged while pending",
    });
    const unsent = await begin(ledger, newRepository(94));
    const mine = async () => [await told(open.key), await told(done.key), await told(unsent.key)];
    const aging = sql`clock_timestamp() - interval '91 days'`;
    await db.outer.update(notification).set({ sentAt: aging });
    await save(ledger, waiting(unsent));
    await db.outer.update(notification).set({ createdAt: aging }).where(eq(notification.subjectKey, unsent.key));
    const days = (count: number) => count * 86_400_000;
    expect(await records.forgetNotifications(days(92), 1000)).toBe(0);
    await records.forgetNotifications(days(90), 1000);
    expect(await mine()).toEqual([["pending chat"], ["pending chat"], ["pending chat"]]);
    await db.outer.execute(sql`update subject set open = false where key in (${done.key}, ${unsent.key})`);
    expect(await records.forgetNotifications(days(90), 1000)).toBe(1);
    expect(await mine()).toEqual([["pending chat"], [], ["pending chat"]]);
  });

  it("is claimed by one of those who ask at once", async () => {
    await ended();
    const work = await begin(ledger, newRepository(96));
    for (let head = 0; head < 12; head++) await save(ledger, waiting(await take(ledger, work.key), { head: `at once ${head}` }));
    const taken = (await Promise.all(Array.from({ length: 4 }, () => records.claimNotifications(50, 50)))).flat();
    expect(taken).toHaveLength(12);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(12);
  });

  it("is sent once, and gives up after the last attempt with an audit event", async () => {
    await ended();
    const work = await begin(ledger, newRepository(97));
    await save(ledger, waiting(work));
    const claim = async () => (await records.claimNotifications(1, 1))[0]!;
    const failed = { status: "failed", because: "it answered 500" } as const;
    const due = await claim();
    expect(await records.endNotification(due, failed, 3)).toBe("failed");
    await db.outer
      .update(notification)
      .set({ nextAt: new Date(0) })
      .where(eq(notification.id, due.id));
    expect(await records.endNotification(await claim(), failed, 2)).toBe("gave_up");
    await db.outer
      .update(notification)
      .set({ nextAt: new Date(0) })
      .where(eq(notification.id, due.id));
    expect(await records.claimNotifications(10, 10)).toEqual([]);
    const events = (await ledger.auditTrail(500)).filter(({ type }) => type === "notification.gave_up");
    expect(events).toMatchObject([
      { severity: "warning", subject: `notification ${due.id}`, payload: { target: "chat", attempts: 2, because: "it answered 500" } },
    ]);
    expect(await records.endNotification(due, { status: "sent" }, 3)).toBe("sent");
    const [row] = await db.outer.select().from(notification).where(eq(notification.id, due.id));
    expect(row).toMatchObject({ sentAt: null, lastError: "it answered 500" });
  });
});

/** The process ends when everything of the transaction that saves is written, and nothing is committed. */
function cutAtCommit(db: Database): Database["transaction"] {
  return (scope, act) =>
    db.transaction(scope, async (tx) => {
      const done = await act(tx);
      if ((done as { readonly status?: string } | undefined)?.status === "saved") throw new Error("cut");
      return done;
    });
}

async function aged(db: Database, key: string, hours: number): Promise<void> {
  // Evaluations are immutable to everybody but who may lift the trigger.
  await db.outer.execute(sql`alter table evaluation disable trigger all`);
  await db.outer.execute(sql`update evaluation set created_at = created_at - make_interval(hours => ${hours}) where subject_key = ${key}`);
  await db.outer.execute(sql`alter table evaluation enable trigger all`);
}
