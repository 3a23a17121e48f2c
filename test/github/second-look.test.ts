import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SecondLook } from "../../src/gate/ports.ts";
import { createPullRequests } from "../../src/github/index.ts";
import type { Fault } from "../hub/faults.ts";
import { startHub } from "../hub/hub.ts";
import { connect, openRig, type Rig, signIn } from "./rig.ts";

const REPO = "acme/data";
const QUESTION = "POST /graphql";
const EACH = ["GET /pulls/{pull_number}", "GET /pulls/{pull_number}/reviews"];
let rig: Rig;
let expected: SecondLook;

beforeAll(async () => {
  rig = await openRig();
  rig.hub.review(REPO, rig.number, { actor: "carol", state: "CHANGES_REQUESTED", body: "no" });
  rig.hub.review(REPO, rig.number, { actor: "bob", state: "APPROVED" });
  expected = await fresh().lookAgain(rig.pull, true);
});
beforeEach(() => {
  rig.hub.requests.length = 0;
});
afterEach(() => {
  rig.hub.clearFaults();
  expect(rig.hub.violations).toEqual([]);
});
afterAll(() => rig.close());

/** Without what an earlier answer left behind. */
function fresh(options: { readonly history?: "receipts"; readonly timeoutMs?: number } = {}) {
  return createPullRequests(signIn(rig.hub, options));
}

const asked = () =>
  rig.hub.requests
    .map(({ method, template }) => `${method} ${template.replace("/repos/{owner}/{repo}", "")}`)
    .filter((route) => !route.includes("access_tokens"));
const isExpected = (look: SecondLook) => JSON.stringify(look) === JSON.stringify(expected);

/** What was expected, as an answer of GraphQL, but without any review. */
function told(changed: object, errors?: readonly object[]): Fault {
  const { headSha, baseRef, updatedAt } = expected;
  const reviews = { totalCount: 0, nodes: [] };
  const pullRequest = { number: rig.number, state: "OPEN", headRefOid: headSha, baseRefName: baseRef, updatedAt, reviews, ...changed };
  const data = { repository: { databaseId: rig.pull.repository.id, pullRequest } };
  return { kind: "status", status: 200, body: { data, ...(errors === undefined ? {} : { errors }) } };
}

