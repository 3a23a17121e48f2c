import { afterAll, beforeAll, expect, test } from "vitest";
import { branchWalker } from "../../src/gate/branch-routine.ts";
import { installationRefresh } from "../../src/gate/installation-routine.ts";
import { STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { recovering } from "../support/recovering.ts";
import { FILE } from "../support/scene.ts";

/** What is decided while another owner has a repository decides nothing once it is back. */
const LAX = {
  ".choochoorc": "governance: { requireApproval: [] }\ncontracts: { include: [nothing] }\n",
  ".choochoo/approval-policies.yaml": "policies: []\n",
};

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
  hand.hub.createUser("raider-owner");
  hand.hub.createOrg("raider");
  hand.hub.addOrgMember("raider", "raider-owner", { role: "admin" });
  hand.pass(60);
});
afterAll(() => hand.close());

const awayName = ({ name }: Repository) => name.replace("acme/", "raider/");

/** Looked at here first, then given away. */
async function giveAway(): Promise<Repository> {
  const repo = hand.repository();
  repo.open({ "README.md": "words" }, "first");
  await hand.work();
  await recovering(hand).round(branchWalker);
  hand.hub.transfer(repo.name, "raider", { actor: "ana" });
  hand.pass(5);
  return repo;
}

async function bringBack(repo: Repository): Promise<void> {
  hand.hub.transfer(awayName(repo), "acme", { actor: "raider-owner" });
  hand.pass(5);
  await hand.work();
}

/** Opened there, and approved by the owner there. */
async function approveAway(repo: Repository, files: Readonly<Record<string, string>>, branch = "away"): Promise<number> {
  const away = awayName(repo);
  hand.hub.push(away, branch, files, { actor: "alice" });
  hand.pass(5);
  const { number, headSha } = hand.hub.openPull(away, { actor: "alice", head: branch, title: branch });
  hand.pass(5);
  await hand.work();
  hand.hub.review(away, number, { actor: "raider-owner", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  expect(hand.hub.checkRuns(away, headSha)[0]?.conclusion).toBe("success");
  return number;
}

async function merge(name: string, number: number): Promise<void> {
  hand.hub.merge(name, number, { actor: "alice", method: "squash" });
  hand.pass(5);
  await hand.work();
}

async function incidentsOf({ id, ownerId }: Repository): Promise<readonly string[]> {
  const rows = await hand.deps.ledger.watchedRepositories(500);
  expect(rows.find(({ repository }) => repository.id === id)?.repository.ownerId).toBe(ownerId);
  const trail = await hand.deps.ledger.auditTrail(1000);
  return trail.flatMap(({ type, payload }) =>
    type.startsWith("incident.") && (payload as { repositoryId?: number }).repositoryId === id ? [type] : [],
  );
}

test("T67: a policy that another owner approved is not in force when the repository is back, and is an incident", async () => {
  const repo = await giveAway();
  await merge(awayName(repo), await approveAway(repo, LAX));
  expect(await hand.deps.ledger.policyVersion({ id: repo.id, ownerId: hand.hub.idOf("raider") })).toMatchObject({ seq: 2 });
  await bringBack(repo);
  const pull = repo.open({ [FILE]: STRIPPED }, "strip");
  expect(await hand.work()).toEqual([]);
  expect(repo.shows(pull.head)).toBe("action_required");
  expect(await hand.deps.ledger.policyVersion(repo)).toMatchObject({ seq: 1, how: "installed" });
  expect(await incidentsOf(repo)).toContain("incident.policy");
});

/** The hourly look at installations finds it again, and the clock walks its branches. */
async function guardAgain(): Promise<void> {
  const recovery = recovering(hand);
  await recovery.round(installationRefresh);
  await recovery.round(branchWalker);
}

test("T67: what landed while another owner had the repository is an incident when it is back", async () => {
  const repo = await giveAway();
  await merge(awayName(repo), await approveAway(repo, LAX));
  await merge(awayName(repo), await approveAway(repo, { [FILE]: STRIPPED }, "strip"));
  await bringBack(repo);
  await guardAgain();
  expect((await incidentsOf(repo)).toSorted()).toEqual(["incident.policy", "incident.push", "incident.push"]);
});

test("T67: what another owner had approved, and is merged here by the check that it showed there, is an incident", async () => {
  const repo = await giveAway();
  await merge(awayName(repo), await approveAway(repo, LAX));
  const number = await approveAway(repo, { [FILE]: STRIPPED }, "strip");
  await bringBack(repo);
  await guardAgain();
  const before = await incidentsOf(repo);
  await merge(repo.name, number);
  expect((await incidentsOf(repo)).length).toBe(before.length + 1);
});
