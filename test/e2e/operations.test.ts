import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ServerConfig } from "../../src/config.ts";
import { AppRefused } from "../../src/gate/app-needs.ts";
import { type RunningServer, startServer } from "../../src/serve.ts";
import { DEFAULT_EVENTS, DEFAULT_PERMISSIONS } from "../hub/emitter.ts";
import { type Hub, type HubOptions, startHub } from "../hub/hub.ts";
import { layEither } from "../support/database.ts";
import { startScene } from "../support/scene.ts";

const TOKEN = "a-metrics-token-of-this-test-0001";

async function onHub<T>(
  options: HubOptions,
  act: (hub: Hub, start: (more?: Partial<ServerConfig>) => Promise<RunningServer>) => Promise<T>,
) {
  const hub = await startHub(options);
  const started: RunningServer[] = [];
  const { remove, ...storage } = await layEither();
  const start = async (more: Partial<ServerConfig> = {}) => {
    const server = await startServer({
      ...{ host: "127.0.0.1", port: 0, publicUrl: null, ...storage, logLevel: "silent", devLoginToken: null },
      github: { appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url },
      webhookSecrets: ["a-webhook-secret-of-this-test-0001"],
      ...more,
    });
    started.push(server);
    return server;
  };
  try {
    return await act(hub, start);
  } finally {
    for (const server of started) await server.close();
    await hub.close();
    await remove();
  }
}

describe("the start is refused", () => {
  test("when the app lacks a permission, by name and with where to grant it", () =>
    onHub({ permissions: { ...DEFAULT_PERMISSIONS, checks: "read" } }, async (_hub, start) => {
      const refused = await start().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(AppRefused);
      expect(String(refused)).toMatch(/lacks `checks: write` \(the check run itself\); it has `read`\. Grant this in the app's settings/);
    }));

  test.each([
    ["ahead", 3_600_000],
    ["behind", -45_000],
  ])("T80: when GitHub's clock says that ours is off (GitHub %s)", (_what, ms) =>
    onHub({ clock: () => new Date(Date.now() + ms) }, async (_hub, start) => {
      await expect(start()).rejects.toThrow(/clock is \d+ s (ahead of|behind) GitHub's, at most 30 s are allowed\. Set it by NTP/);
    }),
  );

  test("when GitHub does not take the key", () =>
    onHub({}, async (hub, start) => {
      const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();
      const github = { appId: hub.app.id, baseUrl: hub.url, privateKey };
      await expect(start({ github })).rejects.toThrow(/does not take APP_ID \d+ with this private key: app: GitHub answered 401/);
    }));

  test("but not for GitHub's silence, nor for an event that is missing: deliveries are taken", () =>
    onHub({ events: DEFAULT_EVENTS.filter((event) => event !== "push") }, async (hub, start) => {
      const lines: string[] = [];
      const operations = { metrics: null, logTo: { write: (line: string) => void lines.push(line) } };
      await (await start({ logLevel: "warn", operations })).close();
      expect(lines.join("")).toMatch(/not subscribed to .*push/);
      hub.fail({ path: "/app" }, { kind: "status", status: 502 }, 10);
      const server = await start({ logLevel: "warn", operations });
      expect(lines.join("")).toMatch(/GitHub could not be asked about the app/);
      const ready = await fetch(`${server.url}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([200, { status: "degraded", database: "ok", github: "unreachable" }]);
    }));
});

describe("probes", () => {
  test("say alive and ready, and ask GitHub once for many of them", () =>
    onHub({}, async (hub, start) => {
      const { url } = await start();
      const before = hub.requests.length;
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${url}/readyz`)));
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
      expect(await answers[0]!.json()).toEqual({ status: "ready", database: "ok", github: "ok" });
      // What recovery asks at the start is apart.
      expect(hub.requests.slice(before).filter(({ path }) => path === "/app")).toHaveLength(1);
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "alive" });
    }));
});

describe("metrics", () => {
  test("are off unless they are asked for", () =>
    onHub({}, async (_hub, start) => {
      const server = await start();
      expect(server.metricsUrl).toBeNull();
      expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
      expect(await (await fetch(`${server.url}/metrics`)).text()).not.toContain("countersign_");
    }));

  test("are for whoever has the token, or reaches the address of their own, and for nobody else", () =>
    onHub({}, async (_hub, start) => {
      const server = await start({ operations: { metrics: { token: TOKEN, listen: { host: "127.0.0.1", port: 0 } } } });
      expect(new URL(server.metricsUrl!).port).not.toBe(new URL(server.url).port);
      expect((await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(401);
      for (const authorization of ["", "Bearer", "Bearer x", `Basic ${TOKEN}`, `Bearer ${TOKEN}x`]) {
        const refused = await fetch(server.metricsUrl!, { headers: { authorization } });
        expect([refused.status, await refused.json()]).toEqual([401, { error: { code: "UNAUTHORIZED", message: expect.any(String) } }]);
      }
      const answer = await fetch(server.metricsUrl!, { headers: { authorization: `Bearer ${TOKEN}` } });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    }));

  test("tell of the work: webhooks, lag, evaluations, what waits", async () => {
    const scene = await startScene({ config: { operations: { metrics: { token: null, listen: { host: "127.0.0.1", port: 0 } } } } });
    try {
      const [first, second] = [scene.stage(), scene.stage()];
      const waiting = first.open();
      const approved = second.open();
      await first.reaches(waiting.head, "action_required");
      await second.reaches(approved.head, "action_required");
      scene.hub.review(second.repository, approved.number, { actor: "bob", state: "APPROVED" });
      await second.reaches(approved.head, "success");
      await scene.settled();
      const figures = await (await fetch(scene.server.metricsUrl!)).text();
      const of = (name: string) => Number(new RegExp(`^countersign_${name.replace(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(figures)?.[1]);
      expect(of('webhooks_total{outcome="recorded"}')).toBe(scene.hub.hooks.sent.length);
      expect(of('open_pull_requests{state="pending_approval"}')).toBe(1);
      expect(of('open_pull_requests{state="approved"}')).toBe(1);
      expect(of('evaluations_total{outcome="pending_approval"}')).toBeGreaterThanOrEqual(2);
      expect(of("evaluation_seconds_count")).toBeGreaterThanOrEqual(3);
      expect(of("webhook_lag_seconds_count")).toBeGreaterThanOrEqual(3);
      expect(of("webhook_lag_seconds_sum")).toBeGreaterThan(0);
      expect([of("dirty_subjects"), of("oldest_dirty_seconds"), of("database_up"), of("late_approvals")]).toEqual([0, 0, 1, 0]);
      expect(figures).toContain("process_resident_memory_bytes");
      expect(figures).not.toMatch(/alice|bob|acme|contracts-|#1/);
    } finally {
      await scene.close();
    }
  });
});
