import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { evaluatePullRequest } from "../../src/gate/evaluate-pull-request.ts";
import { type CheckRunState, TruthError } from "../../src/gate/ports.ts";
import { STRIPPED } from "../demo/sample.ts";
import type { Hand, Repository } from "../support/by-hand.ts";
import { type Recovering, startRecovering } from "../support/recovering.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** A success that was sent long ago comes to a commit that has been left since, and whoever sent it tells nobody. */
let hand: Hand;
let recovery: Recovering;
let repo: Repository;
beforeAll(async () => {
  ({ hand, recovery } = await startRecovering());
});
beforeEach(async () => {
  repo = hand.repository();
  hand.hub.push(repo.name, "develop", {}, { actor: "ana", message: "branch" });
  await hand.work();
});
afterEach(async () => {
  expect(hand.hub.violations).toEqual([]);
  await hand.database.outer.execute("update watched_repository set unguarded = 'of another test'");
});
afterAll(() => hand.close());

type Create = Parameters<GateDeps["checks"]["create"]>;

/** Approved, and its success on its way: the worker stands still with it, and ends as soon as GitHub has it. */
async function onItsWay(): Promise<{ readonly number: number; readonly head: string; arrive(): Promise<CheckRunState> }> {
  const pull = repo.open({ [FILE]: STRIPPED });
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  await hand.hub.settled();
  hand.pass(5);
  let sent: Create | null = null;
  const standing = Promise.withResolvers<void>();
  const create = (...asked: Create) => {
    // A read that timed out on a slow machine: it comes again.
    if (asked[1].conclusion !== "success") throw new TruthError(CHECK, "network", "not sent", { unsent: true });
    sent = asked;
    standing.resolve();
    return new Promise<CheckRunState>(() => {});
  };
  const evaluate = () => evaluatePullRequest({ ...hand.deps, checks: { ...hand.deps.checks, create } }, repo.key(pull.number));
  for (let tries = 0; sent === null && tries < 3; tries += 1) await Promise.race([standing.promise, evaluate().catch(() => {})]);
  const [repository, check] = sent!;
  expect(check).toMatchObject({ name: CHECK, headSha: pull.head });
  return { ...pull, arrive: () => hand.deps.checks.create(repository, check) };
}

const LEAVES: readonly (readonly [string, (pull: { readonly number: number }) => void])[] = [
  ["closed", ({ number }) => hand.hub.closePull(repo.name, number, { actor: "alice" })],
  ["its head moved on", () => void hand.hub.push(repo.name, "work", { "more.txt": "x" }, { actor: "alice" })],
  ["taken to another base", ({ number }) => hand.hub.retarget(repo.name, number, "develop", { actor: "alice" })],
];

describe("T65: a success arrives on what was left", () => {
  test.each(LEAVES)("%s: it is taken back, and the trail tells it", async (_, leave) => {
    const stray = await onItsWay();
    leave(stray);
    hand.pass(5);
    expect(await hand.work()).toEqual([]);
    expect(repo.shows(stray.head)).toBe("action_required");
    await stray.arrive();
    expect(repo.shows(stray.head)).toBe("success");
    expect(await hand.work()).toEqual([]);
    expect(repo.shows(stray.head)).toBe("success");
    await recovery.compareChecks();
    expect(repo.shows(stray.head)).toBe("action_required");
    const events = await hand.deps.ledger.auditTrail(20);
    expect(events.find(({ type }) => type === "check.altered")).toMatchObject({
      subject: `pull request ${repo.key(stray.number)}`,
      payload: { headSha: stray.head, because: `\`${CHECK}\` shows \`success\`, and \`action_required\` was written` },
    });
  });

  test("it is looked for, and after a week no more; what was closed in peace is not looked for at all", async () => {
    const looks = async () => {
      recovery.forgetCalls();
      await recovery.compareChecks();
      return recovery.calls().length;
    };
    const stray = await onItsWay();
    hand.hub.closePull(repo.name, stray.number, { actor: "alice" });
    hand.pass(5);
    await hand.work();
    expect([await looks(), await looks()]).toEqual([1, 1]);
    await hand.database.outer.execute("update check_outbox set doubted_at = doubted_at - interval '7 days'");
    expect(await looks()).toBe(0);
    const calm = await repo.green(undefined, "calm");
    hand.hub.closePull(repo.name, calm.number, { actor: "alice" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(calm.head)).toBe("action_required");
    expect(await looks()).toBe(0);
  });

  test("something else than a success that arrives there is left: nobody passes by it", async () => {
    const stray = await onItsWay();
    hand.hub.closePull(repo.name, stray.number, { actor: "alice" });
    hand.pass(5);
    await hand.work();
    const [run] = hand.hub.checkRuns(repo.name, stray.head).filter(({ name }) => name === CHECK);
    hand.hub.alterRun(repo.name, run!.id, "failure");
    await recovery.compareChecks();
    expect(repo.shows(stray.head)).toBe("failure");
  });
});
