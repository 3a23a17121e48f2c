import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { configured, LABEL, OVERRIDE } from "../support/overriding.ts";

/** A decision is recorded as a landing's only when it still stood at the instant of the merge, whatever had been looked at by then. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
});
afterEach(() => {
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

interface Opened {
  readonly number: number;
  readonly head: string;
}

async function green(by: "review" | "override"): Promise<Opened> {
  repo = configured(hand, "{ ttlHours: 0.02 }");
  const pull = repo.open();
  await hand.work();
  if (by === "review") hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  else {
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
  }
  hand.pass(5);
  await hand.work();
  expect(repo.shows(pull.head)).toBe("success");
  return pull;
}

function merge({ number }: Opened): void {
  hand.hub.merge(repo.name, number, { actor: "ana", method: "squash", bypass: true });
}

async function record({ number }: Opened) {
  expect(await hand.work()).toEqual([]);
  const approval = (await hand.deps.ledger.approvalOf(repo.id, number))?.approval.kind ?? null;
  const told = (await hand.deps.ledger.auditTrail(100)).flatMap(({ type, payload }) => {
    const { repositoryId, because } = payload as { repositoryId?: number; because?: string };
    return repositoryId === repo.id && type.startsWith("incident.") ? [`${type}: ${because}`] : [];
  });
  return { approval, told };
}

const objects = ({ number }: Opened): void => void hand.hub.review(repo.name, number, { actor: "carol", state: "CHANGES_REQUESTED" });
const unlabels = ({ number }: Opened): void => hand.hub.unlabel(repo.name, number, LABEL, { actor: "ana" });
const reopens = ({ number }: Opened): void => {
  hand.hub.closePull(repo.name, number, { actor: "alice" });
  hand.hub.reopenPull(repo.name, number, { actor: "alice" });
};
const movesBack = (pull: Opened): void => {
  hand.hub.push(repo.name, "work", { "README.md": "On the way.\n" }, { actor: "alice" });
  hand.hub.pushCommit(repo.name, "work", pull.head, { actor: "bob" });
};

test.each([
  ["T59: an override that had run out", "override", () => hand.pass(120), "has run out"],
  ["T59: an override whose label was taken off", "override", unlabels, "Waiting for sec-ops"],
  [
    "T59: an override that was withdrawn by a comment",
    "override",
    (pull: Opened): void => void hand.hub.comment(repo.name, pull.number, "/countersign withdraw", { actor: "ana" }),
    "was taken back",
  ],
  ["T16: an approval to which somebody entitled objected", "review", objects, "Changes requested by carol"],
  ["T57: an approval from before it was closed and reopened", "review", reopens, "Waiting for sec-ops"],
  ["T02: an approval by whoever moved the head back to where it was given", "review", movesBack, "Waiting for sec-ops"],
  ["T60: an override from before the head was moved away and back", "override", movesBack, "before the last push"],
] as const)("%s, merged before that was looked at: an incident, no approval by faith", async (_what, by, ends, because) => {
  const pull = await green(by);
  ends(pull);
  hand.pass(5);
  merge(pull);
  const { approval, told } = await record(pull);
  expect(approval).toBeNull();
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^incident\.bypass: #\d+ was merged, but by then it was /);
  expect(told[0]).toContain(because);
});

test.each([
  ["an objection", "review", objects, "regular"],
  ["what its approver pushes to the branch", "review", movesBack, "regular"],
  ["a label taken off", "override", unlabels, "forced"],
  ["the term of an override that runs out", "override", () => hand.pass(120), "forced"],
] as const)("%s after the merge takes nothing from its record", async (_what, by, ends, kind) => {
  const pull = await green(by);
  merge(pull);
  hand.pass(5);
  ends(pull);
  expect(await record(pull)).toEqual({ approval: kind, told: [] });
});
