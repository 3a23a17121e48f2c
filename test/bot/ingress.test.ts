import { Hono } from "hono";
import { describe, expect, it, vi } from "vitest";
import { BODY_MAX_BYTES, createBodyRoom } from "../../src/bot/body.ts";
import { createIngress, type Outcome } from "../../src/bot/ingress.ts";
import type { Delivery, DeliveryOutcome } from "../../src/gate/ports.ts";
import { about, here, pullRequest, SECRET, sign } from "./payloads.ts";

const PREVIOUS = "a-secret-of-the-previous-app-0002";
const BODY = JSON.stringify({ ...about, action: "opened", pull_request: pullRequest });

/** An inbox in memory, with the GUID rule of the real one. */
function rig(secrets: string[] = [SECRET, PREVIOUS]) {
  const stored: Delivery[] = [];
  const woken: string[][] = [];
  const counted: Outcome[] = [];
  const faults = { database: false, queue: false };
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const ledger = {
    async recordDelivery(delivery: Delivery): Promise<DeliveryOutcome> {
      if (faults.database) throw new Error("connection refused");
      const known = stored.find((each) => each.guid === delivery.guid);
      if (known !== undefined) return { status: known.bodySha256 === delivery.bodySha256 ? "duplicate" : "conflict" };
      stored.push(delivery);
      return { status: "recorded", subjects: ["7#5"] };
    },
  };
  const queue = {
    async wake(keys: readonly string[]) {
      woken.push([...keys]);
      if (faults.queue) throw new Error("queue is down");
    },
  };
  const app = new Hono().route("/", createIngress({ secrets, ledger, queue, log, count: (outcome) => counted.push(outcome) }));
  const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string | null> = {}) => {
    const all = { "content-type": "application/json", "x-github-event": "pull_request", "x-github-delivery": "g-1", ...headers };
    const given = Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null));
    return app.request("/webhooks/github", { method: "POST", body, headers: given });
  };
  const signed = (body: string | Buffer, headers: Record<string, string | null> = {}) =>
    send(new Uint8Array(Buffer.from(body)), { "x-hub-signature-256": sign(body), ...headers });
  return { app, send, signed, stored, woken, counted, faults, log };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a signed delivery", () => {
  it("is stored with its marks and receipts, then answered 202, then woken up for", async () => {
    const { signed, stored, woken } = rig();
    const answer = await signed(BODY);
    expect(answer.status).toBe(202);
    expect(stored).toMatchObject([
      { guid: "g-1", event: "pull_request", action: "opened", body: BODY, marks: [{ kind: "pull", repository: here, number: 5 }] },
    ]);
    await settled();
    expect(woken).toEqual([["7#5"]]);
  });

  it("is a no-op the second time, and a conflict with another body under its id", async () => {
    const { signed, stored, woken, log } = rig();
    await signed(BODY);
    expect((await signed(BODY)).status).toBe(200);
    expect((await signed(BODY.replace("opened", "closed"))).status).toBe(409);
    await settled();
    expect(stored).toHaveLength(1);
    expect(woken).toHaveLength(1);
    expect(log.warn).toHaveBeenCalledOnce();
  });

  it("may be signed by the previous secret while it is rotated", async () => {
    const { send, stored } = rig();
    expect((await send(BODY, { "x-hub-signature-256": sign(BODY, PREVIOUS) })).status).toBe(202);
    expect(stored).toHaveLength(1);
  });

  it("is told to be unavailable while the database says nothing, holds its room, and has its effect when it was stored after all", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const room = createBodyRoom(2 * BODY.length);
      const storing = Promise.withResolvers<DeliveryOutcome>();
      const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
      const wake = vi.fn(async () => {});
      const ledger = { recordDelivery: vi.fn(() => storing.promise) };
      const app = new Hono().route("/", createIngress({ secrets: [SECRET], ledger, queue: { wake }, log, room }));
      const headers = { "content-type": "application/json", "x-github-event": "pull_request", "x-github-delivery": "g-1" };
      const sent = app.request("/webhooks/github", {
        method: "POST",
        body: BODY,
        headers: { ...headers, "x-hub-signature-256": sign(BODY) },
      });
      await vi.waitFor(() => expect(ledger.recordDelivery).toHaveBeenCalled());
      await vi.advanceTimersByTimeAsync(25_000);
      expect((await sent).status).toBe(503);
      expect(log.error).toHaveBeenCalledWith({ delivery: "g-1", seconds: 25 }, expect.stringContaining("does not answer"));
      expect(room.take(2 * BODY.length, 1)).toBe(false);
      storing.resolve({ status: "recorded", subjects: ["7#5"] });
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      expect(wake).toHaveBeenCalledWith(["7#5"]);
      expect(room.take(2 * BODY.length, 1)).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is not acknowledged when the database is down", async () => {
    const { signed, stored, woken, faults, counted } = rig();
    faults.database = true;
    expect((await signed(BODY)).status).toBe(503);
    await settled();
    expect([stored, woken, counted]).toEqual([[], [], ["unavailable"]]);
    faults.database = false;
    expect((await signed(BODY)).status).toBe(202);
  });

  it("stays acknowledged when the wake-up fails, for the sweep finds the row", async () => {
    const { signed, faults, log, stored } = rig();
    faults.queue = true;
    expect((await signed(BODY)).status).toBe(202);
    await settled();
    expect(stored).toHaveLength(1);
    expect(log.error).toHaveBeenCalledOnce();
  });
});

