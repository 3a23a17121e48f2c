import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** The people who are missing are asked, once, and whatever becomes of that changes no verdict. */
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

const asked = () => hand.hub.requests.filter(({ method, template }) => method === "POST" && template.endsWith("/requested_reviewers"));
const run = (sha: string) => hand.hub.checkRuns(repo.name, sha).find((each) => each.name === CHECK);

async function again(number: number) {
  hand.pass(5);
  await hand.deps.ledger.markDirty(repo.key(number));
  await hand.work();
}

test("the missing team is asked once: not at the next evaluation, not after somebody took the request away", async () => {
  hand.hub.requests.length = 0;
  const pull = repo.open();
  await hand.work();
  expect(asked().map(({ status }) => status)).toEqual([201]);
  expect(hand.hub.pull(repo.name, pull.number).requestedTeams.size).toBe(1);
  await again(pull.number);
  hand.hub.removeReviewRequest(repo.name, pull.number, "sec-ops");
  await again(pull.number);
  hand.hub.push(repo.name, "work", { "notes.md": "more\n" }, { actor: "alice" });
  await again(pull.number);
  expect(asked()).toHaveLength(1);
});

test("a request of ours evaluates nothing again", async () => {
  const pull = repo.open();
  await hand.work();
  expect((await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.version).toBe(1);
});

test("T61: the button asks again for somebody with write access, and for nobody else", async () => {
  const reader = `reader-${repo.id}`;
  hand.hub.createUser(reader);
  const pull = repo.open();
  await hand.work();
  hand.hub.removeReviewRequest(repo.name, pull.number, "sec-ops");
  hand.hub.requests.length = 0;
  hand.pass(5);
  await new Promise((resolve) => setTimeout(resolve, 20));
  hand.hub.requestAction(repo.name, run(pull.head)!.id, "request-reviewers", { actor: reader });
  await hand.work();
  expect(asked()).toHaveLength(0);
  hand.hub.requestAction(repo.name, run(pull.head)!.id, "request-reviewers", { actor: "dave" });
  await hand.work();
  await again(pull.number);
  expect(asked()).toHaveLength(1);
  expect(repo.shows(pull.head)).toBe("action_required");
});

test("a team that GitHub will not ask: told on the check, never an error", async () => {
  const hidden = `hidden-${repo.id}`;
  hand.hub.createTeam("acme", hidden);
  hand.hub.addMember(`acme/${hidden}`, "carol");
  repo = hand.repository({
    [FILE]: CONTRACT,
    ".choochoorc": "governance: {}\n",
    ".choochoo/approval-policies.yaml": POLICIES.replace('team: "sec-ops"', `team: "${hidden}"`),
  });
  const pull = repo.open();
  await hand.work();
  expect(repo.shows(pull.head)).toBe("action_required");
  expect(run(pull.head)?.output.summary).toContain("could not be asked for a review");
  hand.hub.requests.length = 0;
  await again(pull.number);
  expect(asked()).toHaveLength(0);
});

test("people by name are asked, but never who made the change", async () => {
  repo = hand.repository({
    [FILE]: CONTRACT,
    ".choochoorc": CONFIG,
    ".choochoo/approval-policies.yaml": POLICIES.replace('        team: "sec-ops"\n', '        users: ["alice", "dave"]\n').replace(
      '      - role: "security-engineer"\n        users',
      "      - users",
    ),
  });
  const pull = repo.open();
  await hand.work();
  const { requestedUsers } = hand.hub.pull(repo.name, pull.number);
  expect(requestedUsers.size).toBe(1);
  expect(repo.shows(pull.head)).toBe("action_required");
});

test("a draft asks nobody until it is ready", async () => {
  hand.hub.push(repo.name, "work", { [FILE]: null }, { actor: "alice" });
  hand.pass(5);
  hand.hub.requests.length = 0;
  const { number } = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "draft", draft: true });
  await hand.work();
  expect(asked()).toHaveLength(0);
  hand.hub.setDraft(repo.name, number, false, { actor: "alice" });
  await hand.work();
  expect(asked().length).toBeGreaterThan(0);
});

test("an answer that is lost is asked for again, and the verdict stands", async () => {
  hand.hub.requests.length = 0;
  hand.hub.fail({ method: "POST", path: /requested_reviewers/ }, { kind: "status", status: 502 }, 1);
  const pull = repo.open();
  expect(await hand.work()).toEqual([]);
  expect(repo.shows(pull.head)).toBe("action_required");
  await again(pull.number);
  expect(asked().map(({ status }) => status)).toEqual([502, 201]);
});
