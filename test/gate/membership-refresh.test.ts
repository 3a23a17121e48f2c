import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { membershipRefresh } from "../../src/gate/membership-routine.ts";
import type { Hand, Repository } from "../support/by-hand.ts";
import { type Recovering, startRecovering } from "../support/recovering.ts";

/** Votes count by who is in a team now, also when nobody tells that somebody left. */
let hand: Hand;
let recovery: Recovering;
let repo: Repository;
let pull: { readonly number: number; readonly head: string };
beforeAll(async () => {
  ({ hand, recovery } = await startRecovering());
});
beforeEach(async () => {
  repo = hand.repository();
  pull = repo.open();
  await hand.work();
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  await hand.work();
  expect(repo.shows(pull.head)).toBe("success");
  recovery.deafen();
});
afterEach(async () => {
  hand.hub.closePull(repo.name, pull.number, { actor: "alice" });
  recovery.hear();
  hand.hub.clearFaults();
  await hand.deps.ledger.markDirty(repo.key(pull.number));
  await hand.work();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

async function version(): Promise<number> {
  return (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.version;
}

describe("T06: whoever voted is no longer who may, and no delivery told it", () => {
  test("out of the team: the success goes, and comes back with them", async () => {
    hand.hub.removeMember("acme/sec-ops", "bob");
    await recovery.round(membershipRefresh);
    expect(repo.shows(pull.head)).toBe("action_required");
    hand.hub.addMember("acme/sec-ops", "bob");
    await recovery.round(membershipRefresh);
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("a new owner of the organisation", async () => {
    const before = await version();
    hand.hub.addOrgMember("acme", "dave", { role: "admin" });
    await recovery.round(membershipRefresh);
    expect(await version()).toBeGreaterThan(before);
    hand.hub.addOrgMember("acme", "dave");
  });

  test("nobody changed: a few calls for the whole organisation, and nothing is decided", async () => {
    const other = hand.repository();
    const second = other.open();
    await hand.deps.ledger.markSeen(
      { id: other.id, owner: "acme", name: other.name.slice(5), ownerId: hand.hub.idOf("acme"), installationId: await installation() },
      [{ number: second.number, headSha: second.head, baseRef: "main", seen: "" }],
      [],
    );
    await hand.work();
    await recovery.round(membershipRefresh);
    const before = await version();
    recovery.forgetCalls();
    await recovery.round(membershipRefresh);
    expect(await version()).toBe(before);
    expect(recovery.calls().toSorted()).toEqual([
      "GET /orgs/{org}/members",
      "GET /orgs/{org}/teams/{team_slug}",
      "GET /orgs/{org}/teams/{team_slug}/members",
    ]);
    hand.hub.closePull(other.name, second.number, { actor: "alice" });
    await hand.deps.ledger.markDirty(other.key(second.number));
    await hand.work();
  });

  test("a team that cannot be read now: nothing stays a success on what is not known", async () => {
    hand.hub.deleteTeam("acme/sec-ops");
    await recovery.round(membershipRefresh);
    expect(repo.shows(pull.head)).not.toBe("success");
    hand.hub.createTeam("acme", "sec-ops");
    for (const login of ["bob", "carol"]) hand.hub.addMember("acme/sec-ops", login);
  });

  test("GitHub does not answer: asked again an hour later, and before that nothing is decided", async () => {
    const before = await version();
    hand.hub.fail({ path: "/orgs/acme/teams" }, { kind: "status", status: 502 }, 4);
    await expect(recovery.round(membershipRefresh)).rejects.toThrow("memberships could not be read");
    expect(await version()).toBe(before);
    hand.hub.clearFaults();
    hand.hub.removeMember("acme/sec-ops", "bob");
    await recovery.round(membershipRefresh);
    expect(repo.shows(pull.head)).toBe("action_required");
    hand.hub.addMember("acme/sec-ops", "bob");
  });
});

async function installation(): Promise<number> {
  return (await recovery.deps.installed.installations()).find(({ account }) => account.login === "acme")!.installationId;
}
