import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { evaluatePullRequest } from "../../src/gate/evaluate-pull-request.ts";
import { policyInForce } from "../../src/gate/policy-in-force.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** Which policy decides: the newest version on the default branch whose landing we have a record of. */
const RC = ".choochoorc";
const FILES = ".choochoo/approval-policies.yaml";
const LAX = POLICIES.replace("mode: enforce", "").replace("slaHours: 24", "mode: shadow");
const STRICT = POLICIES.replace("minApprovals: 1", "minApprovals: 2");
const DESIGNATED = `${CONFIG}teams: { designated: [sec-ops] }\n`;

let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

function begin(files: Readonly<Record<string, string>> = { [FILE]: CONTRACT, [RC]: CONFIG, [FILES]: POLICIES }): void {
  repo = hand.repository(files);
}
const version = () => hand.deps.ledger.policyVersion(repo);
const decided = async (number: number) => (await hand.deps.ledger.latestEvaluation(repo.key(number)))?.decision;
const summary = (sha: string) => hand.hub.checkRuns(repo.name, sha)[0]?.output?.summary ?? "";
async function incidents(): Promise<string[]> {
  const trail = await hand.deps.ledger.auditTrail(1000);
  return trail
    .filter(({ payload }) => (payload as { repositoryId?: number }).repositoryId === repo.id)
    .flatMap(({ type }) => (type.startsWith("incident.") ? [type] : []));
}
async function work(): Promise<void> {
  hand.pass(5);
  await hand.work();
}
async function approve(number: number, ...actors: string[]): Promise<void> {
  for (const actor of actors) hand.hub.review(repo.name, number, { actor, state: "APPROVED" });
  await work();
}
function merge(number: number, bypass = false): void {
  hand.hub.merge(repo.name, number, { actor: bypass ? "ana" : "alice", method: "squash", ...(bypass ? { bypass } : {}) });
  hand.pass(5);
}
/** A change of policy, approved by an owner and landed. */
async function land(files: Record<string, string | null>, branch: string): Promise<number> {
  const pull = repo.open(files, branch);
  await work();
  await approve(pull.number, "ana");
  expect(repo.shows(pull.head)).toBe("success");
  merge(pull.number);
  await work();
  return pull.number;
}

