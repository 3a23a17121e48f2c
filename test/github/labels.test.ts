import { describe, expect, it } from "vitest";
import type { PullTruth, Receipt } from "../../src/gate/ports.ts";
import { commentFacts, type Dating, labelFacts, labelsFromReceipts } from "../../src/github/labels.ts";
import { headAt, type PushHistory } from "../../src/github/pushes.ts";
import type { LabelEvent } from "../../src/github/timeline.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const push = (sha: string, second: number) => ({ sha, actor: "alice", at: at(second), forced: false });
const log = (...pushes: ReturnType<typeof push>[]): PushHistory => ({ pushes, complete: true });

describe("headAt", () => {
  const history = log(push("A", 10), push("B", 20), push("C", 20), push("D", 30));
  it.each([
    ["before every push", 5, null],
    ["in the second of the first push, which made the branch", 10, "A"],
    ["after it", 15, "A"],
    ["in a second of two pushes: which came first is unknown", 20, null],
    ["after both", 25, "C"],
    ["in the second of a later push: it may have come before or after", 30, null],
    ["after the last", 99, "D"],
  ])("%s", (_, second, head) => {
    expect(headAt(history, at(second))).toBe(head);
  });

  it("knows nothing of an incomplete log", () => {
    expect(headAt({ ...history, complete: false }, at(25))).toBeNull();
  });
});

const labelled = (name: string, second: number, more: Partial<LabelEvent> = {}): LabelEvent => ({
  name,
  actorId: 4,
  actor: "ana",
  at: at(second),
  viaApp: null,
  removedAt: null,
  ...more,
});
const delivered = (detail: string, headSha: string, second: number, more: Partial<Receipt> = {}): Receipt => ({
  kind: "labeled",
  repositoryId: 7,
  number: 5,
  subject: `${detail} ${second}`,
  actorId: 4,
  actorLogin: "ana",
  viaApp: null,
  commitId: null,
  headSha,
  baseRef: "main",
  detail,
  at: at(second),
  ...more,
});
const dating = (more: Partial<Dating>): Dating => ({
  pull: { baseRef: "main" } as PullTruth,
  receipts: [],
  pushes: { pushes: [], complete: false },
  retargets: [],
  ...more,
});
const NAME = "governance-override";
const heads = (events: LabelEvent[], more: Partial<Dating>) => labelFacts(events, dating(more)).map((label) => label.headSha);

describe("labelFacts", () => {
  it("takes the head from the signed delivery", () => {
    expect(labelFacts([labelled(NAME, 10)], dating({ receipts: [delivered(NAME, "A", 900)] }))).toEqual([
      { name: NAME, actor: "ana", at: at(10), viaApp: null, removedAt: null, headSha: "A", baseRef: "main", delivery: `${NAME} 900` },
    ]);
  });

  it.each([
    ["of another person", { actorId: 5 }],
    ["of another label", { detail: "other" }],
    ["of taking it off", { kind: "unlabeled" as const }],
  ])("does not take it from a delivery %s", (_, more) => {
    expect(heads([labelled(NAME, 10)], { receipts: [delivered(NAME, "A", 11, more)] })).toEqual([null]);
  });

  it("takes repeated labels in their order", () => {
    const events = [labelled(NAME, 10, { removedAt: at(15) }), labelled(NAME, 20)];
    expect(heads(events, { receipts: [delivered(NAME, "B", 21), delivered(NAME, "A", 11)] })).toEqual(["A", "B"]);
  });

  it("cannot tell which of two labels one delivery belongs to", () => {
    const events = [labelled(NAME, 10, { removedAt: at(15) }), labelled(NAME, 20)];
    expect(heads(events, { receipts: [delivered(NAME, "A", 11)] })).toEqual([null, null]);
  });

  it("falls back to the push log when the delivery was lost", () => {
    expect(heads([labelled(NAME, 15)], { pushes: log(push("A", 10), push("B", 20)) })).toEqual(["A"]);
  });

  it("T60: believes neither when delivery and push log disagree", () => {
    expect(heads([labelled(NAME, 15)], { receipts: [delivered(NAME, "B", 16)], pushes: log(push("A", 10), push("B", 20)) })).toEqual([
      null,
    ]);
  });

  it("T59: gives no head to a label that was seen being put on under another name", () => {
    // GitHub may show an old event under the label's new name: the delivery of that moment said `wip`.
    expect(heads([labelled(NAME, 15)], { receipts: [delivered("wip", "A", 16)], pushes: log(push("A", 10)) })).toEqual([null]);
  });

  it.each([
    ["before the label", 10, "main"],
    ["after the label", 20, null],
    ["in the same second", 15, null],
  ])("knows the base when the last retarget was %s: %s", (_, second, base) => {
    const [label] = labelFacts([labelled(NAME, 15)], dating({ pushes: log(push("A", 1)), retargets: [{ at: at(second) }] }));
    expect(label!.baseRef).toBe(base);
  });
});

describe("labelsFromReceipts", () => {
  it("pairs each putting on with the next taking off of that label", () => {
    const receipts = [
      delivered(NAME, "A", 30),
      delivered(NAME, "A", 20, { kind: "unlabeled" }),
      delivered("x", "A", 15, { kind: "unlabeled" }),
      delivered(NAME, "A", 10),
    ];
    expect(labelsFromReceipts(receipts).map(({ at: put, removedAt }) => [put, removedAt])).toEqual([
      [at(10), at(20)],
      [at(30), null],
    ]);
  });
});

describe("commentFacts", () => {
  const comment = { id: 1, user: "ana", body: "/countersign override", at: at(15), edited: false, viaApp: null };
  const receipt = delivered("/countersign help", "", 15, { kind: "comment", subject: "1", headSha: null });
  it.each([
    ["as it stands", {}, [], ["/countersign override"]],
    ["not when edited and nothing says what it was", { edited: true }, [], []],
    ["as first delivered", { edited: true }, [receipt], ["/countersign help"]],
    ["not when it held no command at first", {}, [{ ...receipt, detail: "thanks" }], []],
    ["not without a command", { body: "thanks" }, [], []],
  ])("keeps a command %s", (_, change, receipts, bodies) => {
    expect(commentFacts([{ ...comment, ...change }], dating({ receipts })).map((each) => each.body)).toEqual(bodies);
  });
});
