import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { overrideDebts, postHocReviews } from "../../src/gate/override-routines.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { configured, LABEL, overriding } from "../support/overriding.ts";

/** The review that an override owes, from its issue to whoever may close it. */
let hand: Hand;
let repo: Repository;
let on: ReturnType<typeof overriding>;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository();
  on = overriding(hand, repo);
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

describe("the post-hoc review", () => {
  test("is opened as one issue that says who, why, what and until when", async () => {
    const pull = await on.overridden();
    await on.later();
    const [issue, ...more] = on.issuesOf(pull.number);
    expect(more).toEqual([]);
    expect(issue).toMatchObject({ author: "countersign[bot]", state: "open" });
    for (const said of ["ana", "pager 1234", "INC-7", "`customers.email`", "sec-ops", pull.head]) expect(issue?.body).toContain(said);
    const [review] = await hand.deps.ledger.openReviews(repo.key(pull.number), 5);
    expect(issue?.title).toContain(review?.dueAt.slice(0, 10));
    expect(await on.types(pull.number)).toContain("post_hoc_review.opened");
  });

  test("a reason full of markup pings nobody and breaks nothing", async () => {
    const pull = repo.open();
    await hand.work();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, '/countersign override reason="@bob <b>x</b> #1 -->"', { actor: "ana" });
    await on.later();
    const body = on.issuesOf(pull.number)[0]?.body ?? "";
    expect(body.match(/-->/g)).toHaveLength(1);
    expect(body).not.toMatch(/@bob|<b>|[^:] #1\b/);
  });

  test.each([
    ["the answer is lost", { kind: "effect-then-hang" }, 1],
    ["GitHub fails at first", { kind: "status", status: 502 }, 0],
  ] as const)("one issue also when %s", async (_what, fault, made) => {
    hand.hub.fail({ method: "POST", path: /\/issues$/ }, fault, 1);
    const pull = await on.overridden();
    expect(on.issuesOf(pull.number)).toHaveLength(made);
    expect(repo.shows(pull.head)).toBe("success");
    await overrideDebts.run(hand.deps);
    await overrideDebts.run(hand.deps);
    expect(on.issuesOf(pull.number)).toHaveLength(1);
    expect((await hand.deps.ledger.openReviews(repo.key(pull.number), 5))[0]?.issueNumber).toBe(on.issuesOf(pull.number)[0]?.number);
  });

  test("an issue that somebody else planted with our mark is not taken for ours", async () => {
    hand.hub.fail({ method: "POST", path: /\/issues$/ }, { kind: "status", status: 502 }, 1);
    const pull = await on.overridden();
    const [review] = await hand.deps.ledger.openReviews(repo.key(pull.number), 5);
    const planted = hand.hub.openIssue(repo.name, "mine", `<!-- countersign:post-hoc-review ${review?.id} -->`, { actor: "alice" });
    await overrideDebts.run(hand.deps);
    const [after] = await hand.deps.ledger.openReviews(repo.key(pull.number), 5);
    expect(after?.issueNumber).not.toBe(planted.number);
  });

  test.each([
    ["the overrider", "ana", {}],
    ["the author", "alice", {}],
    ["somebody who may neither approve nor override", "dave", {}],
    ["an app", "bob", { viaApp: true }],
    ["the words of a commit", "bob", { commitId: "c".repeat(40) }],
  ])("closed by %s: opened again with the reason, told once", async (_who, actor, how) => {
    const pull = await on.overridden();
    const { number } = on.issuesOf(pull.number)[0]!;
    hand.hub.closeIssue(repo.name, number, { actor, ...how });
    await on.later();
    await postHocReviews.run(hand.deps);
    const [issue] = on.issuesOf(pull.number);
    expect(issue).toMatchObject({ state: "open" });
    expect(issue?.comments.map(({ body }) => body)).toEqual([expect.stringContaining("is no post-hoc review")]);
    expect((await on.types(pull.number)).filter((type) => type === "post_hoc_review.closing_refused")).toHaveLength(1);
    expect(await hand.deps.ledger.openReviews(repo.key(pull.number), 5)).toHaveLength(1);
  });

  test("somebody who pushed to the branch does not review its override, whatever team they are in", async () => {
    hand.hub.push(repo.name, "work", { "notes.txt": "by carol\n" }, { actor: "carol" });
    hand.pass(5);
    const pull = await on.overridden();
    const { number } = on.issuesOf(pull.number)[0]!;
    hand.hub.closeIssue(repo.name, number, { actor: "carol" });
    await on.later();
    expect(on.issuesOf(pull.number)[0]).toMatchObject({ state: "open" });
    hand.hub.closeIssue(repo.name, number, { actor: "bob" });
    await on.later();
    expect(on.issuesOf(pull.number)[0]).toMatchObject({ state: "closed" });
  });

  test("an approver of the change does not review its override", async () => {
    const pull = await on.overridden();
    hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
    await on.later();
    const { number } = on.issuesOf(pull.number)[0]!;
    hand.hub.closeIssue(repo.name, number, { actor: "bob" });
    await on.later();
    expect(on.issuesOf(pull.number)[0]).toMatchObject({ state: "open" });
    hand.hub.closeIssue(repo.name, number, { actor: "carol" });
    await on.later();
    expect(on.issuesOf(pull.number)[0]).toMatchObject({ state: "closed" });
    expect((await on.types(pull.number)).at(-1)).toBe("post_hoc_review.closed");
  });

  test("closed by somebody eligible: it counts, by webhook or by the routine, also after the merge", async () => {
    const pull = await on.overridden();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    await on.later();
    hand.hub.hooks.pause();
    hand.hub.closeIssue(repo.name, on.issuesOf(pull.number)[0]!.number, { actor: "carol" });
    hand.hub.hooks.pending.length = 0;
    hand.hub.hooks.resume();
    await postHocReviews.run(hand.deps);
    expect(await hand.deps.ledger.openReviews(repo.key(pull.number), 5)).toEqual([]);
    expect(on.issuesOf(pull.number)[0]).toMatchObject({ state: "closed", comments: [] });
  });

  test("while the people cannot be read, a closing neither counts nor is undone", async () => {
    const pull = await on.overridden();
    hand.hub.fail({ method: "GET", path: /\/members/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    hand.hub.closeIssue(repo.name, on.issuesOf(pull.number)[0]!.number, { actor: "carol" });
    hand.pass(5);
    await hand.hub.settled();
    await expect(postHocReviews.run(hand.deps)).rejects.toThrow("could not all be looked at");
    expect(await hand.deps.ledger.openReviews(repo.key(pull.number), 5)).toHaveLength(1);
    expect(on.issuesOf(pull.number)[0]).toMatchObject({ state: "closed", comments: [] });
  });

  test("overdue: told once, and with blockWhileOverdue a new override is refused by name until the review is closed", async () => {
    repo = configured(hand, "{ blockWhileOverdue: true, postHocReviewHours: 0.01 }");
    on = overriding(hand, repo);
    const first = await on.overridden("ana", "first");
    hand.pass(60);
    await overrideDebts.run(hand.deps);
    await overrideDebts.run(hand.deps);
    expect((await on.types(first.number)).filter((type) => type === "post_hoc_review.overdue")).toHaveLength(1);
    const { number } = on.issuesOf(first.number)[0]!;
    const second = await on.overridden("ana", "second");
    expect(repo.shows(second.head)).toBe("action_required");
    expect((await on.why(second.number))[0]).toContain(`no new override while a post-hoc review is overdue: #${number}`);
    hand.hub.closeIssue(repo.name, number, { actor: "carol" });
    await on.later();
    await hand.deps.ledger.markDirty(repo.key(second.number));
    await on.later();
    expect(repo.shows(second.head)).toBe("success");
  });
});
