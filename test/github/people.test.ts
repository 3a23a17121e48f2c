import { afterEach, describe, expect, it } from "vitest";
import { receiptsOf } from "../../src/bot/receipts.ts";
import type { PeopleFacts } from "../../src/engine/facts.ts";
import type { Receipt } from "../../src/gate/ports.ts";
import { TruthError } from "../../src/gate/ports.ts";
import type { Hub } from "../hub/hub.ts";
import { openRig, type Rig } from "./rig.ts";

const REPO = "acme/data";
let rig: Rig;
afterEach(() => rig.close());

async function open(): Promise<Rig> {
  rig = await openRig();
  return rig;
}

async function people(receipts: readonly Receipt[] = [], teams: readonly string[] = ["sec-ops"]): Promise<PeopleFacts> {
  return rig.pulls.people(await rig.pulls.read(rig.pull), teams, receipts);
}

/** What the inbox would have kept of every delivery so far, an hour ago and onwards, a second apart. */
function receiptsSoFar(hub: Hub): Receipt[] {
  return hub.hooks.pending.flatMap(({ event, body, guid }, index) =>
    receiptsOf(event, JSON.parse(body), guid).map((receipt) => ({
      ...receipt,
      at: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
    })),
  );
}

function listen(hub: Hub): void {
  hub.hooks.pause();
  hub.setWebhook({ url: "http://127.0.0.1:9/never", secret: "a-long-secret-for-the-hub" });
}

const reviewsOf = (facts: PeopleFacts) => facts.reviews.map(({ user, state }) => `${user} ${state}`);

describe("who contributed", () => {
  it("T02: everybody who pushed, whatever the commit says", async () => {
    const { hub } = await open();
    hub.grant(REPO, "bob", "write");
    hub.push(REPO, "strip", { "docs/x.md": "1" }, { actor: "bob", author: "alice", committer: "alice", verified: false });
    const facts = await people();
    expect(facts.pushes.map((push) => push.actor)).toEqual(["alice", "bob"]);
    expect(facts.history.pushHistoryComplete).toBe(true);
  });

  it("T02: a push before the pull request was opened, and a forced one", async () => {
    const { hub } = await open();
    hub.grant(REPO, "bob", "write");
    const first = hub.tip(REPO, "strip");
    hub.push(REPO, "early", { "docs/a.md": "1" }, { actor: "bob" });
    hub.push(REPO, "early", { "docs/a.md": "2" }, { actor: "alice", onto: first });
    const { number } = hub.openPull(REPO, { actor: "alice", head: "early", base: "main" });
    const facts = await rig.pulls.people(await rig.pulls.read({ ...rig.pull, number }), [], []);
    expect(facts.pushes).toMatchObject([
      { actor: "bob", forced: false },
      { actor: "alice", forced: true },
    ]);
  });

  it("T03, T04: co-authors by GitHub's own address, others and unknown addresses as nobody", async () => {
    const { hub } = await open();
    const { id } = (await people()).actors.find((actor) => actor.login === "bob")!;
    const nobody = { name: "Alice", email: "alice@elsewhere.example" };
    hub.push(
      REPO,
      "strip",
      { "docs/x.md": "1" },
      {
        actor: "alice",
        author: nobody,
        message: `x\n\nCo-authored-by: B <${id}+bob@users.noreply.github.com>\nco-authored-by: C <c@x.example>`,
      },
    );
    const commit = (await people()).commits.at(-1)!;
    expect(commit).toMatchObject({ author: null, committer: null, coAuthors: ["bob", null], verified: false });
  });

  it("T12: the person who was renamed, not the one who took the old name", async () => {
    const { hub } = await open();
    const before = (await people()).actors.find((actor) => actor.login === "alice")!;
    hub.renameUser("alice", "alice2");
    hub.createUser("alice");
    hub.grant(REPO, "alice", "write");
    hub.review(REPO, rig.number, { actor: "alice", state: "APPROVED" });
    // The commits were listed under the old name: at most one torn reading, then the truth.
    const facts = await people().catch(() => people());
    expect(facts.actors.find((actor) => actor.login === "alice2")!.id).toBe(before.id);
    expect(facts.actors.find((actor) => actor.login === "alice")!.id).not.toBe(before.id);
    expect(facts.commits[0]!.author).toBe("alice2");
    expect(facts.pushes[0]!.actor).toBe("alice2");
  });

  it("is incomplete for a head whose pushes cannot be read", async () => {
    const { hub } = await open();
    hub.fail({ path: /\/activity/ }, { kind: "status", status: 404 }, 1);
    const facts = await people();
    expect([facts.pushes, facts.history.pushHistoryComplete]).toEqual([[], false]);
  });

  it("T51: where a base branch stood, newest first, and that a server keeps no log of it", async () => {
    const { hub } = await open();
    const [first, second] = ["1", "2"].map((text) => hub.push(REPO, "main", { "docs/a.md": text }, { actor: "ana" }));
    expect((await rig.pulls.tipsOf(rig.repository, "main"))?.slice(0, 2)).toEqual([second, first]);
    hub.fail({ path: /\/activity/ }, { kind: "status", status: 404 }, 1);
    expect(await rig.pulls.tipsOf(rig.repository, "main")).toBeNull();
    expect(await rig.pulls.tipsOf(rig.repository, "never")).toBeNull();
    hub.fail({ path: /\/activity/ }, { kind: "status", status: 502 }, 1);
    await expect(rig.pulls.tipsOf(rig.repository, "main")).rejects.toThrow(TruthError);
  });

  it("is incomplete for a fork that the app cannot see, and for one that was deleted", async () => {
    const { hub } = await open();
    hub.fork(REPO, "alice");
    hub.push("alice/data", "far", { "contracts/c.yaml": "pii: maybe\n" }, { actor: "alice" });
    const { number } = hub.openPull(REPO, { actor: "alice", head: "alice:far", base: "main" });
    const truth = await rig.pulls.read({ ...rig.pull, number });
    const facts = await rig.pulls.people(truth, [], []);
    expect([facts.pushes, facts.history.pushHistoryComplete]).toEqual([[], false]);
    const orphan = await rig.pulls.people({ ...truth, headRepositoryId: null, headRepository: null }, [], []);
    expect(orphan.history.pushHistoryComplete).toBe(false);
  });

  it.each([
    [250, true],
    [251, false],
  ])("T38: %i commits", async (count, complete) => {
    const { hub } = await open();
    for (let index = 1; index < count; index++) hub.push(REPO, "strip", { "docs/n.md": `${index}` }, { actor: "alice" });
    const facts = await people();
    expect(facts.commits.length).toBe(250);
    expect(facts.history.pushHistoryComplete).toBe(complete);
  });
});

