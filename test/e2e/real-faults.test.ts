import { afterAll, beforeAll, expect, test } from "vitest";
import { besiege, type Pull, type Siege } from "../support/besieged.ts";
import { describeOnPostgres, twoLogins } from "../support/database.ts";
import { asAdmin, type Logins } from "../support/migrated.ts";

/** Longer than a queue's heartbeat: the others take over what the stopped one had. */
const STOPPED_MS = 12_000;
/** Longer than it takes to give up what was said into the silence: its first ten seconds, and forty after each statement. */
const SILENT_MS = 60_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnPostgres("three servers on one database", (fresh) => {
  let siege: Siege;
  let logins: Logins;
  /** By all tests so far. */
  let landed = 0;
  // One for all: a server takes seconds of processor time to start. Each test has repositories of its own.
  beforeAll(async () => {
    logins = await twoLogins(await fresh());
    siege = await besiege(logins, 3);
  }, 180_000);
  afterAll(() => siege.close());

  function approveEverySecond(pulls: readonly Pull[]): void {
    const { hub } = siege;
    for (const [index, pull] of pulls.entries()) {
      if (index % 2 !== 0) continue;
      hub.review(pull.repository, pull.number, { actor: "bob", state: "APPROVED" });
      pull.wants = "success";
    }
  }

  /** Merges what may merge, and wants one record of each, and a chain without a gap. */
  async function lands(pulls: readonly Pull[]): Promise<void> {
    const { hub } = siege;
    const approved = pulls.filter(({ wants }) => wants === "success");
    // One of each repository: the others change the same file.
    const landing = [...Map.groupBy(approved, ({ repository }) => repository).values()].map(([first]) => first!);
    for (const { repository, number } of landing) hub.merge(repository, number, { actor: "alice", method: "squash" });
    await hub.settled();
    landed += landing.length;
    await asAdmin(logins.adminUrl, async (sql) => {
      const recorded = async () => (await sql<{ kind: string }[]>`select kind from governance_approval`).map(({ kind }) => kind);
      for (const deadline = Date.now() + 60_000; (await recorded()).length < landed && Date.now() < deadline; ) await pause(100);
      expect(await recorded()).toEqual(Array.from({ length: landed }, () => "regular"));
      expect(await sql`select count(*)::int as passed from bypass_incident`).toEqual([{ passed: 0 }]);
      const [chain] = await sql`select count(*)::int as events, coalesce(max(seq), 0)::int as last from audit_event`;
      expect(chain!["events"]).toBe(chain!["last"]);
    });
  }

  test("T77: killed by turns in the middle of a burst, they lose nothing and end at the right checks", async () => {
    const pulls = siege.open(2, 4);
    for (const replica of [0, 1, 2]) {
      await pause(400);
      await siege.restart(replica);
    }
    await siege.redeliver();
    await siege.settles(pulls);
    approveEverySecond(pulls);
    await pause(300);
    await siege.restart(1);
    await siege.redeliver();
    await siege.settles(pulls);
    await lands(pulls);
  }, 180_000);

  test("T76: one that stops for longer than its heartbeat writes nothing over what the others did meanwhile", async () => {
    const pulls = siege.open(2, 2);
    await pause(500);
    siege.bench(0);
    siege.replicas[0]!.child.kill("SIGSTOP");
    await pause(STOPPED_MS);
    approveEverySecond(pulls);
    await siege.redeliver();
    await siege.settles(pulls);
    siege.replicas[0]!.child.kill("SIGCONT");
    await pause(3000);
    await siege.settles(pulls);
    await lands(pulls);
    siege.admit(0);
  }, 180_000);

  test("T78: connections that Postgres ends, or the network cuts, cost no event and leave no wrong check", async () => {
    const pulls = siege.open(2, 3);
    const database = new URL(logins.adminUrl).pathname.slice(1);
    for (let round = 0; round < 3; round++) {
      await pause(300);
      await asAdmin(logins.adminUrl, async (sql) => {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database} and pid <> pg_backend_pid()`;
      });
      await pause(300);
      siege.storage.refuse = true;
      siege.storage.cut();
      await pause(500);
      siege.storage.refuse = false;
    }
    await siege.redeliver();
    await siege.settles(pulls);
    approveEverySecond(pulls);
    siege.storage.cut();
    await siege.redeliver();
    await siege.settles(pulls);
    await lands(pulls);
    expect(siege.replicas.map(({ child }) => child.exitCode)).toEqual([null, null, null]);
  }, 180_000);

  test("T78: a database that vanishes without a word is found again by itself, and what it was told meanwhile is asked for again", async () => {
    const pulls = siege.open(2, 3);
    await pause(400);
    siege.storage.mute = true;
    siege.storage.silence();
    const lost = siege.open(1, 2);
    const probe = async () => Promise.all(siege.replicas.map(async ({ url }) => (await fetch(`${url}/readyz`)).status));
    for (const deadline = Date.now() + 10_000; (await probe()).includes(200) && Date.now() < deadline; ) await pause(500);
    expect(await probe()).toEqual([503, 503, 503]);
    // Whoever is asked to end does, and does not wait for a word of the database.
    const [last] = siege.replicas.slice(-1);
    const ended = last!.end("SIGTERM");
    // Under the same address, and of the connections that stood it knows nothing.
    siege.storage.mute = false;
    const back = Date.now();
    await ended;
    expect(last!.child.exitCode).toBe(0);
    await siege.restart(siege.replicas.length - 1);
    while ((await probe()).some((status) => status !== 200)) {
      expect(Date.now() - back).toBeLessThan(SILENT_MS);
      await pause(500);
    }
    await siege.redeliver();
    await siege.settles([...pulls, ...lost], SILENT_MS);
    approveEverySecond([...pulls, ...lost]);
    await siege.redeliver();
    await siege.settles([...pulls, ...lost]);
    await lands([...pulls, ...lost]);
    expect(siege.replicas.map(({ child }) => child.exitCode)).toEqual([null, null, null]);
  }, 240_000);

  test("T78: a disk that is full is answered 503, and what was refused is taken when it is asked for again", async () => {
    await asAdmin(logins.adminUrl, async (sql) => {
      await sql.unsafe(`create function refuse_full() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`);
      await sql.unsafe("create trigger full_disk before insert on webhook_delivery for each row execute function refuse_full()");
      await siege.hub.settled();
      const before = siege.hub.hooks.sent.length;
      const pulls = siege.open(1, 3);
      await siege.hub.settled();
      expect(new Set(siege.hub.hooks.sent.slice(before).map(({ statusCode }) => statusCode))).toEqual(new Set([503]));
      await sql.unsafe("drop trigger full_disk on webhook_delivery");
      expect(await siege.redeliver()).toBeGreaterThan(0);
      await siege.settles(pulls);
    });
  }, 120_000);
});
