import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ReadyRuleset } from "../../src/engine/protection/ruleset.ts";
import { examineProtection } from "../../src/gate/doctor.ts";
import type { RepositoryRef } from "../../src/gate/ports.ts";
import { protectionDoctor } from "../../src/gate/protection-routine.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";

/** Whether the check gates a repository, from GitHub's own settings, and what becomes of it when they change. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(async () => {
  repo = hand.repository();
  await hand.hub.settled();
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

async function watched() {
  const rows = await hand.deps.ledger.watchedRepositories(500);
  return rows.find(({ repository }) => repository.id === repo.id)!;
}

async function examined() {
  const found = await examineProtection(hand.deps, (await watched()).repository);
  if (found.status !== "examined") throw new Error(found.status);
  return found.verdict;
}

/** The routine, with every repository but this one looked at before. */
async function round(): Promise<void> {
  await hand.hub.settled();
  await protectionDoctor.run(hand.deps);
}

async function trail(): Promise<readonly (readonly [string, string | null])[]> {
  const events = await hand.deps.ledger.auditTrail(1000);
  const mine = events.filter(({ payload, type }) => {
    return /^(protection|repository|incident)\./.test(type) && (payload as { repositoryId?: number }).repositoryId === repo.id;
  });
  return mine.map(({ type, actor }) => [type, actor] as const).reverse();
}

const types = async (): Promise<string[]> => (await trail()).map(([type]) => type);