describe("who voted", () => {
  it("T05, T11: bots and deleted accounts are shown as such", async () => {
    const { hub } = await open();
    hub.createUser("robot[bot]", { type: "Bot" });
    hub.grant(REPO, "robot[bot]", "write");
    hub.review(REPO, rig.number, { actor: "robot[bot]", state: "APPROVED" });
    hub.review(REPO, rig.number, { actor: "bob", state: "APPROVED" });
    hub.deleteUser("bob");
    const facts = await people();
    expect(reviewsOf(facts)).toEqual(["robot[bot] APPROVED", "null APPROVED"]);
    expect(facts.actors.find((actor) => actor.login === "robot[bot]")?.type).toBe("Bot");
  });

  it("T17: a dismissed vote says what it was and who ended it", async () => {
    const { hub } = await open();
    const { id } = hub.review(REPO, rig.number, { actor: "bob", state: "CHANGES_REQUESTED" });
    hub.dismissReview(REPO, rig.number, id, { actor: "ana" });
    expect((await people()).reviews).toMatchObject([{ id, state: "DISMISSED", dismissedBy: "ana", dismissedState: "CHANGES_REQUESTED" }]);
  });

  it("carries the head of the first signed delivery, and none without one", async () => {
    const { hub } = await open();
    listen(hub);
    const head = hub.headSha(REPO, rig.number);
    hub.review(REPO, rig.number, { actor: "bob", state: "APPROVED" });
    const receipts = receiptsSoFar(hub);
    hub.push(REPO, "strip", { "docs/x.md": "1" }, { actor: "alice" });
    expect((await people(receipts)).reviews[0]!.receipt).toEqual({ commitId: head, headSha: head, at: receipts[0]!.at });
    expect((await people()).reviews[0]!.receipt).toBeNull();
    const stolen = receipts.map((receipt) => ({ ...receipt, actorId: 1 }));
    expect((await people(stolen)).reviews[0]!.receipt).toBeNull();
  });
});

