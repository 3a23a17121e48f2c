import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** GitHub lists the commits of a pull request against the base as it was: what landed since, with another one, is no part of it any more. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository();
});
afterEach(() => {
  expect(hand.hub.violations).toEqual([]);
  expect(hand.hub.unknownRequests).toEqual([]);
});
afterAll(() => hand.close());

const ADDED = "contracts/people.odcs.yaml";

function commit(files: Readonly<Record<string, string | null>>, ...parents: string[]): string {
  return hand.hub.commit(repo.name, files, { actor: "alice", parents });
}

async function opened(branch: string, head: string) {
  hand.hub.pushCommit(repo.name, branch, head, { actor: "alice" });
  hand.pass(5);
  const { number } = hand.hub.openPull(repo.name, { actor: "alice", head: branch, title: branch });
  hand.pass(5);
  await hand.work();
  return number;
}

async function approvedAndLanded(number: number): Promise<void> {
  hand.hub.review(repo.name, number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  hand.hub.merge(repo.name, number, { actor: "alice", method: "merge" });
  hand.pass(5);
  await hand.work();
}

/** What holds of a branch on top of another one, whose pull request lands first. */
const ON_TOP = {
  "one line": (below: string) => commit({ "more.md": "1\n" }, below),
  "with the base merged in": (below: string) => {
    const aside = commit({ "aside.md": "1\n" }, hand.hub.tip(repo.name, "main"));
    return commit({ "aside.md": "1\n" }, commit({ "more.md": "1\n" }, below), aside);
  },
};

test.each(Object.entries(ON_TOP))(
  "what the branch below brought with its last commit is not taken back by the one above: %s",
  async (_, onTop) => {
    const first = commit({ "notes.md": "1\n" }, hand.hub.tip(repo.name, "main"));
    const second = commit({ [ADDED]: CONTRACT }, first);
    const below = await opened("below", second);
    const head = onTop(second);
    await opened("above", head);
    await approvedAndLanded(below);
    expect(hand.hub.read(repo.name, "refs/heads/main", ADDED)).toBe(CONTRACT);
    expect(repo.shows(head)).toBe("success");
  },
);

test.each(Object.entries(ON_TOP))("what it did and took back on the way is landed, and not asked for again: %s", async (_, onTop) => {
  const first = commit({ [FILE]: STRIPPED }, hand.hub.tip(repo.name, "main"));
  const second = commit({ [FILE]: CONTRACT }, first);
  const below = await opened("below", second);
  const head = onTop(second);
  await opened("above", head);
  expect(repo.shows(head)).toBe("action_required");
  await approvedAndLanded(below);
  expect(repo.shows(head)).toBe("success");
});