describe("a delivery that nobody vouches for", () => {
  const digest = sign(BODY).slice("sha256=".length);
  it.each([
    ["no signature", null],
    ["an empty one", ""],
    ["no algorithm", digest],
    ["another algorithm's name", `sha512=${digest}`],
    ["upper case", `sha256=${digest.toUpperCase()}`],
    ["one digit short", `sha256=${digest.slice(1)}`],
    ["one digit long", `sha256=${digest}0`],
    ["not hexadecimal", `sha256=${"z".repeat(64)}`],
    ["of another secret", sign(BODY, "the secret of another tenant's app")],
    ["of an empty body", sign("")],
    ["of a body with one space more", sign(`${BODY} `)],
  ])("is refused: %s", async (_, signature) => {
    const { send, stored, woken, counted } = rig();
    const answer = await send(BODY, {
      "x-hub-signature-256": signature,
      "x-hub-signature": "sha1=0000000000000000000000000000000000000000",
    });
    expect(answer.status).toBe(401);
    await settled();
    expect([stored, woken, counted]).toEqual([[], [], ["unsigned"]]);
  });

  it("is refused whatever else is wrong with it", async () => {
    const { send, counted } = rig();
    await send("not json", { "content-type": "text/plain", "x-github-event": null });
    expect(counted).toEqual(["unsigned"]);
  });

  it("cannot be let in by an empty secret", () => {
    expect(() => rig([])).toThrow("secret");
    expect(() => rig([SECRET, ""])).toThrow("secret");
  });
});

describe("a signed delivery that cannot be read", () => {
  it.each([
    ["cut JSON", 400, BODY.slice(0, -1), {}],
    ["nothing", 400, "", {}],
    ["an array", 400, "[]", {}],
    ["a string", 400, '"x"', {}],
    ["null", 400, "null", {}],
    ["invalid UTF-8", 400, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), {}],
    ["a byte order mark", 400, `\uFEFF${BODY}`, {}],
    ["no delivery id", 400, BODY, { "x-github-delivery": null }],
    ["a delivery id of spaces", 400, BODY, { "x-github-delivery": "a b" }],
    ["no event", 400, BODY, { "x-github-event": null }],
    ["an event that is no name", 400, BODY, { "x-github-event": "Pull Request" }],
    ["a form", 415, BODY, { "content-type": "application/x-www-form-urlencoded" }],
    ["another JSON type", 415, BODY, { "content-type": "application/jsonp" }],
  ] as const)("is refused: %s", async (_, status, body, headers) => {
    const { signed, stored } = rig();
    expect((await signed(body as string, headers)).status).toBe(status);
    expect(stored).toEqual([]);
  });

  it("may say its character set", async () => {
    expect((await rig().signed(BODY, { "content-type": "application/json; charset=utf-8" })).status).toBe(202);
  });
});

