import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** A pull request on a branch that nothing governs, but that leads to one: merging the top brings everything below. */
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

const NOTES = { "notes.md": "layer\n" };
const TAGGED = CONTRACT.replace(
  "      - name: country\n        logicalType: string\n",
  "      - name: country\n        logicalType: string\n        tags: [pii]\n",
);

/** A branch on another one, with one commit, and the pull request between them. */
function layer(branch: string, below: string, files: Readonly<Record<string, string | null>>, actor = "alice") {
  hand.hub.push(repo.name, branch, files, { actor, onto: hand.hub.tip(repo.name, below), message: branch });
  hand.pass(5);
  const { number, headSha } = hand.hub.openPull(repo.name, { actor, head: branch, base: below, title: branch });
  hand.pass(5);
  return { number, head: headSha };
}

async function approve(number: number, actor = "bob") {
  hand.hub.review(repo.name, number, { actor, state: "APPROVED" });
  hand.pass(5);
  await hand.work();
}

function title(sha: string): string {
  return hand.hub.checkRuns(repo.name, sha).find((run) => run.name === CHECK)?.output.title ?? "";
}

test("T58: a strip in the middle of a stack is governed as what the stack leads to, and so is everything above it", async () => {
  const bottom = layer("one", "main", NOTES);
  const middle = layer("two", "one", { [FILE]: STRIPPED });
  const top = layer("three", "two", { "more.md": "harmless\n" });
  await hand.work();
  expect([bottom, middle, top].map(({ head }) => repo.shows(head))).toEqual(["success", "action_required", "action_required"]);
  expect(title(top.head)).toContain("Waiting for sec-ops");
  await approve(middle.number);
  expect([bottom, middle, top].map(({ head }) => repo.shows(head))).toEqual(["success", "success", "action_required"]);
  await approve(top.number);
  expect(repo.shows(top.head)).toBe("success");
});

test("T58: a layer that undoes the one below changes nothing in the whole, and is governed all the same", async () => {
  layer("one", "main", { [FILE]: TAGGED });
  const undone = layer("two", "one", { [FILE]: CONTRACT });
  await hand.work();
  expect(repo.shows(undone.head)).toBe("action_required");
  const [run] = hand.hub.checkRuns(repo.name, undone.head);
  expect(run?.output.summary).toContain("against the layer below");
});

test("T58: who wrote a layer below approves nothing that holds it", async () => {
  layer("one", "main", { [FILE]: STRIPPED }, "bob");
  const top = layer("two", "one", NOTES, "alice");
  await hand.work();
  await approve(top.number, "bob");
  expect(repo.shows(top.head)).toBe("action_required");
  await approve(top.number, "carol");
  expect(repo.shows(top.head)).toBe("success");
});

test("T58: who pushed to a layer below approves nothing that holds it, whoever opened that", async () => {
  layer("one", "main", NOTES, "alice");
  hand.hub.push(repo.name, "one", { [FILE]: STRIPPED }, { actor: "bob", message: "more" });
  hand.pass(5);
  const top = layer("two", "one", { "docs.md": "text\n" }, "alice");
  await hand.work();
  await approve(top.number, "bob");
  expect(repo.shows(top.head)).toBe("action_required");
  await approve(top.number, "carol");
  expect(repo.shows(top.head)).toBe("success");
});

