import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { branchWalker } from "../../src/gate/branch-routine.ts";
import { CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** Every first-parent commit of a governed branch is accounted for, whatever GitHub told us of it. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
});
beforeEach(async () => {
  repo = hand.repository();
  // The first delivery makes the repository known; the first look sets the watermark, and asks nothing of the past.
  hand.hub.push(repo.name, "main", { "README.md": "x" }, { actor: "ana", message: "before" });
  hand.pass(5);
  await hand.work();
  await look();
  expect(await incidents()).toEqual([]);
});
afterEach(() => {
  hand.hub.clearFaults();
  hand.hub.setWebhook(hand.webhook);
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

/** What the clock does: the branches are listed, and whatever moved is walked. */
async function look(): Promise<void> {
  await hand.database.outer.execute(`update watched_repository set walked_at = null where repository_id = ${repo.id}`);
  await branchWalker.run(hand.deps);
  expect(await hand.work()).toEqual([]);
}

async function incidents(): Promise<string[]> {
  const trail = await hand.deps.ledger.auditTrail(1000);
  return trail
    .filter(({ payload, type }) => type.startsWith("incident.") && (payload as { repositoryId?: number }).repositoryId === repo.id)
    .map(({ type, severity, payload }) => {
      expect(severity).toBe("critical");
      const { pullRequest } = payload as { pullRequest?: number };
      return pullRequest === undefined ? type : `${type} #${pullRequest}`;
    })
    .reverse();
}

async function told(): Promise<string> {
  const [newest] = (await hand.deps.ledger.auditTrail(1000)).filter(({ type }) => type === "incident.push");
  return (newest!.payload as { because: string }).because;
}

async function watermark(): Promise<string | null> {
  const work = await hand.deps.ledger.startBranch(`${repo.id}!main`);
  return work!.watermark;
}

function push(files: Record<string, string | null>, branch = "main"): string {
  hand.pass(5);
  return hand.hub.push(repo.name, branch, files, { actor: "ana", message: "pushed" });
}

function lose(): void {
  hand.hub.setWebhook(null);
}

describe("T51: what came past every pull request", () => {
  test("a push that strips a tag is an incident, once, also when it is put back at once", async () => {
    push({ [FILE]: STRIPPED });
    const tip = push({ [FILE]: CONTRACT });
    expect(await hand.work()).toEqual([]);
    expect(await incidents()).toEqual(["incident.push", "incident.push"]);
    expect(await told()).toContain(`was pushed to \`main\` past the gate: it changes \`${FILE}\``);
    expect(await watermark()).toBe(tip);
    await look();
    expect(await incidents()).toHaveLength(2);
  });

  test("with every delivery lost it is found by the clock", async () => {
    lose();
    push({ [FILE]: STRIPPED });
    await look();
    expect(await incidents()).toEqual(["incident.push"]);
  });

  test("T73: with every delivery lost, what is open on the branch is decided anew, and nothing more the next time", async () => {
    const pull = await repo.green();
    const version = async () => (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.version;
    const before = await version();
    lose();
    push({ "README.md": "y" });
    await look();
    expect(await version()).toBe(before + 1);
    await look();
    expect(await version()).toBe(before + 1);
  });

  test("T73: a group of the merge queue that nobody announced gets its check", async () => {
    const pull = await repo.green();
    lose();
    const { headSha } = hand.hub.enqueue(repo.name, pull.number, { actor: "alice" });
    await look();
    expect(repo.shows(headSha)).toBe("success");
  });

  test("what changes nothing governed moves the watermark and nothing else", async () => {
    const tip = push({ "README.md": "y", "src/app.ts": "1" });
    await hand.work();
    expect(await incidents()).toEqual([]);
    expect(await watermark()).toBe(tip);
  });

  test("a force push is an incident, and the branch is watched from where it stands now", async () => {
    push({ "README.md": "y" });
    await hand.work();
    const elsewhere = push({ "README.md": "z" }, "elsewhere");
    hand.hub.pushCommit(repo.name, "main", elsewhere, { actor: "ana" });
    await hand.work();
    push({ "README.md": "w" });
    await hand.work();
    const before = await incidents();
    const rewritten = hand.hub.push(repo.name, "other", { "README.md": "v" }, { actor: "ana", message: "other" });
    expect(rewritten).toBeDefined();
    hand.hub.pushCommit(repo.name, "main", elsewhere, { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect((await incidents()).length).toBe(before.length + 1);
    expect(await told()).toContain("no longer holds");
    expect(await watermark()).toBe(elsewhere);
  });

  test("deleted and made anew from elsewhere: it has to come back from where it was", async () => {
    hand.hub.push(repo.name, "release/1", {}, { actor: "ana", message: "branch" });
    await hand.work();
    await look();
    const stripped = push({ [FILE]: STRIPPED }, "release/1");
    await hand.work();
    expect(await incidents()).toEqual(["incident.push"]);
    expect(stripped).toBeDefined();
    expect((await hand.deps.ledger.startBranch(`${repo.id}!release/1`))?.watermark).toBe(stripped);
  });

  test("policy changed past the gate is an incident of the branch as well as of the policy", async () => {
    push({ ".choochoo/approval-policies.yaml": POLICIES.replace("slaHours: 24", "mode: shadow") });
    await hand.work();
    expect(await incidents()).toContain("incident.push");
    expect(await told()).toContain("`.choochoo/approval-policies.yaml`");
  });

  test("that a pull request to another branch names the commit proves nothing", async () => {
    hand.hub.push(repo.name, "junk", {}, { actor: "ana", message: "branch" });
    const pull = repo.open({ [FILE]: STRIPPED }, "work", "junk");
    await hand.work();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "merge" });
    await hand.work();
    hand.hub.pushCommit(repo.name, "main", pull.head, { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(await incidents()).toContain("incident.push");
  });
});

describe("what was merged", () => {
  test.each(["squash", "merge", "rebase"] as const)("%s of an approved pull request: its approval, and no incident", async (method) => {
    const pull = await repo.green();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method });
    await hand.work();
    await look();
    expect(await incidents()).toEqual([]);
    expect((await hand.deps.ledger.approvalOf(repo.id, pull.number))?.approval.kind).toBe("regular");
  });

  test("a rebase of three commits: each of them belongs to it", async () => {
    const OTHER = FILE.replace("customers", "orders");
    hand.hub.push(repo.name, "work", { [FILE]: STRIPPED }, { actor: "alice", message: "one" });
    hand.hub.push(repo.name, "work", { "README.md": "two" }, { actor: "alice", message: "two" });
    const pull = await repo.green({ [OTHER]: CONTRACT });
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "rebase" });
    await hand.work();
    await look();
    expect(await incidents()).toEqual([]);
    expect((await hand.deps.ledger.approvalOf(repo.id, pull.number))?.approval.kind).toBe("regular");
  });

  test("a push in front of a merge is not taken for a part of it", async () => {
    const OTHER = FILE.replace("customers", "orders");
    hand.hub.push(repo.name, "work", { "README.md": "two" }, { actor: "alice", message: "one" });
    const pull = await repo.green({ [OTHER]: CONTRACT });
    lose();
    push({ [FILE]: STRIPPED });
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    hand.pass(5);
    await look();
    expect(await incidents()).toContain("incident.push");
  });

  test("nor is one of the same content, since the log of the branch tells that it came before", async () => {
    hand.hub.push(repo.name, "work", { "README.md": "two" }, { actor: "alice", message: "one" });
    const pull = await repo.green();
    lose();
    const pushed = push({ [FILE]: STRIPPED });
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    hand.pass(5);
    await look();
    expect(await incidents()).toEqual(["incident.push"]);
    expect(await told()).toContain(pushed.slice(0, 7));
    expect((await hand.deps.ledger.approvalOf(repo.id, pull.number))?.approval.kind).toBe("regular");
  });

  test("merged while the app was down, every delivery lost: recorded as the merge that it was", async () => {
    const pull = await repo.green();
    lose();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    hand.pass(5);
    await look();
    expect(await incidents()).toEqual([]);
    expect((await hand.deps.ledger.approvalOf(repo.id, pull.number))?.approval.mergedBy).not.toBeNull();
  });

  test("opened and merged while the app was down: a bypass, with its pull request", async () => {
    lose();
    const pull = repo.open();
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    hand.pass(5);
    await look();
    expect(await incidents()).toEqual([`incident.bypass #${pull.number}`]);
  });

  test("two pull requests that one push closes: something is recorded for each, and for each commit", async () => {
    const one = repo.open({ [FILE]: STRIPPED }, "one");
    hand.hub.pushCommit(repo.name, "two", one.head, { actor: "alice" });
    const two = repo.open({ [FILE.replace("customers", "orders")]: CONTRACT }, "two");
    await hand.work();
    hand.hub.pushCommit(repo.name, "main", two.head, { actor: "ana" });
    hand.pass(5);
    expect(await hand.work()).toEqual([]);
    await look();
    const said = await incidents();
    // The first commit is one of those that the second pull request brought.
    expect(said.toSorted()).toEqual([one, two].map(({ number }) => `incident.bypass #${number}`));
    expect(await watermark()).toBe(two.head);
  });

  test("a merge queue's group: each of its pull requests has its record, and no incident", async () => {
    const [one, two] = [await repo.green(undefined, "one"), await repo.green({ [FILE.replace("customers", "orders")]: CONTRACT }, "two")];
    for (const { number } of [one, two]) hand.hub.enqueue(repo.name, number, { actor: "alice" });
    expect(await hand.work()).toEqual([]);
    hand.hub.landQueue(repo.name, { actor: "alice" });
    hand.pass(5);
    expect(await hand.work()).toEqual([]);
    await look();
    expect(await incidents()).toEqual([]);
    for (const { number } of [one, two]) expect(await hand.deps.ledger.approvalOf(repo.id, number)).not.toBeNull();
  });
});

describe("faults", () => {
  test("a worker that dies between any two steps leaves it to be done again, and nothing twice", async () => {
    lose();
    push({ [FILE]: STRIPPED });
    push({ [FILE]: CONTRACT });
    const { ledger } = hand.deps;
    for (const dies of ["startBranch", "moveWatermark"] as const) {
      const dying = { ...hand.deps, ledger: { ...ledger, [dies]: () => Promise.reject(new Error("killed")) } };
      await hand.database.outer.execute(`update watched_repository set walked_at = null where repository_id = ${repo.id}`);
      await branchWalker.run(hand.deps);
      expect((await hand.work(dying)).length).toBeGreaterThan(0);
      expect(await incidents()).toEqual([]);
    }
    await look();
    await look();
    expect(await incidents()).toEqual(["incident.push", "incident.push"]);
  });

  test("an older worker writes nothing any more", async () => {
    const key = `${repo.id}!main`;
    const old = (await hand.deps.ledger.startBranch(key))!;
    await hand.deps.ledger.startBranch(key);
    const move = { to: null, done: true, incidents: [{ sha: "a".repeat(40), because: "x" }], landings: [] };
    expect(await hand.deps.ledger.moveWatermark(old, move)).toBe(false);
    expect(await incidents()).toEqual([]);
    expect(await watermark()).not.toBeNull();
  });
});