describe("who may", () => {
  it("T06, T07: a person who left is no member, and an invited one is pending", async () => {
    const { hub } = await open();
    hub.addMember("acme/sec-ops", "carol", { state: "pending" });
    hub.review(REPO, rig.number, { actor: "carol", state: "APPROVED" });
    hub.review(REPO, rig.number, { actor: "bob", state: "APPROVED" });
    expect((await people()).teams[0]!.members).toEqual([
      { user: "bob", state: "active", inherited: false },
      { user: "carol", state: "pending", inherited: false },
    ]);
    hub.removeMember("acme/sec-ops", "bob");
    expect((await people()).teams[0]!.members.map((member) => member.user)).toEqual(["carol"]);
  });

  it("T09: members of a child team are marked", async () => {
    const { hub } = await open();
    hub.createTeam("acme", "night-shift", { parent: "sec-ops" });
    hub.addMember("acme/night-shift", "carol");
    const [team] = (await people()).teams;
    expect(Object.fromEntries(team!.members.map(({ user, inherited }) => [user, inherited]))).toEqual({ bob: false, carol: true });
  });

  it.each([404, 403])("T10: a team that answers %i is unreadable, not empty", async (status) => {
    const { hub } = await open();
    hub.fail({ path: /teams\/sec-ops\/members|\/members$/ }, { kind: "status", status }, Number.POSITIVE_INFINITY);
    expect((await people()).teams).toEqual([{ slug: "sec-ops", id: 0, readable: false, members: [] }]);
  });

  it("asks for the role of those who voted from outside every team", async () => {
    const { hub } = await open();
    hub.review(REPO, rig.number, { actor: "carol", state: "APPROVED" });
    hub.review(REPO, rig.number, { actor: "bob", state: "APPROVED" });
    expect((await people()).permissions).toEqual({ carol: "triage" });
  });

  it("names the organisation's owners", async () => {
    await open();
    const facts = await people();
    expect(facts.owners).toEqual(["ana"]);
    expect(facts.actors.map((actor) => actor.login)).toContain("ana");
  });
});

describe("what happened", () => {
  it("T59: a label with who put it on and on which head; gone after it was taken off", async () => {
    const { hub } = await open();
    listen(hub);
    const head = hub.headSha(REPO, rig.number);
    hub.label(REPO, rig.number, "governance-override", { actor: "ana" });
    hub.push(REPO, "strip", { "docs/x.md": "1" }, { actor: "alice" });
    const [label] = (await people(receiptsSoFar(hub))).labels;
    expect(label).toMatchObject({ name: "governance-override", actor: "ana", headSha: head, baseRef: "main", removedAt: null });
    hub.unlabel(REPO, rig.number, "governance-override", { actor: "carol" });
    expect((await people(receiptsSoFar(hub))).labels[0]!.removedAt).not.toBeNull();
  });

  it("T59: a label that was renamed into place gives nobody a head to stand on", async () => {
    const { hub } = await open();
    listen(hub);
    hub.label(REPO, rig.number, "wip", { actor: "ana" });
    hub.renameLabel(REPO, "wip", "governance-override", { actor: "alice" });
    const named = (await people(receiptsSoFar(hub))).labels.filter((label) => label.name === "governance-override");
    for (const label of named) expect(label.headSha).toBeNull();
  });

  it("keeps a command as it was first written", async () => {
    const { hub } = await open();
    listen(hub);
    hub.comment(REPO, rig.number, "looks fine", { actor: "bob" });
    const { id } = hub.comment(REPO, rig.number, '/countersign override reason="pager 1234"', { actor: "ana" });
    expect((await people()).comments).toMatchObject([
      { user: "ana", body: '/countersign override reason="pager 1234"', headSha: hub.headSha(REPO, rig.number) },
    ]);
    hub.clock = () => new Date(Date.now() + 60_000);
    hub.editComment(REPO, id, '/countersign override reason="something else"', { actor: "ana" });
    expect((await people()).comments).toEqual([]);
    expect((await people(receiptsSoFar(hub))).comments).toMatchObject([{ user: "ana", body: '/countersign override reason="pager 1234"' }]);
  });

  it("T26, T57: retargets and reopenings, with their instants", async () => {
    const { hub } = await open();
    hub.push(REPO, "lax", {}, { actor: "alice" });
    hub.retarget(REPO, rig.number, "lax", { actor: "alice" });
    hub.retarget(REPO, rig.number, "main", { actor: "alice" });
    hub.closePull(REPO, rig.number, { actor: "alice" });
    hub.reopenPull(REPO, rig.number, { actor: "alice" });
    const { history } = await people();
    expect(history.retargets.map(({ to }) => to)).toEqual(["?", "main"]);
    expect(history.reopened).toHaveLength(1);
  });
});

it("asks GitHub seven times for one team, once it knows the commits six", async () => {
  const { hub, pulls, pull } = await open();
  hub.review(REPO, rig.number, { actor: "bob", state: "APPROVED" });
  const truth = await pulls.read(pull);
  const calls = async () => {
    hub.requests.length = 0;
    await pulls.people(truth, ["sec-ops"], []);
    return hub.requests.length;
  };
  expect([await calls(), await calls()]).toEqual([7, 6]);
});