describe("one question for pull request and reviews", () => {
  test("tells what the two calls tell, and is believed where it is what was expected", async () => {
    expect(expected.reviews?.map(({ state }) => state)).toEqual(["CHANGES_REQUESTED", "APPROVED"]);
    expect(await fresh().lookAgain(rig.pull, true, isExpected)).toEqual(expected);
    expect(asked()).toEqual([QUESTION]);
  });

  test("T64: a list that is shorter than it says is not told whole", async () => {
    rig.hub.fail({ path: "/graphql" }, told({ reviews: { totalCount: 2, nodes: [] } }));
    expect(await fresh().lookAgain(rig.pull, true, () => true)).toEqual(expected);
    expect(asked()).toEqual([QUESTION, ...EACH]);
  });

  test("T64: of a look that is not what was expected the word is that of the two calls", async () => {
    expect(await fresh().lookAgain(rig.pull, true, () => false)).toEqual(expected);
    expect(asked()).toEqual([QUESTION, ...EACH]);
  });

  const partly = { data: { repository: null }, errors: [{ message: "Something went wrong" }] };
  const faults: readonly [string, Fault][] = [
    ["an answer in part", { kind: "status", status: 200, body: partly }],
    ["a limit, told with 200", { kind: "status", status: 200, body: { errors: [{ type: "RATE_LIMITED", message: "exceeded" }] } }],
    ["no server of GraphQL", { kind: "status", status: 404, body: { message: "Not Found" } }],
    ["a failure", { kind: "status", status: 502 }],
    ["a page", { kind: "html" }],
    ["half an answer", { kind: "truncated" }],
    ["a list", { kind: "status", status: 200, body: [] }],
    ["something else", { kind: "status", status: 200, body: { data: { repository: { databaseId: 1 } } } }],
  ];
  for (const [what, fault] of faults) {
    test(`${what} is no look: each is read by itself, and for a minute nothing is asked so again`, async () => {
      const pulls = fresh();
      rig.hub.fail({ path: "/graphql" }, fault);
      expect(await pulls.lookAgain(rig.pull, true, isExpected)).toEqual(expected);
      expect(asked()).toEqual([QUESTION, ...EACH]);
      expect(await pulls.lookAgain(rig.pull, true, isExpected)).toEqual(expected);
      expect(asked()).toEqual([QUESTION, ...EACH, ...EACH]);
    });
  }

  test("a question that nobody answers is given up long before a call is: nothing rests on it", async () => {
    rig.hub.fail({ path: "/graphql" }, { kind: "hang" });
    const start = performance.now();
    expect(await fresh({ timeoutMs: 2_000 }).lookAgain(rig.pull, true, isExpected)).toEqual(expected);
    expect(performance.now() - start).toBeLessThan(1_800);
    expect(asked()).toEqual([QUESTION, ...EACH]);
  });

  test("T64: whatever is told beside an error is told in part", async () => {
    rig.hub.fail({ path: "/graphql" }, told({}, [{ message: "reviews: timeout" }]));
    expect((await fresh().lookAgain(rig.pull, true, () => true)).reviews).toHaveLength(2);
  });

  test("T64: another pull request's answer is none, though it looks the same", async () => {
    rig.hub.fail({ path: "/graphql" }, told({ number: rig.number + 1 }));
    expect((await fresh().lookAgain(rig.pull, true, () => true)).reviews).toHaveLength(2);
  });

  test("T67: a repository that goes by this name now is another one", async () => {
    const { repository, number } = rig.pull;
    const pulls = fresh();
    const other = { number, repository: { ...repository, id: repository.id + 1 } };
    await expect(pulls.lookAgain(other, true, () => true)).rejects.toThrow("another repository answers as acme/data");
  });

  test("an expired token is renewed, as for any other call", async () => {
    rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 401, body: { message: "Bad credentials" } });
    expect(await fresh().lookAgain(rig.pull, true, isExpected)).toEqual(expected);
    expect(asked()).toEqual([QUESTION, QUESTION]);
  });

  test("is not asked without a word of what is expected, without reviews, and of a server without a timeline", async () => {
    const { reviews: _, ...moment } = expected;
    await fresh().lookAgain(rig.pull, true);
    expect(await fresh().lookAgain(rig.pull, false, () => true)).toEqual({ ...moment, reviews: null });
    await fresh({ history: "receipts" }).lookAgain(rig.pull, true, isExpected);
    expect(asked()).toEqual([...EACH, EACH[0], ...EACH]);
  });
});

describe("what one question does not tell", () => {
  test("T64: a hundred reviews and one are read page by page", async () => {
    rig.hub.push(REPO, "again", { "docs/again.md": "x" }, { actor: "alice" });
    const { number } = rig.hub.openPull(REPO, { actor: "alice", head: "again", base: "main", title: "Again" });
    for (let one = 0; one <= 100; one++) rig.hub.review(REPO, number, { actor: "bob", state: "COMMENTED", body: `${one}` });
    const pull = { ...rig.pull, number };
    const look = await fresh().lookAgain(pull, true, () => true);
    expect(look.reviews).toHaveLength(101);
    expect([...new Set(asked())]).toEqual([QUESTION, ...EACH]);
  });
});

test("an Enterprise Server answers questions beside its REST address", async () => {
  const hub = await startHub({ basePath: "/api/v3" });
  hub.createOrg("acme");
  hub.createUser("alice");
  hub.createRepo(REPO, { "a.txt": "a" }, { grants: { alice: "write" } });
  hub.push(REPO, "b", { "a.txt": "b" }, { actor: "alice" });
  const { number } = hub.openPull(REPO, { actor: "alice", head: "b", base: "main", title: "B" });
  const { pulls, repository } = await connect(hub);
  const look = await pulls.lookAgain({ number, repository }, true, () => true);
  expect(look).toMatchObject({ state: "open", headSha: hub.headSha(REPO, number), baseRef: "main", reviews: [] });
  expect(hub.requests.at(-1)).toMatchObject({ template: "/graphql", path: "/api/graphql" });
  await hub.close();
});