describe("the version in force", () => {
  test("what is there at the first look is the first one, and a recorded landing brings the next", async () => {
    begin();
    const pull = repo.open({ "README.md": "words" });
    await work();
    expect(await version()).toMatchObject({
      seq: 1,
      how: "installed",
      sources: [
        { path: RC, text: CONFIG },
        { path: FILES, text: POLICIES },
      ],
    });
    expect(repo.shows(pull.head)).toBe("success");
    const number = await land({ [FILES]: STRICT }, "strict");
    const record = await hand.deps.ledger.approvalOf(repo.id, number);
    expect(await version()).toMatchObject({ seq: 2, how: "approved", approvalId: record?.approval.id, commit: record?.approval.mergeSha });
    const next = repo.open(undefined, "strip");
    await work();
    expect((await decided(next.number))?.requirements).toMatchObject([{ team: "sec-ops", minApprovals: 2 }]);
    expect(await incidents()).toEqual([]);
  });

  test("T28: a change that brings its own lax policy is judged by the one in force, and needs an owner besides", async () => {
    begin();
    const pull = repo.open({ [FILE]: STRIPPED, [FILES]: LAX });
    await work();
    const decision = await decided(pull.number);
    expect(decision?.policies).toMatchObject([{ name: "repo/pii-change-policy", matched: true, mode: "enforce" }]);
    expect(decision?.proposal?.loosens.join()).toContain("goes from enforce to shadow");
    await approve(pull.number, "bob");
    expect(repo.shows(pull.head)).toBe("action_required");
    expect((await decided(pull.number))?.requirements.map(({ id, have }) => [id, have])).toEqual([
      ["organisation owner", 0],
      ["sec-ops (security-engineer)", 1],
    ]);
    await approve(pull.number, "ana");
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("T30: a lax policy that is pushed past the gate decides nothing, is one incident, and is said on the check", async () => {
    begin();
    const pull = repo.open();
    await work();
    hand.hub.push(repo.name, "main", { [FILES]: LAX }, { actor: "ana" });
    await work();
    await hand.deps.ledger.markDirty(repo.key(pull.number));
    await work();
    expect(await decided(pull.number)).toMatchObject({ state: "pending_approval", requirements: [{ team: "sec-ops" }] });
    expect(await version()).toMatchObject({ seq: 1 });
    expect(await incidents()).toEqual(["incident.policy"]);
    expect(summary(pull.head)).toContain("was pushed past the gate");
    expect(summary(pull.head)).toContain("version 1 decides");
  });

  test("T30: an admin merge, a force push back and another default branch bring no older policy back", async () => {
    begin();
    const before = hand.hub.tip(repo.name, "main");
    const watched = repo.open(undefined, "watched");
    await work();
    await land({ [FILES]: STRICT }, "strict");
    const two = () =>
      expect(hand.deps.ledger.latestEvaluation(repo.key(watched.number))).resolves.toMatchObject({
        decision: { requirements: [{ minApprovals: 2 }] },
      });
    const lax = repo.open({ [FILES]: LAX }, "lax-policy");
    await work();
    merge(lax.number, true);
    await work();
    await two();
    expect(await incidents()).toEqual(["incident.policy", "incident.bypass"]);
    hand.hub.pushCommit(repo.name, "main", before, { actor: "ana" });
    await work();
    await two();
    expect((await incidents()).length).toBe(3);
    hand.hub.push(repo.name, "other", { [FILES]: LAX, [RC]: "{}" }, { actor: "ana" });
    hand.hub.setDefaultBranch(repo.name, "other");
    await work();
    await two();
    expect(await version()).toMatchObject({ seq: 2, how: "approved" });
    expect((await incidents()).length).toBe(4);
  });

  test("a merge that is not recorded yet is no incident: the old version decides until it is", async () => {
    begin();
    const other = repo.open(undefined, "other");
    await work();
    const pull = repo.open({ [FILES]: STRICT }, "strict");
    await work();
    await approve(pull.number, "ana");
    merge(pull.number);
    await hand.hub.settled();
    await hand.deps.ledger.markDirty(repo.key(other.number));
    await evaluatePullRequest(hand.deps, repo.key(other.number));
    expect(await decided(other.number)).toMatchObject({ inForce: { repository: { seq: 1 } }, requirements: [{ minApprovals: 1 }] });
    expect(await incidents()).toEqual([]);
    await work();
    expect(await decided(other.number)).toMatchObject({ inForce: { repository: { seq: 2 } }, requirements: [{ minApprovals: 2 }] });
    expect(await incidents()).toEqual([]);
  });

  test("T30, T72: landings that are recorded late, or twice, bring no older file back", async () => {
    begin();
    const first = await land({ [FILES]: STRICT }, "one");
    await land({ [FILES]: POLICIES }, "two");
    expect(await version()).toMatchObject({ seq: 3, how: "approved" });
    for (const delivery of [...hand.hub.hooks.sent].reverse()) await hand.hub.hooks.duplicate(delivery.guid);
    await hand.deps.ledger.markDirty(repo.key(first));
    await work();
    const now = await version();
    expect(now?.seq).toBe(3);
    expect(now?.sources.find(({ path }) => path === FILES)?.text).toBe(POLICIES);
    expect(await incidents()).toEqual([]);
  });

  test("T30: of two landings that are recorded in the other order, the later file stays", async () => {
    begin();
    const one = repo.open({ [FILES]: STRICT }, "one");
    await work();
    await approve(one.number, "ana");
    merge(one.number);
    await hand.hub.settled();
    const later = STRICT.replace("slaHours: 24", "slaHours: 12");
    const two = repo.open({ [FILES]: later }, "two");
    await hand.hub.settled();
    await evaluatePullRequest(hand.deps, repo.key(two.number));
    hand.hub.review(repo.name, two.number, { actor: "ana", state: "APPROVED" });
    await hand.hub.settled();
    await evaluatePullRequest(hand.deps, repo.key(two.number));
    merge(two.number);
    await hand.hub.settled();
    await evaluatePullRequest(hand.deps, repo.key(two.number));
    expect(await version()).toMatchObject({ seq: 2, how: "approved", sources: [{ text: CONFIG }, { text: later }] });
    await work();
    expect(await hand.deps.ledger.approvalOf(repo.id, one.number)).not.toBeNull();
    expect((await version())?.sources).toMatchObject([{ text: CONFIG }, { text: later }]);
    expect(await incidents()).toEqual([]);
  });

  test("a file that was pushed past the gate is not brought into force by the approval of another", async () => {
    begin();
    repo.open({ "README.md": "words" }, "seen");
    await work();
    hand.hub.push(repo.name, "main", { [FILES]: LAX }, { actor: "ana" });
    await work();
    await land({ [RC]: DESIGNATED }, "designated");
    const now = await version();
    expect(now).toMatchObject({ seq: 2, how: "approved" });
    expect(now?.sources.map(({ text }) => text)).toEqual([DESIGNATED, POLICIES]);
  });

  test("T26: a pull request to another branch is judged by the default branch's policy, and an ungoverned base earns nothing", async () => {
    begin();
    hand.hub.push(repo.name, "develop", { [FILES]: LAX, [RC]: "governance: { requireApproval: [] }\n" }, { actor: "ana" });
    hand.hub.push(repo.name, "lax", { [FILES]: null, [RC]: null }, { actor: "ana" });
    const pull = repo.open(undefined, "work", "develop");
    await work();
    expect(repo.shows(pull.head, "countersign: develop")).toBe("action_required");
    hand.hub.retarget(repo.name, pull.number, "lax", { actor: "alice" });
    await work();
    expect(hand.hub.checkRuns(repo.name, pull.head).some((run) => run.conclusion === "success")).toBe(false);
    hand.hub.retarget(repo.name, pull.number, "main", { actor: "alice" });
    await work();
    expect(repo.shows(pull.head)).toBe("action_required");
    expect(await version()).toMatchObject({ seq: 1, sources: [{ text: CONFIG }, { text: POLICIES }] });
  });

  test("T31: the loader takes a repository and the tip of its default branch, and there is no way to hand it a head", async () => {
    begin();
    const pull = repo.open({ [FILES]: LAX, [FILE]: STRIPPED });
    await work();
    // @ts-expect-error a pull request is no `Trusted`
    const refused = () => policyInForce(hand.deps, { pull });
    await expect(refused()).rejects.toThrow();
    expect((await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))?.facts.policy).toMatchObject({
      set: { policies: [{ mode: "enforce" }] },
    });
  });

  test("T47: a tag with the name of the default branch is not the default branch", async () => {
    begin();
    const lax = hand.hub.push(repo.name, "elsewhere", { [FILES]: LAX, [RC]: "{}" }, { actor: "ana" });
    hand.hub.tag(repo.name, "main", lax);
    const pull = repo.open();
    await work();
    expect((await version())?.sources.map(({ text }) => text)).toEqual([CONFIG, POLICIES]);
    expect(repo.shows(pull.head)).toBe("action_required");
  });
});

describe("the first policy ever", () => {
  test("proposed by a pull request, approved by an owner, recorded as such", async () => {
    begin({ [FILE]: CONTRACT });
    await land({ [RC]: CONFIG, [FILES]: POLICIES }, "first");
    expect(await version()).toMatchObject({ seq: 2, how: "bootstrap", sources: [{ text: CONFIG }, { text: POLICIES }] });
    const next = repo.open();
    await work();
    expect(repo.shows(next.head)).toBe("action_required");
  });

  test("pushed or merged past the gate it decides nothing, and blocks until an owner approves it", async () => {
    begin({ [FILE]: CONTRACT });
    const open = repo.open();
    await work();
    expect(hand.hub.checkRuns(repo.name, open.head)).toEqual([]);
    hand.hub.push(repo.name, "main", { [FILES]: POLICIES }, { actor: "alice" });
    await work();
    expect(repo.shows(open.head)).toBe("failure");
    expect(summary(open.head)).toContain("without a recorded approval");
    expect(await incidents()).toEqual(["incident.policy"]);
    await land({ [FILES]: STRICT }, "anew");
    expect(await version()).toMatchObject({ seq: 2, how: "bootstrap", sources: [{ text: STRICT }] });
    expect(repo.shows(open.head)).toBe("action_required");
  });

  test("a repository that is not under the gate hears nothing of its other files", async () => {
    begin({ [FILE]: CONTRACT });
    const pull = repo.open({ "AGENTS.md": "# Agents\n", ".gitattributes": "*.yaml -diff\n" });
    await work();
    expect(hand.hub.checkRuns(repo.name, pull.head)).toEqual([]);
  });
});