test("T58: what is stacked becomes governed when the layer below gets its pull request, and stops when that goes", async () => {
  hand.hub.push(repo.name, "one", NOTES, { actor: "alice" });
  hand.pass(5);
  const above = layer("two", "one", { "docs.md": "text\n" });
  await hand.work();
  expect(hand.hub.checkRuns(repo.name, above.head)).toEqual([]);
  const below = hand.hub.openPull(repo.name, { actor: "alice", head: "one", title: "below" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(above.head)).toBe("success");
  hand.hub.closePull(repo.name, below.number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(above.head)).toBe("action_required");
});

test("T58/T26: approved in the stack, then retargeted to the base itself: the vote is void, and no success is carried over", async () => {
  layer("one", "main", NOTES);
  const above = layer("two", "one", { [FILE]: STRIPPED });
  await hand.work();
  await approve(above.number);
  expect(repo.shows(above.head)).toBe("success");
  hand.hub.retarget(repo.name, above.number, "main", { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(above.head)).toBe("action_required");
});

test("T58/T26: a stack that leads to a laxer branch earns a success under that name only", async () => {
  hand.hub.push(repo.name, "develop", {}, { actor: "ana", message: "branch" });
  hand.hub.push(repo.name, "one", NOTES, { actor: "alice", onto: hand.hub.tip(repo.name, "develop") });
  hand.pass(5);
  hand.hub.openPull(repo.name, { actor: "alice", head: "one", base: "develop", title: "one" });
  const above = layer("two", "one", { "docs.md": "text\n" });
  await hand.work();
  expect(repo.shows(above.head, "countersign: develop")).toBe("success");
  expect(repo.shows(above.head)).toBeUndefined();
});

test("T58: a base that is governed itself is not traded for what it leads to, and the stricter of two ways is taken", async () => {
  hand.hub.push(repo.name, "develop", NOTES, { actor: "ana", message: "branch" });
  hand.pass(5);
  hand.hub.openPull(repo.name, { actor: "ana", head: "develop", title: "release" });
  const onDevelop = repo.open({ "docs.md": "text\n" }, "feature", "develop");
  await hand.work();
  expect([repo.shows(onDevelop.head, "countersign: develop"), repo.shows(onDevelop.head)]).toEqual(["success", undefined]);

  layer("one", "develop", { "one.md": "1\n" });
  hand.hub.openPull(repo.name, { actor: "alice", head: "one", base: "main", title: "also to main" });
  hand.pass(5);
  const above = layer("two", "one", { "two.md": "2\n" });
  await hand.work();
  expect([repo.shows(above.head), repo.shows(above.head, "countersign: develop")]).toEqual(["success", undefined]);
});

test("T58: GitHub says that it is in a stack whose lower layers are gone: its base counts, and a missing field changes nothing", async () => {
  hand.hub.push(repo.name, "one", NOTES, { actor: "alice" });
  hand.pass(5);
  const above = layer("two", "one", { [FILE]: STRIPPED });
  hand.hub.setStack(repo.name, [above.number], "main");
  await hand.work();
  expect(repo.shows(above.head)).toBe("action_required");
});

test("T58: merging into the layer below records nothing, and the landing of that one is accounted for with all it brought", async () => {
  const below = layer("one", "main", NOTES);
  const above = layer("two", "one", { [FILE]: STRIPPED });
  await hand.work();
  await approve(above.number);
  hand.hub.merge(repo.name, above.number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(await hand.deps.ledger.approvalOf(repo.id, above.number)).toBeNull();
  const head = hand.hub.headSha(repo.name, below.number);
  expect(repo.shows(head)).toBe("action_required");
  await approve(below.number, "carol");
  expect(repo.shows(head)).toBe("success");
  hand.hub.merge(repo.name, below.number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(await hand.deps.ledger.approvalOf(repo.id, below.number)).not.toBeNull();
  expect((await hand.deps.ledger.auditTrail(20)).filter((event) => event.type.startsWith("incident"))).toEqual([]);
});

test("T58/T59: an override in a stack holds for its own base", async () => {
  layer("one", "main", NOTES);
  const above = layer("two", "one", { [FILE]: STRIPPED });
  await hand.work();
  hand.hub.label(repo.name, above.number, "governance-override", { actor: "ana" });
  hand.hub.comment(repo.name, above.number, '/countersign override reason="pager 1234"', { actor: "ana" });
  hand.pass(5);
  await hand.work();
  expect([repo.shows(above.head), title(above.head)]).toEqual(["success", expect.stringContaining("OVERRIDE by ana")]);
});

test.each([
  ["the pull requests of a branch", /\/pulls$/],
  ["who pushed to a layer below", /\/activity/],
])("T58/T68: nothing is a success while %s cannot be read", async (_what, path) => {
  layer("one", "main", NOTES);
  await hand.work();
  hand.hub.fail({ method: "GET", path }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
  const above = layer("two", "one", { [FILE]: STRIPPED });
  await hand.work();
  expect(repo.shows(above.head)).not.toBe("success");
  hand.hub.clearFaults();
  await hand.work();
  expect(repo.shows(above.head)).toBe("action_required");
});
