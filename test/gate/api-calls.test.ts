import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createChecks, createConversation, createGitHub, createPullRequests } from "../../src/github/index.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** What one event costs in calls to GitHub, by route: answers "unchanged" (304) are free of its limit and counted apart. */
let hand: Hand;
let repo: Repository;
let cold: Cost;
// One aggregate check: those of each policy come on top.
const FILES = {
  [FILE]: CONTRACT,
  ".choochoorc": `${CONFIG}check: { perPolicy: false }\n`,
  ".choochoo/approval-policies.yaml": POLICIES,
};
beforeAll(async () => {
  hand = await startHand();
  repo = hand.repository(FILES);
  let head = "";
  cold = await costOf(() => {
    head = repo.open(undefined, "warm-up").head;
  });
  expect(repo.shows(head)).toBe("action_required");
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

interface Cost {
  readonly paid: readonly string[];
  readonly free: readonly string[];
}

async function costOf(happen: () => void, deps = hand.deps): Promise<Cost> {
  hand.hub.requests.length = 0;
  happen();
  expect(await hand.work(deps)).toEqual([]);
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

/** A process that has nothing. */
function fresh(): Hand["deps"] {
  const { app, url } = hand.hub;
  const github = createGitHub({ appId: app.id, privateKey: app.privateKey, baseUrl: url, timeoutMs: 4000 });
  const options = { publicUrl: "http://127.0.0.1" };
  const [checks, conversation] = [createChecks(github, options), createConversation(github, options)];
  return { ...hand.deps, pulls: createPullRequests(github), checks, conversation };
}

test("opened, cold: at most 14, the token among them", () => {
  expect(cold.paid).toEqual([
    "GET /activity",
    "GET /branches/{branch}",
    "GET /commits/{ref}/check-runs",
    "GET /issues/{issue_number}/timeline",
    "GET /orgs/{org}/members",
    "GET /orgs/{org}/teams/{team_slug}",
    "GET /orgs/{org}/teams/{team_slug}/members",
    "GET /pulls/{pull_number}",
    "GET /pulls/{pull_number}/commits",
    "POST /app/installations/{installation_id}/access_tokens",
    "POST /check-runs",
    "POST /graphql",
    "POST /graphql",
    "POST /pulls/{pull_number}/requested_reviewers",
  ]);
});

test("opened, cold, where no question is answered: the same verdict, by REST", async () => {
  const other = hand.repository(FILES);
  hand.hub.fail({ path: "/graphql" }, { kind: "status", status: 502 }, 99);
  let head = "";
  const { paid } = await costOf(() => {
    head = other.open().head;
  }, fresh());
  hand.hub.clearFaults();
  expect(other.shows(head)).toBe("action_required");
  const times = (route: string) => paid.filter((one) => one === route).length;
  expect(times("POST /graphql")).toBe(1);
  expect(times("GET /git/trees/{tree_sha}")).toBe(2);
  expect(times("GET /git/blobs/{file_sha}")).toBe(4);
  expect(times("GET /commits/{ref}/statuses")).toBe(1);
});

test("a restart: a review in a new process reads what it needs again, and the policy from the database", async () => {
  const pull = repo.open(undefined, "restart");
  expect(await hand.work()).toEqual([]);
  const { paid } = await costOf(() => void hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" }), fresh());
  expect(repo.shows(pull.head)).toBe("success");
  expect(paid.filter((route) => /git|graphql/.test(route))).toEqual(["POST /graphql", "POST /graphql", "POST /graphql"]);
});

test("opened, warm: at most 9, and nothing about people whom nobody changed", async () => {
  let head = "";
  const { paid, free } = await costOf(() => {
    head = repo.open({ [FILE]: `${STRIPPED}# another\n` }, "second").head;
  });
  expect(repo.shows(head)).toBe("action_required");
  expect(paid).toEqual([
    "GET /activity",
    "GET /commits/{ref}/check-runs",
    "GET /issues/{issue_number}/timeline",
    "GET /pulls/{pull_number}",
    "GET /pulls/{pull_number}/commits",
    "POST /check-runs",
    "POST /graphql",
    "POST /graphql",
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
