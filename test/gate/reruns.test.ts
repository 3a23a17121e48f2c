import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { CHECK } from "../support/scene.ts";

/** A re-run and a button are wishes: everything is read and decided anew, and nothing is granted. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository();
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
  expect(hand.hub.unknownRequests).toEqual([]);
});
afterAll(() => hand.close());

const runsOf = (sha: string) => hand.hub.checkRuns(repo.name, sha).filter((run) => run.name === CHECK);

/** The delivery that would have told is lost. */
async function unheard(change: () => void) {
  hand.hub.setWebhook(null);
  change();
  hand.pass(5);
  await hand.hub.settled();
}

test.each([
  ["the run", (sha: string) => hand.hub.rerequestRun(repo.name, runsOf(sha)[0]!.id, { actor: "alice" })],
  ["the suite", (sha: string) => hand.hub.rerequestSuite(repo.name, sha, { actor: "alice" })],
  ["the button", (sha: string) => hand.hub.requestAction(repo.name, runsOf(sha)[0]!.id, "re-evaluate", { actor: "alice" })],
])("T62: %s is asked for again after a lost dismissal: an old success is not posted again", async (_what, again) => {
  const { number, head, review } = await repo.green();
  const hook = hand.webhook;
  await unheard(() => hand.hub.dismissReview(repo.name, number, review.id, { actor: "ana" }));
  expect(repo.shows(head)).toBe("success");
  hand.hub.setWebhook(hook);
  again(head);
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
  expect(runsOf(head)).toHaveLength(1);
});

test("T61: the button of somebody without any right decides anew, and grants nothing", async () => {
  hand.hub.createUser(`stranger-${repo.id}`);
  const pull = repo.open();
  await hand.work();
  for (const identifier of ["re-evaluate", "request-reviewers"])
    hand.hub.requestAction(repo.name, runsOf(pull.head)[0]!.id, identifier, { actor: `stranger-${repo.id}` });
  await hand.work();
  expect(repo.shows(pull.head)).toBe("action_required");
});

test("T61: at most three buttons, with texts as short as GitHub takes them", async () => {
  const pull = repo.open();
  await hand.work();
  const { actions } = runsOf(pull.head)[0]!;
  expect(actions.map(({ identifier }) => identifier)).toEqual(["re-evaluate", "request-reviewers"]);
  for (const { label, description, identifier } of actions)
    expect([label.length <= 20, description.length <= 40, identifier.length <= 20]).toEqual([true, true, true]);
});

test("T63: two hundred re-runs are one run, and as many evaluations as the worker had time for", async () => {
  const { head, number } = await repo.green();
  const before = (await hand.deps.ledger.latestEvaluation(repo.key(number)))!.version;
  for (let click = 0; click < 200; click++) hand.hub.rerequestRun(repo.name, runsOf(head)[0]!.id, { actor: "alice" });
  await hand.work();
  expect(runsOf(head)).toHaveLength(1);
  expect((await hand.deps.ledger.latestEvaluation(repo.key(number)))!.version - before).toBeLessThanOrEqual(2);
  expect(repo.shows(head)).toBe("success");
}, 120_000);

test("a re-run of a commit that is no head any more evaluates nothing", async () => {
  const { head, number } = await repo.green();
  hand.hub.push(repo.name, "work", { "notes.md": "more\n" }, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  const before = (await hand.deps.ledger.latestEvaluation(repo.key(number)))!.version;
  hand.hub.rerequestRun(repo.name, runsOf(head)[0]!.id, { actor: "alice" });
  await hand.work();
  expect((await hand.deps.ledger.latestEvaluation(repo.key(number)))!.version).toBe(before);
  expect(repo.shows(head)).toBe("action_required");
});

test("T56: a new head inherits nothing, at no instant: what waits for a green check meets none", async () => {
  const { number, head } = await repo.green();
  const next = hand.hub.push(repo.name, "work", { "contracts/customers.odcs.yaml": null }, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  const shown = hand.hub.hooks.sent.filter(({ event, body }) => event === "check_run" && body.includes(`"head_sha":"${next}"`));
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter(({ body }) => body.includes('"conclusion":"success"'))).toEqual([]);
  expect([repo.shows(head), repo.shows(next)]).toEqual(["action_required", "action_required"]);
  expect(hand.hub.headSha(repo.name, number)).toBe(next);
});

test("T57: closed, its branch deleted and made anew at the same commit, reopened: the votes of before are void", async () => {
  const { number, head } = await repo.green();
  hand.hub.deleteBranch(repo.name, "work", { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
  hand.hub.pushCommit(repo.name, "work", head, { actor: "alice" });
  hand.pass(5);
  hand.hub.reopenPull(repo.name, number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
  hand.hub.review(repo.name, number, { actor: "carol", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("success");
});

test("T46: a draft is decided like any other, and again when it is ready; reopening voids votes", async () => {
  hand.hub.push(repo.name, "work", { "contracts/customers.odcs.yaml": null }, { actor: "alice" });
  hand.pass(5);
  const { number, headSha } = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "draft", draft: true });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(headSha)).toBe("action_required");
  hand.hub.setDraft(repo.name, number, false, { actor: "alice" });
  await hand.work();
  for (const actor of ["bob", "ana"]) hand.hub.review(repo.name, number, { actor, state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  const before = (await hand.deps.ledger.latestEvaluation(repo.key(number)))!.version;
  hand.hub.setDraft(repo.name, number, true, { actor: "alice" });
  await hand.work();
  expect((await hand.deps.ledger.latestEvaluation(repo.key(number)))!.version).toBeGreaterThan(before);
});

test("T48: somebody else's check or status of our name: told on the check and in the audit trail, once", async () => {
  const app = hand.hub.createApp(`poser-${repo.id}`);
  const pull = repo.open();
  await hand.hub.settled();
  hand.hub.createForeignRun(repo.name, { app: app.slug, name: CHECK, sha: pull.head, conclusion: "success" });
  hand.hub.createStatus(repo.name, pull.head, { actor: "dave", context: CHECK, state: "success" });
  await hand.work();
  const own = runsOf(pull.head).find((run) => run.appId === hand.hub.app.id);
  expect(own?.conclusion).toBe("action_required");
  expect(own?.output.summary).toContain(`by ${app.slug} is not from this app`);
  expect(own?.output.summary).toContain("by dave is not from this app");
  const told = (await hand.deps.ledger.auditTrail(50)).filter((event) => event.subject.endsWith(pull.head));
  expect(told.map(({ type }) => type)).toEqual(["check.foreign", "check.foreign"]);
  await hand.deps.ledger.markDirty(repo.key(pull.number));
  await hand.work();
  expect((await hand.deps.ledger.auditTrail(50)).filter((event) => event.subject.endsWith(pull.head))).toHaveLength(2);
});
