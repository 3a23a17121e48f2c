import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { branchWalker } from "../../src/gate/branch-routine.ts";
import { NOTIFICATIONS, type NotificationDeps } from "../../src/gate/notification-routine.ts";
import { createNotifyTargets } from "../../src/gate/notify-targets.ts";
import { overrideDebts } from "../../src/gate/override-routines.ts";
import type { NotifyTargets } from "../../src/gate/ports.ts";
import { createNotifier } from "../../src/notify/index.ts";
import { createNotifications } from "../../src/store/index.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { overriding } from "../support/overriding.ts";
import { FILE } from "../support/scene.ts";

interface Message {
  readonly id: string;
  readonly event: string;
  readonly pullRequest: { readonly number: number; readonly title: string } | null;
  readonly branch: string | null;
  readonly waitingFor: readonly { readonly team: string | null }[];
  readonly override: { readonly by: string; readonly reason: string } | null;
  readonly incident: { readonly because: string; readonly mergeSha: string } | null;
  readonly review: { readonly dueAt: string } | null;
}

const NOTIFY = "notify:\n  - { webhook: audit, on: [pending, overdue, override, bypass] }\n";

/** From a webhook of GitHub to a message at a receiver over HTTP, through the real ingress, worker, database and routine. */
let receiver: Server;
let hand: Hand;
let deps: NotificationDeps;
let heard: Message[];
let ends: string[];
let status: number;
let repo: Repository;
beforeAll(async () => {
  receiver = createServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    heard.push(JSON.parse(body) as Message);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/in`;
  const target = { name: "audit", kind: "webhook", url, secret: "0123456789abcdef", accounts: ["acme"] } as const;
  const targets: NotifyTargets = createNotifyTargets([target], () => {});
  hand = await startHand({ targets });
  deps = {
    notifications: createNotifications(hand.database, targets),
    targets,
    notifier: createNotifier({ webUrl: "https://github.example", publicUrl: "https://station.example", timeoutMs: 2000 }),
    onEnded: (outcome) => ends.push(outcome),
  };
});
beforeEach(() => {
  [heard, ends, status] = [[], [], 200];
  repo = hand.repository({ [FILE]: CONTRACT, ".choochoorc": CONFIG + NOTIFY, ".choochoo/approval-policies.yaml": POLICIES });
});
afterAll(async () => {
  await hand.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

async function round(given = deps): Promise<void> {
  for (const routine of NOTIFICATIONS) await routine.run(given);
}

async function again(): Promise<void> {
  await hand.database.outer.execute(sql`update notification set next_at = clock_timestamp() where sent_at is null and gave_up_at is null`);
}

describe("notifications", () => {
  test("an opened pull request that waits is told once: no other evaluation of it is", async () => {
    const pull = repo.open();
    await hand.work();
    await round();
    expect(heard).toMatchObject([
      { event: "pending", pullRequest: { number: pull.number, title: "work" }, waitingFor: [{ team: "sec-ops" }] },
    ]);
    await hand.deps.ledger.markDirty(repo.key(pull.number));
    await hand.work();
    hand.hub.review(repo.name, pull.number, { actor: "alice", state: "COMMENTED" });
    await hand.work();
    await round();
    expect(heard).toHaveLength(1);
    expect(ends).toEqual(["sent"]);
    expect(((await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))?.version ?? 0) > 1).toBe(true);
  });

  test("the lines of the pull request itself count for nothing", async () => {
    repo = hand.repository();
    repo.open({ [FILE]: CONTRACT.replace("tags: [pii]", "tags: []"), ".choochoorc": CONFIG + NOTIFY });
    await hand.work();
    await round();
    expect(heard).toEqual([]);
  });

  test("what a receiver refused comes again under the same id, and no more after it was taken", async () => {
    status = 500;
    repo.open();
    await hand.work();
    await round();
    await round();
    expect(ends).toEqual(["failed"]);
    status = 200;
    await again();
    await round();
    await again();
    await round();
    expect(ends).toEqual(["failed", "sent"]);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(1);
    expect(heard).toHaveLength(2);
  });

  test("a process that ends between the sending and its record sends again, under the same id", async () => {
    repo.open();
    await hand.work();
    const dying = { ...deps.notifications, endNotification: async () => Promise.reject(new Error("killed")) };
    await expect(round({ ...deps, notifications: dying })).rejects.toThrow("could not be written");
    await again();
    await round();
    expect(ends).toEqual(["sent"]);
    expect(heard.map(({ id }) => id)).toEqual([heard[0]!.id, heard[0]!.id]);
  });

  test("what is never taken is given up after ten attempts, and the trail says so", async () => {
    status = 503;
    repo.open();
    await hand.work();
    for (let attempt = 0; attempt < 12; attempt++) {
      await again();
      await round();
    }
    expect(ends).toEqual([...Array.from({ length: 9 }, () => "failed"), "gave_up"]);
    const [event] = (await hand.deps.ledger.auditTrail(5)).filter(({ type }) => type === "notification.gave_up");
    expect(event).toMatchObject({ payload: { target: "audit", event: "pending", attempts: 10, because: "it answered 503" } });
  });

  test("T95: a target that was taken from the account meanwhile is sent nothing", async () => {
    repo.open();
    await hand.work();
    await round({ ...deps, targets: { ...deps.targets, find: () => null } });
    expect([heard, ends]).toEqual([[], ["failed"]]);
    await again();
    await round();
    expect(ends).toEqual(["failed", "sent"]);
  });

  test("an override is told with who and why, and its review when it is overdue", async () => {
    const on = overriding(hand, repo);
    const pull = await on.overridden();
    await on.later();
    await round();
    expect(heard.map(({ event }) => event).sort()).toEqual(["override", "pending"]);
    const told = heard.find(({ event }) => event === "override");
    expect(told).toMatchObject({ pullRequest: { number: pull.number }, override: { by: "ana", reason: "pager 1234" } });
    await hand.database.outer.execute(sql`update post_hoc_review set due_at = '2020-01-01'`);
    for (const _again of [1, 2]) {
      await overrideDebts.run(hand.deps);
      await round();
    }
    expect(heard.slice(2)).toMatchObject([{ event: "overdue", review: { dueAt: "2020-01-01T00:00:00.000Z" } }]);
  });

  test("a draft waits for nobody, and what was merged before anybody looked is told as what it is", async () => {
    hand.hub.push(repo.name, "draft", { [FILE]: STRIPPED }, { actor: "alice" });
    hand.hub.openPull(repo.name, { actor: "alice", head: "draft", title: "draft", draft: true });
    await hand.work();
    await round();
    expect(heard).toEqual([]);
    hand.pass(5);
    const landed = repo.open(undefined, "unseen");
    hand.hub.merge(repo.name, landed.number, { actor: "alice", method: "squash" });
    await hand.work();
    await round();
    expect(heard).toMatchObject([{ event: "bypass", pullRequest: { number: landed.number } }]);
  });

  test("a merge past the gate is told", async () => {
    const pull = repo.open();
    await hand.work();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    await hand.work();
    await round();
    const bypass = heard.find(({ event }) => event === "bypass");
    expect(bypass?.incident?.because).toContain(`#${pull.number} was merged while its decision was pending_approval`);
  });

  test("a push past the gate is told, by the policy in force", async () => {
    const push = async (files: Readonly<Record<string, string>>) => {
      hand.hub.push(repo.name, "main", files, { actor: "ana", message: "pushed" });
      hand.pass(5);
      await hand.work();
      // Repositories of other tests have had their turn.
      const turn = sql`case when repository_id = ${repo.id} then null else clock_timestamp() end`;
      await hand.database.outer.execute(sql`update watched_repository set walked_at = ${turn}`);
      await branchWalker.run(hand.deps);
      expect(await hand.work()).toEqual([]);
    };
    await push({ "README.md": "x" });
    await push({ [FILE]: STRIPPED });
    for (const _again of [1, 2]) await round();
    expect(heard).toMatchObject([
      { event: "bypass", pullRequest: null, branch: "main", incident: { because: expect.stringContaining("past the gate") } },
    ]);
  });
});
