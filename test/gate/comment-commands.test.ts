import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commandsIn } from "../../src/engine/policy/comment-command.ts";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** What people may ask in a comment, and what a comment can never do. */
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

async function say(number: number, body: string, actor = "alice") {
  const { id } = hand.hub.comment(repo.name, number, body, { actor });
  hand.pass(5);
  await hand.work();
  return id;
}

const answers = (number: number) => hand.hub.comments(repo.name, number).filter(({ viaApp }) => viaApp);
const reactions = (id: number) => hand.hub.reactions(repo.name, id);

async function opened() {
  const pull = repo.open();
  await hand.work();
  return pull;
}

describe("commands", () => {
  test.each([
    ["/countersign status", ["status"]],
    ["text\n/countersign recheck  \n/countersign STATUS", ["recheck", "status"]],
    ["/countersign", ["help"]],
    ["/countersign dance", ["unknown"]],
    ["> /countersign status", []],
    ["```\n/countersign status\n```", []],
    ["~~~\n```\n/countersign status\n~~~", []],
    ["    /countersign status", []],
    ["please /countersign status", []],
    ["/countersignstatus", []],
    ["<!-- \n/countersign status\n-->", []],
    ["`/countersign status`", []],
  ])("%j", (body, commands) => expect(commandsIn(body)).toEqual(commands));
});

test("help, status and explain are answered with a reaction and a reply; recheck with a reaction", async () => {
  const { number } = await opened();
  for (const [body, said] of [
    ["/countersign help", "Commands, each on a line of its own"],
    ["/countersign status", "Waiting for **sec-ops**"],
    ["/countersign explain", "tag `pii`"],
  ] as const) {
    const id = await say(number, body);
    expect(reactions(id)).toEqual(["+1"]);
    expect(answers(number).at(-1)?.body).toContain(said.replaceAll("**", ""));
  }
  const id = await say(number, "/countersign recheck");
  expect([reactions(id), answers(number).length]).toEqual([["eyes"], 3]);
  const unknown = await say(number, "/countersign dance");
  expect([reactions(unknown), answers(number).at(-1)?.body]).toEqual([["confused"], expect.stringContaining("no command I know")]);
});

test("once per comment: not at the next evaluation, not for an edit, not for a delivery that comes again under another id", async () => {
  const { number } = await opened();
  const id = await say(number, "/countersign status");
  hand.hub.editComment(repo.name, id, "/countersign help", { actor: "alice" });
  hand.pass(5);
  await hand.work();
  const sent = hand.hub.hooks.sent.findLast(
    (delivery) => delivery.event === "issue_comment" && delivery.action === "created" && delivery.body.includes(`"id":${id},`),
  );
  await hand.deps.ledger.recordDelivery({
    guid: `again-${id}`,
    event: "issue_comment",
    action: "created",
    body: sent?.body ?? "",
    bodySha256: "other",
    marks: [],
    receipts: [
      {
        kind: "comment",
        repositoryId: repo.id,
        number,
        subject: String(id),
        actorId: 1,
        actorLogin: "alice",
        viaApp: null,
        commitId: null,
        headSha: null,
        baseRef: null,
        detail: "/countersign status",
      },
    ],
  });
  await hand.deps.ledger.markDirty(repo.key(number));
  await hand.work();
  expect(answers(number)).toHaveLength(1);
});

test("an answer whose outcome is not known is looked for, and not given twice", async () => {
  const { number } = await opened();
  hand.hub.fail({ method: "POST", path: /\/issues\/\d+\/comments$/ }, { kind: "effect-then-hang" }, 1);
  await say(number, "/countersign status");
  expect(answers(number)).toHaveLength(1);
  await hand.deps.ledger.markDirty(repo.key(number));
  await hand.work();
  await hand.deps.ledger.markDirty(repo.key(number));
  await hand.work();
  expect(answers(number)).toHaveLength(1);
});

test("T05/T61: a comment of an app is no command, and no comment grants anything", async () => {
  const { number, head } = await opened();
  await say(number, "/countersign recheck\n/countersign approve\nLGTM", "bob");
  expect(repo.shows(head)).toBe("action_required");
  const said = answers(number).length;
  await say(number, "> /countersign status\n\nnothing", "bob");
  expect(answers(number)).toHaveLength(said);
});

describe("override and withdraw", () => {
  test("T59: refused with the reason; nobody entitled by a comment alone", async () => {
    const { number, head } = await opened();
    const early = await say(number, '/countersign override reason="pager"', "ana");
    expect([reactions(early), answers(number).at(-1)?.body]).toEqual([["eyes"], expect.stringContaining("set the override label too")]);
    hand.hub.label(repo.name, number, "governance-override", { actor: "dave" });
    const refused = await say(number, '/countersign override reason="pager"', "dave");
    expect([reactions(refused), answers(number).at(-1)?.body]).toEqual([["-1"], expect.stringContaining("dave may not override")]);
    expect(repo.shows(head)).toBe("action_required");
  });

  test("T59/T64: taken back by whoever set it, by nobody else", async () => {
    const { number, head } = await opened();
    hand.hub.label(repo.name, number, "governance-override", { actor: "ana" });
    const set = await say(number, '/countersign override reason="pager"', "ana");
    expect([repo.shows(head), reactions(set)]).toEqual(["success", ["+1"]]);
    const other = await say(number, "/countersign withdraw", "bob");
    expect([repo.shows(head), reactions(other)]).toEqual(["success", ["confused"]]);
    const own = await say(number, "/countersign withdraw", "ana");
    expect([repo.shows(head), reactions(own)]).toEqual(["action_required", ["+1"]]);
    expect(hand.hub.checkRuns(repo.name, head)[0]?.output.summary).toContain("was taken back");
  });
});

test("the one comment: off unless asked for, edited in place, found again when its id was lost", async () => {
  const quiet = await opened();
  expect(answers(quiet.number)).toHaveLength(0);
  repo = hand.repository({
    [FILE]: CONTRACT,
    ".choochoorc": `${CONFIG}check: { comment: true }\n`,
    ".choochoo/approval-policies.yaml": POLICIES,
  });
  const { number } = await opened();
  expect(answers(number)).toHaveLength(1);
  const [first] = answers(number);
  expect(first?.body).toContain("Waiting for sec-ops");
  hand.hub.review(repo.name, number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  // As after a restore of an older database.
  await hand.database.outer.execute("delete from pull_comment");
  await hand.work();
  expect(answers(number).map(({ id }) => id)).toEqual([first?.id]);
  expect(answers(number)[0]?.body).toContain("Approved by bob");
});
