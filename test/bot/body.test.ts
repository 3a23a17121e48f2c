import { createHmac } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serve } from "@hono/node-server";
import { describe, expect, it } from "vitest";
import { createBodyRoom, readBody } from "../../src/bot/body.ts";
import { createIngress } from "../../src/bot/ingress.ts";

function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function* cut(body: Buffer, bytes: number, then: () => void = () => {}) {
  for (let at = 0; at < body.length; at += bytes) yield Buffer.from(body.subarray(at, at + bytes));
  then();
}

describe("a body that is being received", () => {
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

  it.each([
    ["declared and in one piece", body.length, body.length],
    ["declared and in pieces", 1460, body.length],
    ["not declared", 1460, 0],
    ["declared as what is no number", 65_536, Number.NaN],
    ["byte by byte", 1, 0],
  ])("%s is what was sent, and gives its room back", async (_how, bytes, declared) => {
    const room = createBodyRoom(4 * body.length);
    const reading = await readBody(cut(body, bytes), declared, room);
    if (reading.status !== "whole") throw new Error(reading.status);
    expect(reading.body.equals(body)).toBe(true);
    expect(room.take(4 * body.length, 1)).toBe(false);
    reading.release();
    expect(room.take(4 * body.length, 1)).toBe(true);
  });

  it("T81: takes what it is counted with, however small the pieces that it is sent in", async () => {
    let live = 0;
    const before = liveBytes();
    await readBody(
      cut(body, 1, () => {
        live = liveBytes() - before;
      }),
      0,
      createBodyRoom(),
    );
    expect(live).toBeLessThan(10 * body.length);
  });

  it("T81: that stands still makes room for others once it is slow, is told so, and one that comes in as it should is left alone", async () => {
    let now = 0;
    const room = createBodyRoom(10 * body.length, () => now);
    const stalled = Array.from({ length: 10 }, () => stalling(body.subarray(0, 90_000)));
    const held = stalled.map(({ pieces }) => readBody(pieces, body.length, room));
    await settled();
    now = 1_000;
    const steady = stalling(body.subarray(0, 90_000));
    const going = readBody(steady.pieces, body.length, room);
    await settled();
    // Nobody is slow yet.
    expect((await readBody(cut(body, 1460), body.length, room)).status).toBe("busy");
    now = 2_100;
    expect((await readBody(cut(body, 1460), body.length, room)).status).toBe("whole");
    // The first of them, and no more than it takes. It is not ended.
    expect((await held[0])!.status).toBe("busy");
    for (const { end } of stalled.slice(1)) end();
    expect((await Promise.all(held.slice(1))).map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => "whole"));
    steady.end();
    expect((await going).status).toBe("whole");
  });
});

it("T81: unsigned bodies that stand still on as many connections hold no delivery out", async () => {
  let now = 0;
  const room = createBodyRoom(1_048_576, () => now);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const ledger = { recordDelivery: async () => ({ status: "recorded", subjects: [] }) as const };
  const { fetch: answer } = createIngress({ secrets: [SECRET], ledger, queue: { wake: async () => {} }, log, room });
  const server = serve({ fetch: answer, port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const body = JSON.stringify({ zen: "z".repeat(50_000) });
  const deliver = async () =>
    (
      await fetch(`http://127.0.0.1:${port}/webhooks/github`, {
        ...{ method: "POST", body },
        headers: {
          ...{ "content-type": "application/json", "x-github-event": "ping", "x-github-delivery": "d-1" },
          "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
        },
      })
    ).status;
  const stalled = Array.from({ length: 4 }, () => connect(port, "127.0.0.1"));
  const said = stalled.map(() => "");
  for (const [at, socket] of stalled.entries()) {
    socket.on("data", (chunk) => {
      said[at] += chunk.toString();
    });
    const head = ["POST /webhooks/github HTTP/1.1", "Host: x", "Content-Length: 262144", `X-Hub-Signature-256: sha256=${"0".repeat(64)}`];
    socket.write(`${head.join("\r\n")}\r\n\r\n${"x".repeat(262_143)}`);
  }
  await expect.poll(deliver, { timeout: 10_000 }).toBe(503);
  now = 2_300;
  expect(await deliver()).toBe(202);
  await expect.poll(() => said.filter((each) => each.startsWith("HTTP/1.1 503")).length).toBe(1);
  for (const socket of stalled) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}, 30_000);

const SECRET = "a-webhook-secret-of-this-test-0001";

/** Sends that, and no more until it is ended. */
function stalling(sent: Buffer) {
  const ended = Promise.withResolvers<void>();
  async function* pieces() {
    yield sent;
    await ended.promise;
  }
  return { pieces: pieces(), end: ended.resolve };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
