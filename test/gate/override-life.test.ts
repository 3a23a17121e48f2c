import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { overrideDebts, postHocReviews } from "../../src/gate/override-routines.ts";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** An override from the label to the closed review. */
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
});
afterAll(() => hand.close());

const LABEL = "governance-override";
const OVERRIDE = '/countersign override reason="pager 1234" incident=INC-7';
const HOUR_MS = 3_600_000;
const BARE = CONTRACT.replaceAll("        tags: [pii]\n", "");

async function later(seconds = 5, deps = hand.deps): Promise<void> {
  hand.pass(seconds);
  expect((await hand.work(deps)).map(({ message }) => message)).toEqual([]);
}

/** The worker's clock alone is ahead: GitHub refuses what is signed for another hour. */
function ahead(ms: number): GateDeps {
  return { ...hand.deps, clock: { now: () => new Date(hand.deps.clock.now().getTime() + ms) } };
}

function configured(override: string): Repository {
  return hand.repository({
    [FILE]: CONTRACT,
    ".choochoorc": `${CONFIG}override: ${override}\n`,
    ".choochoo/approval-policies.yaml": POLICIES,
  });
}

/** Opened, labelled by `actor` with a reason, worked on. */
async function overridden(actor = "ana", branch = "work") {
  const pull = repo.open(undefined, branch);
  await hand.work();
  hand.hub.label(repo.name, pull.number, LABEL, { actor });
  hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor });
  await later();
  return pull;
}

interface Told {
  readonly type: string;
  readonly severity: string;
  readonly actor: string | null;
  readonly payload: {
    readonly because?: string;
    readonly pullRequest?: number;
    readonly repositoryId?: number;
    readonly overrideId?: string;
  };
}

/** Audit events about overrides of the pull request, oldest first. */
async function told(number: number): Promise<readonly Told[]> {
  const events = (await hand.deps.ledger.auditTrail(1000)) as unknown as readonly Told[];
  const mine = events.filter(({ type, payload }) => /^(override|post_hoc_review)\./.test(type) && payload.repositoryId === repo.id);
  return mine.filter(({ payload }) => payload.pullRequest === number).reverse();
}

async function types(number: number): Promise<string[]> {
  return (await told(number)).map(({ type }) => type);
}

async function why(number: number): Promise<readonly string[]> {
  return (await hand.deps.ledger.latestEvaluation(repo.key(number)))?.decision.overrideNotes ?? [];
}

function labels(number: number): readonly string[] {
  return hand.hub.pull(repo.name, number).labels;
}

