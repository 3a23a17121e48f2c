import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** The organisation's policy in `acme/.github`: what it holds for every repository, and who is under it. */
const RC = ".choochoorc";
const FILES = ".choochoo/approval-policies.yaml";
const ORG = `teams: { designated: [sec-ops], executive: [board] }
enrolment: { "enforced-*": enforce, "seen-*": observe, "left-*": off }
`;
const ORG_POLICIES = `policies:
  - name: pii
    trigger: { tags: [pii] }
    approvers: [{ team: sec-ops }]
`;

let hand: Hand;
let deps: GateDeps;
let github: number;
beforeAll(async () => {
  hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
  hand.hub.createTeam("acme", "board");
  hand.hub.addMember("acme/board", "dave");
  const repo = hand.hub.createRepo("acme/.github", { [RC]: ORG, [FILES]: ORG_POLICIES }, { grants: { alice: "write", dave: "write" } });
  github = repo.id;
  deps = { ...hand.deps, policyRepositories: new Map([[repo.ownerId, repo.id]]) };
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

async function work(): Promise<readonly Error[]> {
  hand.pass(5);
  return hand.work(deps);
}

/** A repository with one pull request. */
function place(name: string, files: Record<string, string> = {}) {
  const full = `acme/${name}`;
  const { id } = hand.hub.createRepo(
    full,
    { [FILE]: CONTRACT, ...files },
    { grants: { alice: "write", "acme/sec-ops": "write", dave: "write" } },
  );
  return { full, id, open: (changed?: Record<string, string | null>, branch = "work") => open(full, changed, branch) };
}
function open(full: string, changed: Record<string, string | null> = { [FILE]: STRIPPED }, branch = "work") {
  hand.hub.push(full, branch, changed, { actor: "alice" });
  hand.pass(5);
  const { number, headSha } = hand.hub.openPull(full, { actor: "alice", head: branch, title: branch });
  hand.pass(5);
  return { number, head: headSha };
}
const runs = (full: string, sha: string) => hand.hub.checkRuns(full, sha).map(({ name, conclusion }) => [name, conclusion]);
const latest = async (id: number, number: number) => hand.deps.ledger.latestEvaluation(`${id}#${number}`);
const types = async (id: number) =>
  (await hand.deps.ledger.auditTrail(1000)).flatMap(({ type, payload }) =>
    (payload as { repositoryId?: number }).repositoryId === id ? [type] : [],
  );

describe("enrolment by the organisation", () => {
  test("enforce: without a file of its own the organisation's policies decide, named org/…", async () => {
    const { full, id, open } = place("enforced-1");
    const pull = open();
    await work();
    expect(runs(full, pull.head)).toEqual(
      expect.arrayContaining([
        ["countersign: main", "action_required"],
        ["countersign: main / org/pii", "action_required"],
      ]),
    );
    expect((await latest(id, pull.number))?.decision.inForce).toMatchObject({ organisation: { seq: 1, how: "installed" } });
  });

  test("observe: shown under a name of its own, recorded, and a bypass is held against nobody", async () => {
    const { full, id, open } = place("seen-1", { [RC]: "check: { name: fixed }\n" });
    const pull = open();
    await work();
    const names = runs(full, pull.head);
    expect(names.length).toBeGreaterThan(0);
    for (const [name] of names) expect(name).toMatch(/^countersign \(observe\): main/);
    hand.hub.merge(full, pull.number, { actor: "ana", method: "squash", bypass: true });
    await work();
    expect((await types(id)).filter((type) => type.startsWith("incident."))).toEqual([]);
    expect(await latest(id, pull.number)).toMatchObject({ decision: { state: "pending_approval" } });
  });

  test("observe: a merge group too is shown under that name only", async () => {
    const { full, open } = place("seen-2");
    const pull = open();
    await work();
    hand.hub.review(full, pull.number, { actor: "bob", state: "APPROVED" });
    await work();
    const { groupSha } = hand.hub.enqueue(full, pull.number, { actor: "alice" });
    await work();
    expect(runs(full, groupSha)).toEqual([["countersign (observe): main", "success"]]);
  });

  test("off: nothing is posted and nothing recorded, files of its own or not", async () => {
    const { full, id, open } = place("left-1", { [RC]: "{}" });
    const pull = open({ [FILE]: STRIPPED, [FILES]: ORG_POLICIES });
    await work();
    expect(runs(full, pull.head)).toEqual([]);
    expect(await hand.deps.ledger.policyVersion({ id, ownerId: hand.hub.idOf("acme") })).toBeNull();
  });

  test("a repository that no pattern names is under the gate once it has a file, and then under both", async () => {
    const bare = place("plain-1");
    const own = place("plain-2", { [FILES]: "policies:\n  - { name: phi, trigger: { tags: [phi] }, approvers: [{ team: sec-ops }] }\n" });
    const [a, b] = [bare.open(), own.open()];
    await work();
    expect(runs(bare.full, a.head)).toEqual([]);
    expect((await latest(own.id, b.number))?.decision.policies.map(({ name, matched }) => [name, matched])).toEqual([
      ["org/pii", true],
      ["repo/phi", false],
    ]);
  });

  test("a repository that would loosen is invalid, with file and line", async () => {
    const { full, open } = place("enforced-2", { [RC]: "governance: {}\nrisk:\n  thresholds: { low: 9 }\n" });
    const pull = open();
    await work();
    expect(runs(full, pull.head)).toContainEqual(["countersign: main", "failure"]);
    expect(hand.hub.checkRuns(full, pull.head)[0]?.output?.summary).toMatch(/choochoorc.*line 3.*would loosen/);
  });
});

describe("the organisation's policy cannot be read", () => {
  test.each([404, 403, 502])("%i: an error, never none, and a success does not stay", async (status) => {
    const { full, id, open } = place(`enforced-${status}`);
    const pull = open();
    await work();
    hand.hub.review(full, pull.number, { actor: "bob", state: "APPROVED" });
    await work();
    expect(runs(full, pull.head)[0]?.[1]).toBe("success");
    hand.hub.fail({ method: "GET", path: /^\/repos\/acme\/\.github$/ }, { kind: "status", status }, 50);
    await deps.ledger.markDirty(`${id}#${pull.number}`);
    expect((await work())[0]?.message).toContain("acme/.github");
    expect(runs(full, pull.head).every(([, conclusion]) => conclusion !== "success")).toBe(true);
    expect(await latest(id, pull.number)).toMatchObject({ decision: { state: "error" } });
    hand.hub.clearFaults();
    await work();
    expect(runs(full, pull.head)[0]?.[1]).toBe("success");
  });

  test("T67: another repository that answers under its name is not it", async () => {
    const { full, id, open } = place("enforced-3");
    const pull = open();
    await work();
    const elsewhere = { ...deps, policyRepositories: new Map([...(deps.policyRepositories ?? [])].map(([owner]) => [owner, id])) };
    const odd = place("enforced-4");
    const other = odd.open();
    hand.pass(5);
    expect((await hand.work(elsewhere))[0]?.message).toContain("answers under this name");
    expect(runs(odd.full, other.head)).toEqual([]);
    expect(runs(full, pull.head)[0]?.[1]).toBe("action_required");
  });
});

describe("the organisation's repository governs itself", () => {
  test("its policy changes under its own version in force, previews all repositories, and wakes them when it has landed", async () => {
    const { full, id, open: openHere } = place("enforced-5");
    const waiting = openHere();
    await work();
    const change = open("acme/.github", { [FILES]: ORG_POLICIES.replace("team: sec-ops", "team: sec-ops, minApprovals: 2") }, "two");
    await work();
    const decision = (await latest(github, change.number))?.decision;
    expect(decision?.proposal?.loosens).toEqual([]);
    expect(decision?.requirements).toMatchObject([
      { team: "sec-ops", source: ["self-protection: a change of policy that only tightens, teams.designated"] },
    ]);
    hand.hub.grant("acme/.github", "acme/sec-ops", "write");
    hand.hub.review("acme/.github", change.number, { actor: "bob", state: "APPROVED" });
    await work();
    expect(runs("acme/.github", change.head)[0]?.[1]).toBe("success");
    hand.hub.merge("acme/.github", change.number, { actor: "alice", method: "squash" });
    await work();
    expect(await hand.deps.ledger.policyVersion({ id: github, ownerId: hand.hub.idOf("acme") })).toMatchObject({ seq: 2, how: "approved" });
    expect((await latest(id, waiting.number))?.decision.requirements).toMatchObject([{ team: "sec-ops", minApprovals: 2 }]);
    expect(runs(full, waiting.head)[0]?.[1]).toBe("action_required");
  });

  test("what loosens it needs the executive team, and leaving itself out changes nothing", async () => {
    const change = open("acme/.github", { [RC]: ORG.replace('"left-*": off', '"*": off') }, "all-off");
    await work();
    const decision = (await latest(github, change.number))?.decision;
    expect(decision?.proposal?.loosens.join()).toContain("enrolment");
    expect(decision?.requirements).toMatchObject([{ team: "board" }]);
    hand.hub.review("acme/.github", change.number, { actor: "dave", state: "APPROVED" });
    await work();
    hand.hub.merge("acme/.github", change.number, { actor: "alice", method: "squash" });
    await work();
    const next = open("acme/.github", { [RC]: "{}" }, "empty");
    await work();
    expect(runs("acme/.github", next.head)[0]).toEqual(["countersign: main", "action_required"]);
  });

  test("T30: pushed past the gate it decides nothing for anybody", async () => {
    const { id, open: openHere } = place("enforced-6");
    const pull = openHere();
    hand.hub.push("acme/.github", "main", { [FILES]: null, [RC]: null }, { actor: "ana" });
    await work();
    expect((await latest(id, pull.number))?.decision).toMatchObject({
      state: "pending_approval",
      policies: [{ name: "org/pii", matched: true }],
    });
    expect(await types(github)).toContain("incident.policy");
  });
});
