import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { installationRefresh } from "../../src/gate/installation-routine.ts";
import type { WatchedRepository } from "../../src/gate/ports.ts";
import { sweeper } from "../../src/gate/sweep-routine.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import type { Hand } from "../support/by-hand.ts";
import { type Recovering, startRecovering } from "../support/recovering.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** Where the app is installed, found without one delivery. */
let hand: Hand;
let recovery: Recovering;
let name: string;
let count = 0;
beforeAll(async () => {
  ({ hand, recovery } = await startRecovering());
  recovery.deafen();
});
beforeEach(() => {
  count += 1;
  name = `org-${count}`;
  recovery.alarms.length = 0;
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

function organisation(install = true): { readonly repository: string; readonly id: number } {
  for (const login of ["writer", "owner"]) hand.hub.createUser(`${name}-${login}`);
  hand.hub.createOrg(name, { install });
  hand.hub.addOrgMember(name, `${name}-writer`);
  hand.hub.addOrgMember(name, `${name}-owner`, { role: "admin" });
  const repository = `${name}/data`;
  const files = { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES };
  const { id } = hand.hub.createRepo(repository, files, { grants: { [`${name}-writer`]: "write" } });
  return { repository, id };
}

function open(repository: string, branch = "work") {
  hand.hub.push(repository, branch, { [FILE]: STRIPPED }, { actor: `${name}-writer` });
  return hand.hub.openPull(repository, { actor: `${name}-writer`, head: branch, title: branch });
}

async function watched(id: number): Promise<WatchedRepository | undefined> {
  return (await hand.deps.ledger.watchedRepositories(1000)).find(({ repository }) => repository.id === id);
}

describe("T73: installed, changed and taken away while the server was off", () => {
  test("installed: its repositories are known, and what is open there is decided", async () => {
    const { repository, id } = organisation();
    const pull = open(repository);
    await recovery.round(installationRefresh);
    expect(await watched(id)).toMatchObject({ unguarded: null, repository: { owner: name, name: "data" } });
    await recovery.round(sweeper);
    expect(hand.hub.checkRuns(repository, pull.headSha).find((run) => run.name === CHECK)?.conclusion).toBeDefined();
    const events = (await hand.deps.ledger.auditTrail(50)).filter(({ type }) => type === "repository.guarded");
    await recovery.round(installationRefresh);
    expect((await hand.deps.ledger.auditTrail(50)).filter(({ type }) => type === "repository.guarded")).toHaveLength(events.length);
  });

  test("a first installation with many open pull requests: a few in each round, and all of them in the end", async () => {
    const { repository, id } = organisation();
    const heads = Array.from({ length: 90 }, (_, index) => open(repository, `work-${index}`).headSha);
    await recovery.round(installationRefresh);
    const marked: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await hand.database.outer.execute("update watched_repository set swept_at = null");
      await sweeper.run(recovery.deps);
      marked.push((await hand.deps.ledger.pendingSubjects(1000)).filter((key) => key.startsWith(`${id}#`)).length);
    }
    expect(marked).toEqual([40, 80, 90, 90, 90]);
    expect(heads).toHaveLength(90);
    await hand.database.outer.execute(`update subject set done_gen = want_gen where repository_id = ${id}`);
  });

  test("uninstalled, suspended, and installed again", async () => {
    const { id } = organisation();
    await recovery.round(installationRefresh);
    hand.hub.suspendInstallation(name);
    await recovery.round(installationRefresh);
    expect((await watched(id))!.unguarded).toBe("the installation was suspended");
    hand.hub.unsuspendInstallation(name);
    await recovery.round(installationRefresh);
    expect((await watched(id))!.unguarded).toBeNull();
    hand.hub.uninstall(name);
    await recovery.round(installationRefresh);
    expect((await watched(id))!.unguarded).toBe("the app was uninstalled");
    hand.hub.install(name);
    await recovery.round(installationRefresh);
    expect((await watched(id))!.unguarded).toBeNull();
  });

  test("renamed, archived, and taken out of the installation", async () => {
    const { repository, id } = organisation();
    hand.hub.uninstall(name);
    hand.hub.install(name, { repositories: [repository] });
    await recovery.round(installationRefresh);
    hand.hub.renameRepo(repository, "renamed");
    await recovery.round(installationRefresh);
    expect(await watched(id)).toMatchObject({ unguarded: null, repository: { name: "renamed" } });
    hand.hub.removeFromInstallation(`${name}/renamed`);
    await recovery.round(installationRefresh);
    expect((await watched(id))!.unguarded).toContain("no longer among the repositories");
  });

  test("T81: one installation that answers nothing holds up no other", async () => {
    const first = organisation();
    count += 1;
    name = `org-${count}`;
    const second = organisation();
    const broken = {
      ...recovery.deps.installed,
      repositories: (installationId: number, page: number) =>
        installationId === brokenId ? Promise.reject(new Error("hostile")) : recovery.deps.installed.repositories(installationId, page),
    };
    const brokenId = (await recovery.deps.installed.installations()).find(
      ({ account }) => account.login === `org-${count - 1}`,
    )!.installationId;
    await recovery.round(installationRefresh, { ...recovery.deps, installed: broken });
    expect(await watched(first.id)).toBeUndefined();
    expect(await watched(second.id)).toMatchObject({ unguarded: null });
    expect(recovery.alarms).toMatchObject([{ about: { because: "hostile" } }]);
  });

  test("the list of installations cannot be read: nothing is taken for gone", async () => {
    const { id } = organisation();
    await recovery.round(installationRefresh);
    hand.hub.fail({ path: "/app/installations" }, { kind: "status", status: 502 });
    await expect(recovery.round(installationRefresh)).rejects.toThrow("502");
    expect((await watched(id))!.unguarded).toBeNull();
  });
});