describe("authority at that moment", () => {
  test("T59: whoever becomes an owner after setting the label has no authority for it; setting it again has", async () => {
    const pull = await overridden("dave");
    expect(repo.shows(pull.head)).toBe("action_required");
    hand.hub.addOrgMember("acme", "dave", { role: "admin" });
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "dave" });
    await later();
    expect(repo.shows(pull.head)).toBe("success");
    hand.hub.addOrgMember("acme", "dave", { role: "member" });
    await later();
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test("T59: the label that was refused stays without authority although nobody took it off and dave is an owner now", async () => {
    hand.hub.fail({ method: "DELETE", path: /labels/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    const pull = await overridden("dave");
    hand.hub.addOrgMember("acme", "dave", { role: "admin" });
    await later();
    expect(labels(pull.number)).toEqual([LABEL]);
    expect(repo.shows(pull.head)).toBe("action_required");
    expect(await why(pull.number)).toEqual(["dave was not entitled when the override label was set: not an owner"]);
    hand.hub.addOrgMember("acme", "dave", { role: "member" });
  });

  test("T59: a label whose signed delivery never came gives no authority", async () => {
    const pull = repo.open();
    await hand.work();
    const hook = hand.hub.hooks;
    hook.pause();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hook.pending.length = 0;
    hook.resume();
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await later();
    expect(repo.shows(pull.head)).toBe("action_required");
    expect((await why(pull.number))[0]).toContain("is not known: set it again");
  });

  test("T59: a label that is first worked on long after it was set gives no authority", async () => {
    const pull = repo.open();
    await hand.work();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await later(5, ahead(HOUR_MS));
    expect(repo.shows(pull.head)).toBe("action_required");
    expect((await why(pull.number))[0]).toContain("was seen too late");
  });

  test("T59: used once: the reason deleted and given again with a new label is no second use", async () => {
    const pull = await overridden();
    expect(repo.shows(pull.head)).toBe("success");
    hand.hub.deleteComments(repo.name, pull.number, { actor: "ana" });
    hand.hub.unlabel(repo.name, pull.number, LABEL, { actor: "ana" });
    await later();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await later();
    expect(repo.shows(pull.head)).toBe("action_required");
    expect((await why(pull.number))[0]).toContain("it can be used once");
  });

  test("T59: a replayed delivery of the label changes nothing", async () => {
    const pull = await overridden();
    const before = await types(pull.number);
    const sent = hand.hub.hooks.sent.find((each) => each.event === "pull_request" && each.action === "labeled")!;
    await hand.hub.hooks.duplicate(sent.guid);
    await later();
    expect(await types(pull.number)).toEqual(before);
  });
});

describe("the label of nobody entitled", () => {
  test("T59: is taken off once, and recorded with who and why", async () => {
    const pull = await overridden("dave");
    await later();
    expect(labels(pull.number)).toEqual([]);
    const events = await told(pull.number);
    const dave = String((await hand.deps.ledger.overrideGrants(repo.id, pull.number))[0]?.actorId);
    expect(events.map(({ type, severity, payload }) => [type, severity, payload.because])).toEqual([
      ["override.refused", "warning", "not an owner"],
      ["override.label_removed", "warning", "not an owner"],
    ]);
    expect(events[0]?.actor).toBe(dave);
    await overrideDebts.run(hand.deps);
    const removals = hand.hub.requests.filter(({ method, path }) => method === "DELETE" && path.includes(`/${pull.number}/labels/`));
    expect(removals.filter(({ path }) => path.startsWith(`/repos/${repo.name}/`))).toHaveLength(1);
  });

  test("T59: an authorised label is never taken off", async () => {
    const pull = await overridden("ana");
    await overrideDebts.run(hand.deps);
    expect(labels(pull.number)).toEqual([LABEL]);
  });

  test("T59: when somebody entitled has set it again meanwhile, that one stays", async () => {
    hand.hub.fail({ method: "DELETE", path: /labels/ }, { kind: "status", status: 502 }, 1);
    const pull = await overridden("dave");
    hand.hub.unlabel(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.pass(5);
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await later();
    await overrideDebts.run(hand.deps);
    expect(labels(pull.number)).toEqual([LABEL]);
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("a removal that fails changes no verdict, and is made good by the routine", async () => {
    hand.hub.fail({ method: "DELETE", path: /labels/ }, { kind: "status", status: 502 }, 1);
    const pull = await overridden("dave");
    expect(repo.shows(pull.head)).toBe("action_required");
    expect(labels(pull.number)).toEqual([LABEL]);
    await overrideDebts.run(hand.deps);
    expect(labels(pull.number)).toEqual([]);
  });
});

describe("the trail", () => {
  test("granted, used, merged: each critical and once; the forced record names the override and keeps its blockers", async () => {
    const pull = await overridden();
    await later();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    await later();
    const events = (await told(pull.number)).filter(({ type }) => type.startsWith("override."));
    expect(events.map(({ type, severity }) => [type, severity])).toEqual([
      ["override.granted", "critical"],
      ["override.used", "critical"],
      ["override.merged", "critical"],
    ]);
    const record = await hand.deps.ledger.approvalOf(repo.id, pull.number);
    expect(record?.approval).toMatchObject({ kind: "forced", approvedBy: [], overrideId: events[0]?.payload.overrideId });
    expect(record?.approval.blockerIds).toHaveLength(1);
  });

  test("T60: revoked by a push, by taking the label off, by closing; expired by the clock", async () => {
    const pushed = await overridden("ana", "pushed");
    const head = hand.hub.push(repo.name, "pushed", { [FILE]: BARE }, { actor: "alice" });
    await later();
    expect([repo.shows(pushed.head), repo.shows(head)]).toEqual(["action_required", "action_required"]);
    const taken = await overridden("ana", "taken");
    hand.hub.unlabel(repo.name, taken.number, LABEL, { actor: "ana" });
    const closed = await overridden("ana", "closed");
    hand.hub.closePull(repo.name, closed.number, { actor: "alice" });
    const expired = await overridden("ana", "expired");
    await later();
    await hand.deps.ledger.markDirty(repo.key(expired.number));
    await later(5, ahead(4 * HOUR_MS));
    const ends = async ({ number }: { number: number }) => (await types(number)).filter((type) => /expired|revoked|merged/.test(type));
    expect(await Promise.all([pushed, taken, closed, expired].map(ends))).toEqual([
      ["override.revoked"],
      ["override.revoked"],
      ["override.revoked"],
      ["override.expired"],
    ]);
    expect(repo.shows(expired.head)).toBe("action_required");
  });
});

describe("the post-hoc review", () => {
  const issueOf = (number: number) => hand.hub.issues(repo.name).filter((issue) => issue.title.includes(`#${number} `));

  test("is opened as one issue that says who, why, what and until when", async () => {
    const pull = await overridden();
    await later();
    const [issue, ...more] = issueOf(pull.number);
    expect(more).toEqual([]);
    expect(issue).toMatchObject({ author: "countersign[bot]", state: "open" });
    for (const said of ["ana", "pager 1234", "INC-7", "`customers.email`", "sec-ops", pull.head]) expect(issue?.body).toContain(said);
    const [review] = await hand.deps.ledger.openReviews(repo.key(pull.number), 5);
    expect(issue?.title).toContain(review?.dueAt.slice(0, 10));
    expect(await types(pull.number)).toContain("post_hoc_review.opened");
  });

  test("a reason full of markup pings nobody and breaks nothing", async () => {
    const pull = repo.open();
    await hand.work();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, '/countersign override reason="@bob <b>x</b> #1 -->"', { actor: "ana" });
    await later();
    const body = issueOf(pull.number)[0]?.body ?? "";
    expect(body).toContain("bob");
    expect(body).not.toMatch(/@bob|<b>|[^:] #1\b|-->[^]*-->/);
  });

  test.each([
    ["the answer is lost", { kind: "effect-then-hang" }, 1],
    ["GitHub fails at first", { kind: "status", status: 502 }, 0],
  ] as const)("one issue also when %s", async (_what, fault, made) => {
    hand.hub.fail({ method: "POST", path: /\/issues$/ }, fault, 1);
    const pull = await overridden();
    expect(issueOf(pull.number)).toHaveLength(made);
    expect(repo.shows(pull.head)).toBe("success");
    await overrideDebts.run(hand.deps);
    await overrideDebts.run(hand.deps);
    expect(issueOf(pull.number)).toHaveLength(1);
    expect((await hand.deps.ledger.openReviews(repo.key(pull.number), 5))[0]?.issueNumber).toBe(issueOf(pull.number)[0]?.number);
  });

  test("an issue that somebody else planted with our mark is not taken for ours", async () => {
    hand.hub.fail({ method: "POST", path: /\/issues$/ }, { kind: "status", status: 502 }, 1);
    const pull = await overridden();
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
    const pull = await overridden();
    const { number } = issueOf(pull.number)[0]!;
    hand.hub.closeIssue(repo.name, number, { actor, ...how });
    await later();
    await postHocReviews.run(hand.deps);
    const [issue] = issueOf(pull.number);
    expect(issue).toMatchObject({ state: "open" });
    expect(issue?.comments.map(({ body }) => body)).toEqual([expect.stringContaining("is no post-hoc review")]);
    expect((await types(pull.number)).filter((type) => type === "post_hoc_review.closing_refused")).toHaveLength(1);
    expect(await hand.deps.ledger.openReviews(repo.key(pull.number), 5)).toHaveLength(1);
  });

  test("an approver of the change does not review its override", async () => {
    const pull = await overridden();
    hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
    await later();
    const { number } = issueOf(pull.number)[0]!;
    hand.hub.closeIssue(repo.name, number, { actor: "bob" });
    await later();
    expect(issueOf(pull.number)[0]).toMatchObject({ state: "open" });
    hand.hub.closeIssue(repo.name, number, { actor: "carol" });
    await later();
    expect(issueOf(pull.number)[0]).toMatchObject({ state: "closed" });
    expect((await types(pull.number)).at(-1)).toBe("post_hoc_review.closed");
  });

  test("closed by somebody eligible: it counts, by webhook or by the routine, also after the merge", async () => {
    const pull = await overridden();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    await later();
    hand.hub.hooks.pause();
    hand.hub.closeIssue(repo.name, issueOf(pull.number)[0]!.number, { actor: "carol" });
    hand.hub.hooks.pending.length = 0;
    hand.hub.hooks.resume();
    await postHocReviews.run(hand.deps);
    expect(await hand.deps.ledger.openReviews(repo.key(pull.number), 5)).toEqual([]);
    expect(issueOf(pull.number)[0]).toMatchObject({ state: "closed", comments: [] });
  });

  test("while the people cannot be read, a closing neither counts nor is undone", async () => {
    const pull = await overridden();
    hand.hub.fail({ method: "GET", path: /\/members/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    hand.hub.closeIssue(repo.name, issueOf(pull.number)[0]!.number, { actor: "carol" });
    hand.pass(5);
    await hand.hub.settled();
    await expect(postHocReviews.run(hand.deps)).rejects.toThrow("could not all be looked at");
    expect(await hand.deps.ledger.openReviews(repo.key(pull.number), 5)).toHaveLength(1);
    expect(issueOf(pull.number)[0]).toMatchObject({ state: "closed", comments: [] });
  });

  test("overdue: told once, and with blockWhileOverdue a new override is refused by name until the review is closed", async () => {
    repo = configured("{ blockWhileOverdue: true, postHocReviewHours: 0.01 }");
    const first = await overridden("ana", "first");
    hand.pass(60);
    await overrideDebts.run(hand.deps);
    await overrideDebts.run(hand.deps);
    expect((await types(first.number)).filter((type) => type === "post_hoc_review.overdue")).toHaveLength(1);
    const { number } = issueOf(first.number)[0]!;
    const second = await overridden("ana", "second");
    expect(repo.shows(second.head)).toBe("action_required");
    expect((await why(second.number))[0]).toContain(`no new override while a post-hoc review is overdue: #${number}`);
    hand.hub.closeIssue(repo.name, number, { actor: "carol" });
    await later();
    await hand.deps.ledger.markDirty(repo.key(second.number));
    await later();
    expect(repo.shows(second.head)).toBe("success");
  });
});
