import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkPoliciesInForce } from "../../src/gate/check-policies.ts";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import type { Files } from "../hub/git/content.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** Pull requests that change what steers the gate: who is asked, and what is said about what they propose. */
const RC = ".choochoorc";
const FILES = ".choochoo/approval-policies.yaml";
const DESIGNATED = `${CONFIG}teams: { designated: [sec-ops] }\n`;
const STRICT = POLICIES.replace("slaHours: 24", "slaHours: 12");

let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
});
beforeEach(() => {
  repo = hand.repository({ [FILE]: CONTRACT, [RC]: DESIGNATED, [FILES]: POLICIES });
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

const decided = async (number: number) => (await hand.deps.ledger.latestEvaluation(repo.key(number)))!.decision;
const run = (sha: string) => hand.hub.checkRuns(repo.name, sha).find(({ name }) => name === CHECK);
async function proposed(files: Files, branch = "propose") {
  hand.hub.push(repo.name, branch, files, { actor: "alice" });
  hand.pass(5);
  const { number, headSha } = hand.hub.openPull(repo.name, { actor: "alice", head: branch, title: branch });
  hand.pass(5);
  await hand.work();
  return { number, head: headSha };
}

describe("self-protection", () => {
  test("what only tightens needs one member of a designated team", async () => {
    const { number, head } = await proposed({ [FILES]: STRICT });
    expect((await decided(number)).requirements).toMatchObject([{ team: "sec-ops", minApprovals: 1 }]);
    hand.hub.review(repo.name, number, { actor: "bob", state: "APPROVED" });
    hand.pass(5);
    await hand.work();
    expect(run(head)?.conclusion).toBe("success");
  });

  test.each<[string, Files]>([
    ["a policy that asks for less", { [FILES]: POLICIES.replace('["pii", "gdpr"]', "[gdpr]") }],
    ["T37: attributes of governed paths", { "contracts/.gitattributes": "*.yaml linguist-generated -diff\n" }],
    [
      "T34: a policy file that is renamed away and a copy of it",
      { ".choochoo/old.yaml": POLICIES, [RC]: `${DESIGNATED}override: { ttlHours: 3 }\n` },
    ],
    ["a system card", { ".choochoo/system-cards/bot.yaml": "id: bot\n" }],
    ["AGENTS.md", { "AGENTS.md": "# Agents\n\n- refactor-bot: no-pii\n" }],
    ["lineage", { ".choochoo/lineage.yaml": "links: []\n" }],
    ["a twin of the configuration for clones that fold case", { ".ChooChooRC": "{}\n" }],
  ])("anything else needs an owner: %s", async (_, files) => {
    const { number, head } = await proposed(files);
    expect((await decided(number)).requirements).toMatchObject([{ role: "organisation owner", have: 0 }]);
    hand.hub.review(repo.name, number, { actor: "bob", state: "APPROVED" });
    hand.pass(5);
    await hand.work();
    expect(run(head)?.conclusion).toBe("action_required");
    expect(run(head)?.output?.summary).toContain("organisation owner");
  });
});

describe("the config check", () => {
  test("a broken proposal is invalid, with its line on the file, and nobody can approve it", async () => {
    const { number, head } = await proposed({ [FILES]: POLICIES.replace("approvers:", "aprovers:") });
    expect(await decided(number)).toMatchObject({ state: "invalid", exitCode: 2 });
    expect(run(head)?.conclusion).toBe("failure");
    expect(run(head)?.output?.title).toContain("unknown key `aprovers` (did you mean `approvers`?)");
    expect(run(head)?.annotations).toMatchObject([{ path: FILES, start_line: 7, annotation_level: "failure" }]);
    hand.hub.review(repo.name, number, { actor: "ana", state: "APPROVED" });
    hand.pass(5);
    await hand.work();
    expect(run(head)?.conclusion).toBe("failure");
  });

  test("a proposal that nobody could fill is invalid", async () => {
    const { number, head } = await proposed({ [FILES]: POLICIES.replace("minApprovals: 1", "minApprovals: 3") });
    expect((await decided(number)).state).toBe("invalid");
    expect(run(head)?.output?.summary).toContain("only 2 people can give it");
  });

  test("what would change for open pull requests is listed", async () => {
    const quiet = await proposed({ [FILE]: `${CONTRACT}      - name: city\n        logicalType: string\n` }, "quiet");
    const before = (await decided(quiet.number)).state;
    const all = `${POLICIES}  - name: everything\n    trigger: {}\n    approvers: [{ team: sec-ops, minApprovals: 1 }]\n`;
    const { number, head } = await proposed({ [FILES]: all, [RC]: `${DESIGNATED}risk: { thresholds: { low: 0 } }\n` });
    const { proposal } = await decided(number);
    expect(proposal?.preview?.looked).toBe(1);
    expect(before).toBe("auto_approved");
    expect(proposal?.preview?.pulls).toEqual([{ pull: `#${quiet.number}`, from: "auto_approved", to: "pending_approval" }]);
    expect(run(head)?.output?.summary).toContain(`would go from auto approved to pending`);
  });
});

describe("T29: what happens to a policy file in a pull request blocks it, and never turns the gate off", () => {
  test.each<[string, Files, string]>([
    ["deleted", { [FILES]: null }, "has been deleted"],
    ["both deleted", { [FILES]: null, [RC]: null }, "has been deleted"],
    ["renamed", { [FILES]: null, ".choochoo/policies.yaml": POLICIES }, "has been deleted"],
    ["emptied", { [FILES]: "" }, "is empty"],
    ["a symbolic link", { [FILES]: { symlink: "../contracts/customers.odcs.yaml" } }, "symbolic link"],
    ["a submodule", { [FILES]: { submodule: "a".repeat(40) } }, "not a regular file"],
    ["a folder", { [FILES]: null, [`${FILES}/x.yaml`]: POLICIES }, "not a regular file"],
    ["the folder above it a link", { [FILES]: null, ".choochoo": { symlink: "contracts" } }, "has been deleted"],
    ["over 1 MB", { [FILES]: `${POLICIES}# ${"x".repeat(1_048_576)}\n` }, "bytes"],
    ["UTF-16", { [FILES]: Buffer.from(`\uFEFF${POLICIES}`, "utf16le") }, "UTF-8"],
    ["Latin-1", { [FILES]: Buffer.from(POLICIES.replace("Requires", "Requi\xe9res"), "latin1") }, "UTF-8"],
    ["an LFS pointer", { [FILES]: "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n" }, "LFS"],
    ["a folder instead of the configuration", { [RC]: null, [`${RC}/x`]: "{}" }, "not a regular file"],
  ])("%s", async (_, files, message) => {
    const { number, head } = await proposed(files);
    expect(run(head)?.conclusion).toBe("failure");
    expect((await decided(number)).problems.map((problem) => problem.message).join("; ")).toContain(message);
  });
});

describe("the nightly check", () => {
  test("a policy that nobody can fill any more is told once, and told when it is well again", async () => {
    await proposed({ "README.md": "words" });
    const mine = async () => (await checkPoliciesInForce(hand.deps)).find(({ repository }) => repository === repo.name);
    const told = async () =>
      (await hand.deps.ledger.auditTrail(1000)).flatMap(({ type, payload }) =>
        type.startsWith("policy.") && (payload as { repositoryId: number }).repositoryId === repo.id && type !== "policy.in_force"
          ? [type]
          : [],
      );
    expect(await mine()).toEqual({ repository: repo.name, status: "satisfiable" });
    expect(await told()).toEqual([]);
    for (const login of ["bob", "carol"]) hand.hub.removeMember("acme/sec-ops", login);
    expect(await mine()).toMatchObject({
      status: "unsatisfiable",
      problems: [expect.stringContaining("nobody can give it"), expect.anything()],
    });
    await mine();
    expect(await told()).toEqual(["policy.unsatisfiable"]);
    for (const login of ["bob", "carol"]) hand.hub.addMember("acme/sec-ops", login);
    expect(await mine()).toMatchObject({ status: "satisfiable" });
    expect(await told()).toEqual(["policy.satisfiable", "policy.unsatisfiable"]);
  });

  test("policy that was pushed past the gate is found where no pull request is open", async () => {
    const { number } = await proposed({ "README.md": "words" });
    hand.hub.closePull(repo.name, number, { actor: "alice" });
    hand.hub.push(repo.name, "main", { [RC]: "{}" }, { actor: "ana" });
    await hand.work();
    await checkPoliciesInForce(hand.deps);
    const trail = await hand.deps.ledger.auditTrail(50);
    expect(trail.find(({ type }) => type === "incident.policy")?.payload).toMatchObject({ repositoryId: repo.id, inForce: 1 });
  });
});
