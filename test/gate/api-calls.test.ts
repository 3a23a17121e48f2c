import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** What one event costs in calls to GitHub, by route: answers "unchanged" (304) are free of its limit and counted apart. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
  // One aggregate check: those of each policy come on top.
  repo = hand.repository({
    [FILE]: CONTRACT,
    ".choochoorc": `${CONFIG}check: { perPolicy: false }\n`,
    ".choochoo/approval-policies.yaml": POLICIES,
  });
  const first = repo.open(undefined, "warm-up");
  expect(await hand.work()).toEqual([]);
  expect(repo.shows(first.head)).toBe("action_required");
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

async function costOf(happen: () => void): Promise<{ readonly paid: readonly string[]; readonly free: readonly string[] }> {
  hand.hub.requests.length = 0;
  happen();
  expect(await hand.work()).toEqual([]);
  const named = hand.hub.requests.map(({ method, template, status }) => ({
    status,
    route: `${method} ${template.replace("/repos/{owner}/{repo}", "")}`,
  }));
  const routes = (free: boolean) =>
    named
      .filter(({ status }) => (status === 304) === free)
      .map(({ route }) => route)
      .sort();
  return { paid: routes(false), free: routes(true) };
}

test("opened, warm: at most 10, and nothing about people whom nobody changed", async () => {
  let head = "";
  const { paid, free } = await costOf(() => {
    head = repo.open({ [FILE]: `${STRIPPED}# another\n` }, "second").head;
  });
  expect(repo.shows(head)).toBe("action_required");
  expect(paid).toEqual([
    "GET /activity",
    "GET /commits/{ref}/check-runs",
    "GET /commits/{ref}/statuses",
    "GET /git/blobs/{file_sha}",
    "GET /git/trees/{tree_sha}",
    "GET /issues/{issue_number}/timeline",
    "GET /pulls/{pull_number}",
    "GET /pulls/{pull_number}/commits",
    "POST /check-runs",
    "POST /pulls/{pull_number}/requested_reviewers",
  ]);
  expect(free).toContain("GET /orgs/{org}/teams/{team_slug}/members");
});

test("a review that passes: at most 6, and the second look is sent anew", async () => {
  const pull = repo.open(undefined, "third");
  expect(await hand.work()).toEqual([]);
  const { paid, free } = await costOf(() => void hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" }));
  expect(repo.shows(pull.head)).toBe("success");
  expect(paid).toEqual([
    "GET /commits/{ref}/check-runs",
    "GET /issues/{issue_number}/timeline",
    "GET /pulls/{pull_number}",
    "GET /pulls/{pull_number}/reviews",
    "PATCH /check-runs/{check_run_id}",
    "POST /graphql",
  ]);
  expect(free).not.toContain("GET /pulls/{pull_number}");
});

test("T25: a success is never saved on a second look that was only confirmed, also when nothing changed", async () => {
  const pull = repo.open(undefined, "fourth");
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  expect(await hand.work()).toEqual([]);
  hand.pass(5);
  const { paid } = await costOf(() => void hand.hub.comment(repo.name, pull.number, "thanks", { actor: "alice" }));
  expect(paid.filter((route) => /graphql|pulls\/\{pull_number\}(\/reviews)?$/.test(route))).toEqual([
    "GET /pulls/{pull_number}",
    "POST /graphql",
  ]);
});

test("T64: a review that the timeline hides is found by the second look, and read from then on", async () => {
  const pull = repo.open(undefined, "fifth");
  await hand.hub.settled();
  hand.hub.setWebhook(null);
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  const truth = await hand.deps.pulls.read((await hand.deps.ledger.startWork(repo.key(pull.number)))!.pull);
  const empty = { kind: "status", status: 200, body: [] } as const;
  hand.hub.fail({ path: /timeline/ }, empty, 2);
  expect((await hand.deps.pulls.people(truth, ["sec-ops"], [])).reviews).toEqual([]);
  expect((await hand.deps.pulls.lookAgain(truth, true)).reviews).toHaveLength(1);
  expect((await hand.deps.pulls.people(truth, ["sec-ops"], [])).reviews).toHaveLength(1);
  hand.hub.setWebhook(hand.webhook);
});