describe("size", () => {
  const sized = (bytes: number) => Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(bytes - 8, 0x61), Buffer.from('"}')]);
  it.each([
    [BODY_MAX_BYTES - 1, 202],
    [BODY_MAX_BYTES, 202],
    [BODY_MAX_BYTES + 1, 413],
  ])("%i bytes: %i", async (bytes, status) => {
    const { signed } = rig();
    expect((await signed(sized(bytes))).status).toBe(status);
  });

  it("is refused by its header before anything is read", async () => {
    const { send, counted } = rig();
    expect((await send("{}", { "content-length": String(BODY_MAX_BYTES + 1), "x-hub-signature-256": sign("{}") })).status).toBe(413);
    expect(counted).toEqual(["too_large"]);
  });

  it("is counted while it streams, whatever the header says", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const { app } = rig();
    const request = streamed(endless);
    expect((await app.request(request)).status).toBe(413);
    expect(pulled).toBeLessThan(40);
  });

  it("of a stream that breaks is a bad request, not a crash", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    expect((await rig().app.request(streamed(broken))).status).toBe(400);
  });

  it("of an unsigned body costs nothing: it is refused before any of it is read", async () => {
    const pull = vi.fn((controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(1024)));
    const { app, counted } = rig();
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const request = new Request("http://x/webhooks/github", { method: "POST", body, duplex: "half" } as RequestInit);
    expect((await app.request(request)).status).toBe(401);
    expect([pull.mock.calls.length, counted]).toEqual([0, ["unsigned"]]);
  });

  it("T81: of bodies that are received together is bounded; large ones leave room for usual ones, and give theirs back", async () => {
    const MiB = 1024 * 1024;
    const room = createBodyRoom(8 * MiB);
    const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const stored: Delivery[] = [];
    const ledger = {
      async recordDelivery(delivery: Delivery): Promise<DeliveryOutcome> {
        stored.push(delivery);
        return { status: "recorded", subjects: [] };
      },
    };
    const app = new Hono().route("/", createIngress({ secrets: [SECRET], ledger, queue: { wake: async () => {} }, log, room }));
    const ends: (() => void)[] = [];
    /** Sends that much and then keeps the connection. */
    const slow = (bytes: number) =>
      app.request(
        streamed(
          new ReadableStream({
            async start(controller) {
              for (let sent = 0; sent < bytes; sent += MiB / 8) controller.enqueue(new Uint8Array(MiB / 8));
              await new Promise<void>((resolve) => ends.push(resolve));
              controller.close();
            },
          }),
        ),
      );
    const held = slow(3 * MiB);
    await settled();
    const refused = await slow(3 * MiB);
    expect([refused.status, await refused.json()]).toEqual([503, { error: { code: "busy", message: expect.stringContaining("again") } }]);
    const usual = await app.request("/webhooks/github", {
      method: "POST",
      body: BODY,
      headers: {
        ...{ "content-type": "application/json", "x-github-event": "pull_request", "x-github-delivery": "g-1" },
        "x-hub-signature-256": sign(BODY),
      },
    });
    expect([usual.status, stored.length]).toEqual([202, 1]);
    for (const end of ends) end();
    expect((await held).status).toBe(401);
    expect(room.take(8 * MiB, 1)).toBe(true);
    // Without the bound it waits for ever.
  }, 10_000);

  function streamed(body: ReadableStream): Request {
    const headers = { "x-hub-signature-256": sign("") };
    return new Request("http://x/webhooks/github", { method: "POST", body, headers, duplex: "half" } as RequestInit);
  }
});
