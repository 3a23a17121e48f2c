import { createHmac, randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LINES_PER_WINDOW } from "../../src/gate/server-log.ts";
import { type Scene, startScene } from "../support/scene.ts";

const SECRET = "a-webhook-secret-of-this-test-0001";
const TOKEN = "a-metrics-token-of-this-test-0001";
/** Of each kind in a round. */
const MANY = 250;
const ROUNDS = 4;
const AT_ONCE = 50;
const lines: string[] = [];
let scene: Scene;
let hook: string;

beforeAll(async () => {
  const logTo = {
    write(line: string) {
      lines.push(line);
    },
  };
  const operations = { logTo, metrics: { token: TOKEN, listen: null }, arrival: { headersMs: 4000, requestMs: 6000 } };
  scene = await startScene({ databaseUrl: null, config: { webhookSecrets: [SECRET], logLevel: "info", operations } });
  hook = `${scene.server.url}/webhooks/github`;
});
afterAll(() => scene.close());

function headersOf(body: string, { guid = randomUUID() as string, secret = SECRET } = {}): Record<string, string> {
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const about = { "x-github-delivery": guid, "x-github-event": "pull_request", "x-hub-signature-256": signature };
  return { "content-type": "application/json", ...about };
}

async function send(body: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(hook, { method: "POST", body, headers });
  await answer.arrayBuffer();
  return answer.status;
}

/** How often each status came. */
async function flood(count: number, one: (index: number) => Promise<number>): Promise<Record<number, number>> {
  const seen: Record<number, number> = {};
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) {
        next += 1;
        const status = await one(next);
        seen[status] = (seen[status] ?? 0) + 1;
      }
    }),
  );
  return seen;
}

/** Says what the server answers to these bytes, and that it ends the connection by itself. */
async function raw(bytes: string, more: (socket: Socket) => () => void = () => () => {}): Promise<string> {
  const { hostname, port } = new URL(hook);
  const socket = connect(Number(port), hostname);
  let told = "";
  socket.on("data", (chunk) => {
    told += chunk.toString();
  });
  socket.on("error", () => {});
  socket.write(bytes);
  const stop = more(socket);
  await new Promise((resolve) => socket.once("close", resolve));
  stop();
  return told.split("\r\n")[0]!;
}

function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("T81: bad input by the thousand", () => {
  const genuine = JSON.stringify({ zen: "Keep it logically awesome.", padding: "x".repeat(20_000) });
  const other = `${genuine} `;
  const kinds: [string, number, (index: number) => Promise<number>][] = [
    ["forged", 401, () => send(genuine, headersOf(genuine, { secret: "another app's secret" }))],
    ["unsigned", 401, () => send(genuine, { "content-type": "application/json" })],
    ["replayed", 200, () => send(genuine, headersOf(genuine, { guid: "once" }))],
    ["malformed", 400, (index) => send(`{"cut": ${index}`, headersOf(`{"cut": ${index}`))],
    ["of the same id with another body", 409, () => send(other, headersOf(other, { guid: "once" }))],
  ];

  test("T70: forged, unsigned, replayed, malformed and conflicting ones get their status, few lines and no memory", async () => {
    expect(await send(genuine, headersOf(genuine, { guid: "once" }))).toBe(202);
    // What a first round costs once (compiled code, pools) is no growth.
    for (const [, status, one] of kinds) expect(await flood(100, one)).toEqual({ [status]: 100 });
    // Whatever is kept once for good (compiled code, pools, the database's own memory) is there after a round; what leaks comes again.
    const live = [liveBytes()];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [what, status, one] of kinds) {
        const count = status === 409 ? MANY / 10 : MANY;
        expect({ what, seen: await flood(count, one) }).toEqual({ what, seen: { [status]: count } });
      }
      live.push(liveBytes());
    }
    const grown = live.slice(1).map((bytes, index) => Math.round((bytes - live[index]!) / 1024));
    expect(Math.min(...grown), `KiB in each round: ${grown.join(", ")}`).toBeLessThan(2 * 1024);
    const told = lines.filter((line) => /"level":[456]0/.test(line)).map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(told.filter((message) => message === "delivery id seen before with another body")).toHaveLength(LINES_PER_WINDOW);
    expect(lines.length).toBeLessThan(3 * LINES_PER_WINDOW);
    expect(lines.join("").length).toBeLessThan(50_000);
    expect(await send(genuine, headersOf(genuine))).toBe(202);
    const figures = await (await fetch(`${scene.server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text();
    expect(figures).toMatch(new RegExp(`webhooks_total\\{outcome="unsigned"\\} ${2 * (ROUNDS * MANY + 100)}\\n`));
    expect(figures).toMatch(new RegExp(`log_lines_left_out_total ${(ROUNDS * MANY) / 10 + 100 - LINES_PER_WINDOW}\\n`));
  }, 240_000);

  test("too large by its header, and headers too large, are refused before anything is read", async () => {
    const start = "POST /webhooks/github HTTP/1.1\r\nHost: x\r\n";
    const signature = `X-Hub-Signature-256: sha256=${"a".repeat(64)}\r\n`;
    expect(await raw(`${start}${signature}Content-Length: 26214401\r\n\r\n`)).toContain("413");
    expect(await raw(`${start}X-Padding: ${"a".repeat(20_000)}\r\n\r\n`)).toContain("431");
  });

  test("slow ones are cut off: headers that never end, and bodies that trickle in", async () => {
    const trickle = (socket: Socket) => {
      const timer = setInterval(() => socket.write("a"), 50);
      return () => clearInterval(timer);
    };
    const headers = Array.from({ length: 100 }, () => raw("POST /webhooks/github HTTP/1.1\r\nX-Slow: ", trickle));
    const signature = `X-Hub-Signature-256: sha256=${"a".repeat(64)}\r\n`;
    const bodies = Array.from({ length: 100 }, () =>
      raw(`POST /webhooks/github HTTP/1.1\r\nHost: x\r\n${signature}Content-Length: 100000\r\n\r\n`, trickle),
    );
    // Meanwhile the others are served.
    expect(await send(genuine, headersOf(genuine))).toBe(202);
    expect(new Set(await Promise.all(headers))).toEqual(new Set(["HTTP/1.1 408 Request Timeout"]));
    for (const told of new Set(await Promise.all(bodies))) expect(told).toMatch(/^(HTTP\/1\.1 (408 Request Timeout|400 Bad Request))?$/);
    expect(await send(genuine, headersOf(genuine))).toBe(202);
  });
});
