import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { branchWalker } from "../../src/gate/branch-routine.ts";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import type { ApiBudget } from "../../src/gate/ports.ts";
import { RECOVERY } from "../../src/gate/recovery-table.ts";
import type { Hand } from "../support/by-hand.ts";
import { type Recovering, startRecovering } from "../support/recovering.ts";

let hand: Hand;
let recovery: Recovering;
beforeAll(async () => {
  ({ hand, recovery } = await startRecovering());
  recovery.deafen();
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

const ROUNDS_AN_HOUR = 120;
const OPEN = 500;

/** Time goes by for the database: everything was done half a minute earlier. */
async function halfAMinute(): Promise<void> {
  for (const [table, column] of [
    ["watched_repository", "swept_at"],
    ["watched_repository", "walked_at"],
    ["watched_repository", "passed_at"],
    ["swept_pull", "compared_at"],
    ["counted_membership", "read_at"],
  ])
    await hand.database.outer.execute(`update ${table} set ${column} = ${column} - interval '30 seconds'`);
}

/** Rounds of half a minute, each routine when it is due; `until`: enough before that. */
async function rounds(count: number, until: () => Promise<boolean> = async () => false): Promise<void> {
  for (let round = 0; round < count && !(await until()); round += 1) {
    await halfAMinute();
    for (const routine of [...RECOVERY, branchWalker]) if (round % (routine.everyMs / 30_000) === 0) await routine.run(recovery.deps);
  }
}

describe("what it costs to look", () => {
  test("T73: 500 open pull requests in ten repositories, one hour: at most 1,500 calls, and no pull request is read", async () => {
    for (let count = 0; count < 10; count += 1) {
      const repository = hand.repository();
      // All on one head, whose check is decided once: each is compared all the same.
      const tip = hand.hub.push(repository.name, "main", { "README.md": "x" }, { actor: "ana" });
      repository.open();
      for (let index = 1; index < OPEN / 10; index += 1) {
        hand.hub.pushCommit(repository.name, `b-${index}`, tip, { actor: "ana" });
        hand.hub.openPull(repository.name, { actor: "alice", head: "work", base: `b-${index}`, title: `${index}` });
      }
    }
    const waiting = async () => (await hand.deps.ledger.pendingSubjects(1000)).filter((key) => key.includes("#"));
    await rounds(ROUNDS_AN_HOUR, async () => (await waiting()).length === OPEN);
    expect(await waiting()).toHaveLength(OPEN);
    for (const key of await waiting()) if (key.endsWith("#1")) await evaluateSubject(hand.deps, key);
    // Decided: what that costs is another matter, and the same when every delivery is heard.
    await hand.database.outer.execute("update subject set done_gen = want_gen");
    hand.pass(60);
    await rounds(8);
    for (const key of await hand.deps.ledger.pendingSubjects(1000)) if (key.includes("!")) await evaluateSubject(hand.deps, key);
    await hand.database.outer.execute("update subject set done_gen = want_gen");

    recovery.forgetCalls();
    await rounds(ROUNDS_AN_HOUR);
    const calls = recovery.calls();
    const count = (call: string) => calls.filter((each) => each === call).length;
    expect(calls.length).toBeLessThanOrEqual(1500);
    // Ten repositories every three minutes, and once an hour everything that is open in them.
    expect(count("GET /repos/{owner}/{repo}/pulls")).toBeLessThanOrEqual(10 * 20 + 2 * 10);
    expect(count("GET /repos/{owner}/{repo}/pulls")).toBeGreaterThanOrEqual(10 * 15);
    expect(count("GET /repos/{owner}/{repo}/commits/{ref}/check-runs")).toBe(2 * ROUNDS_AN_HOUR);
    expect(count("GET /repos/{owner}/{repo}/pulls/{pull_number}")).toBe(0);
    expect(await waiting()).toEqual([]);
  }, 240_000);
});

describe("a reserve for what is happening now", () => {
  test("T81: below it not one call is made for that installation, and the others are looked after", async () => {
    hand.hub.createOrg("poor");
    hand.hub.createRepo("poor/data", { "a.txt": "a" });
    await RECOVERY[0]!.run(recovery.deps);
    const poor = (await recovery.deps.installed.installations()).find(({ account }) => account.login === "poor")!.installationId;
    const budget: Pick<ApiBudget, "remaining"> = {
      remaining: (id) => (id === poor ? { remaining: 900, limit: 5000, resetAt: "2100-01-01T00:00:00Z" } : null),
    };
    await hand.database.outer.execute("update watched_repository set swept_at = null, walked_at = null");
    recovery.forgetCalls();
    const from = hand.hub.requests.length;
    for (const routine of RECOVERY) if (routine.everyMs <= 60_000) await routine.run({ ...recovery.deps, budget });
    await branchWalker.run({ ...recovery.deps, budget });
    const paths = hand.hub.requests.slice(from).map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith("/repos/poor/"))).toEqual([]);
    expect(paths.filter((path) => path.startsWith("/repos/acme/")).length).toBeGreaterThan(0);
  });
});

describe("T81: turns", () => {
  test("one installation with a thousand repositories has six turns in a round, and one with one repository has its own", async () => {
    const acme = await hand.deps.ledger.claimSweeps(0, 6, 400);
    expect(acme.length).toBeGreaterThan(0);
    const { repository } = acme.find(({ repository: each }) => each.owner === "acme")!;
    await hand.database.outer.execute(`
      insert into watched_repository (repository_id, tenant_id, owner_id, owner, name, installation_id)
      select 900000000 + n, tenant_id, owner_id, owner, 'many-' || n, installation_id from watched_repository, generate_series(1, 1000) n
      where repository_id = ${repository.id}`);
    await hand.database.outer.execute("update watched_repository set swept_at = '2020-01-01' where owner = 'poor'");
    const taken = await hand.deps.ledger.claimSweeps(180_000, 6, 400);
    expect(taken.filter(({ repository: each }) => each.owner === "acme")).toHaveLength(6);
    expect(taken[1]!.repository.owner === "poor" || taken[0]!.repository.owner === "poor").toBe(true);
    // Taken: the next round takes others.
    const next = await hand.deps.ledger.claimSweeps(180_000, 6, 400);
    const ids = new Set(taken.map(({ repository: each }) => each.id));
    expect(next.filter(({ repository: each }) => ids.has(each.id))).toEqual([]);
    await hand.database.outer.execute("delete from watched_repository where repository_id > 900000000");
  });
});