function apply(ruleset: ReadyRuleset): { id: number } {
  const branches = ruleset.conditions.ref_name.include.map((ref) => ref.replace(/^refs\/heads\//, ""));
  return hand.hub.addRuleset(repo.name, { name: ruleset.name, branches, rules: ruleset.rules, bypassActors: ruleset.bypass_actors });
}

describe("what is read of GitHub", () => {
  test("T49: nothing set up is not enforced; the printed ruleset, applied as it is, enforces", async () => {
    const before = await examined();
    expect([before.status, before.branches.map(({ name, check }) => [name, check])]).toEqual([
      "not_enforced",
      [["main", "countersign: main"]],
    ]);
    for (const ruleset of before.rulesets) apply(ruleset);
    expect(await examined()).toMatchObject({ status: "enforced", findings: [] });
  });

  test("T48: required from any source by branch protection is not enforced; from our app it is", async () => {
    const protection = { enforceAdmins: true, requiredReviews: 1 };
    hand.hub.protect(repo.name, "main", { ...protection, requiredChecks: [{ context: "countersign: main" }] });
    expect((await examined()).branches[0]?.findings[0]).toMatchObject({ setting: "app_pinned" });
    hand.hub.protect(repo.name, "main", { ...protection, requiredChecks: [{ context: "countersign: main", appId: hand.hub.app.id }] });
    expect((await examined()).status).toBe("enforced");
  });

  test("T49: a governed branch that nothing covers is found; an ungoverned one is nobody's business", async () => {
    for (const ruleset of (await examined()).rulesets) apply(ruleset);
    hand.hub.push(repo.name, "release/1", {}, { actor: "ana", message: "branch" });
    hand.hub.push(repo.name, "feature", {}, { actor: "ana", message: "branch" });
    expect((await examined()).branches.map(({ name, status }) => [name, status])).toEqual([
      ["main", "enforced"],
      ["release/1", "not_enforced"],
    ]);
  });

  test("T49: an evaluating ruleset, and bypass actors that are not shown", async () => {
    const [ready] = (await examined()).rulesets;
    const { id } = apply(ready!);
    hand.hub.setEnforcement(repo.name, id, "evaluate", { actor: "ana" });
    expect((await examined()).branches[0]?.findings[0]?.says).toContain("is in evaluate mode");
    hand.hub.removeRuleset(repo.name, id, { actor: "ana" });
    hand.hub.addRuleset(repo.name, { name: "hidden", rules: ready!.rules, hidesBypass: true });
    expect((await examined()).branches[0]).toMatchObject({ status: "unknown", findings: [{ setting: "bypass_actors" }] });
  });

  test.each([
    ["refused", { kind: "status", status: 403, body: { message: "Resource not accessible by integration" } }],
    ["failing", { kind: "status", status: 502 }],
    ["garbled", { kind: "status", status: 200, body: '[{"type":"required_sta' }],
  ] as const)("what is %s is unknown, and never enforced", async (_how, fault) => {
    for (const ruleset of (await examined()).rulesets) apply(ruleset);
    hand.hub.fail({ method: "GET", path: /\/rulesets/ }, fault, Number.POSITIVE_INFINITY);
    expect((await examined()).status).toBe("unknown");
    hand.hub.clearFaults();
    hand.hub.fail({ method: "GET", path: /\/rules\/branches\// }, fault, Number.POSITIVE_INFINITY);
    expect((await examined()).status).toBe("unknown");
  });
});

describe("what the trail is told", () => {
  test("T49: the rule is removed: who did it, and that nothing is enforced any more; told once", async () => {
    const [ready] = (await examined()).rulesets;
    const { id } = apply(ready!);
    await round();
    expect((await types()).at(-1)).toBe("protection.enforced");
    hand.hub.removeRuleset(repo.name, id, { actor: "ana" });
    await round();
    await round();
    const [changed, told] = (await trail()).slice(-2);
    expect([changed?.[0], told]).toEqual(["protection.rule_changed", ["protection.not_enforced", null]]);
    expect(changed?.[1]).toMatch(/^\d+$/);
    expect((await watched()).verdict?.status).toBe("not_enforced");
  });

  test("T50: relaxed, merged, restored before anybody looks: the rule events and the incident stay", async () => {
    const [ready] = (await examined()).rulesets;
    const { id } = apply(ready!);
    await round();
    const pull = repo.open();
    await hand.work();
    hand.hub.setEnforcement(repo.name, id, "disabled", { actor: "ana" });
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    hand.hub.setEnforcement(repo.name, id, "active", { actor: "ana" });
    await hand.work();
    await round();
    const after = (await types()).slice((await types()).indexOf("protection.enforced") + 1);
    expect(after.sort()).toEqual(["incident.bypass", "protection.rule_changed", "protection.rule_changed"]);
  });

  test("a repository without policy is not looked at further", async () => {
    repo = hand.repository({ "README.md": "hi\n" });
    await round();
    expect(await watched()).toMatchObject({ verdict: null, unguarded: null });
    expect((await types()).filter((type) => type.startsWith("protection."))).toEqual([]);
  });

  test("GitHub does not answer: it is looked at again, and nothing is told", async () => {
    hand.hub.fail({ method: "GET", path: /\/branches$/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    await expect(round()).rejects.toThrow("could not be looked at");
    expect((await watched()).checkedAt).toBeNull();
    hand.hub.clearFaults();
    const asked = hand.hub.requests.length;
    await round();
    expect(hand.hub.requests.length).toBe(asked);
    const { ledger } = hand.deps;
    const rested: typeof ledger = {
      ...ledger,
      repositoriesToCheck: (pace, limit) => ledger.repositoriesToCheck({ ...pace, restMs: 0 }, limit),
    };
    await protectionDoctor.run({ ...hand.deps, ledger: rested });
    expect((await types()).at(-1)).toBe("protection.not_enforced");
  });
});

describe("a repository that can no longer be gated", () => {
  /** An organisation of its own, so that the others keep their app. */
  function ownOrganisation(name: string): void {
    hand.hub.createUser(`${name}-owner`);
    hand.hub.createOrg(name);
    hand.hub.addOrgMember(name, `${name}-owner`, { role: "admin" });
    const { id } = hand.hub.createRepo(`${name}/data`, { ".choochoorc": "{}\n", "a.txt": "a\n" });
    repo = { ...repo, name: `${name}/data`, id };
  }

  test("T66: uninstalled, and installed again: it is guarded again, and looked at anew", async () => {
    ownOrganisation("gone");
    await round();
    hand.hub.uninstall("gone");
    await round();
    expect((await watched()).unguarded).toBe("the app was uninstalled");
    hand.hub.install("gone");
    await round();
    expect(await watched()).toMatchObject({ unguarded: null, verdict: { status: "not_enforced" } });
    expect((await types()).filter((type) => type.startsWith("repository."))).toEqual(["repository.unguarded", "repository.guarded"]);
  });

  test("T66: suspended and taken up again", async () => {
    ownOrganisation("paused");
    await round();
    hand.hub.suspendInstallation("paused");
    await hand.hub.settled();
    expect((await watched()).unguarded).toBe("the installation was suspended");
    hand.hub.unsuspendInstallation("paused");
    await hand.hub.settled();
    expect((await watched()).unguarded).toBeNull();
  });

  test("T66: no delivery came: the daily look finds that it is refused", async () => {
    ownOrganisation("silent");
    await round();
    hand.hub.hooks.pause();
    hand.hub.uninstall("silent");
    hand.hub.hooks.pending.length = 0;
    hand.hub.hooks.resume();
    await hand.database.outer.execute(`update watched_repository set check_wanted = true where repository_id = ${repo.id}`);
    await round();
    expect((await watched()).unguarded).toContain("can no longer read it");
  });

  test("T67: transferred to an owner who has the app: what was decided does not follow", async () => {
    ownOrganisation("seller");
    hand.hub.createOrg("buyer");
    await round();
    const tenant = (await watched()).repository.ownerId;
    hand.hub.transfer("seller/data", "buyer", { actor: "seller-owner" });
    await round();
    expect((await watched()).unguarded).toContain("transferred to buyer");
    expect((await watched()).repository.ownerId).toBe(tenant);
  });

  test("T67: transferred unseen, and public, so that it can still be read: another owner has it", async () => {
    ownOrganisation("giver");
    hand.hub.createOrg("taker", { install: false });
    hand.hub.setVisibility("giver/data", false, { actor: "giver-owner" });
    await round();
    hand.hub.transfer("giver/data", "taker", { actor: "giver-owner" });
    await expect(examineProtection(hand.deps, { ...(await watched()).repository, owner: "taker" })).resolves.toMatchObject({
      status: "unguarded",
      because: expect.stringContaining("transferred to taker"),
    });
  });

  test("T67: transferred to an owner without the app, unseen", async () => {
    ownOrganisation("leaver");
    hand.hub.createOrg("stranger", { install: false });
    await round();
    hand.hub.transfer("leaver/data", "stranger", { actor: "leaver-owner" });
    await hand.database.outer.execute(`update watched_repository set check_wanted = true where repository_id = ${repo.id}`);
    await round();
    expect((await watched()).unguarded).not.toBeNull();
  });

  test("T67: renamed it is the same repository; made public it is told; archived it is unguarded", async () => {
    ownOrganisation("mover");
    await round();
    const before = (await watched()).repository;
    hand.hub.renameRepo("mover/data", "facts");
    await round();
    expect((await watched()).repository).toEqual({ ...before, name: "facts" } satisfies RepositoryRef);
    hand.hub.setVisibility("mover/facts", false, { actor: "mover-owner" });
    hand.hub.archive("mover/facts", { actor: "mover-owner" });
    await round();
    expect((await watched()).unguarded).toContain("archived");
    expect((await types()).filter((type) => type.startsWith("repository."))).toEqual([
      "repository.changed",
      "repository.changed",
      "repository.unguarded",
    ]);
  });
});
