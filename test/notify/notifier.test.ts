import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { NotificationContent, NotifyTarget } from "../../src/gate/ports/notifications.ts";
import { createNotifier } from "../../src/notify/index.ts";

interface Heard {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

let server: Server;
let origin: string;
let heard: Heard[] = [];
let answer: (response: ServerResponse) => void;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    heard.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  heard = [];
  answer = (response) => response.end("ok");
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const notifier = createNotifier({ webUrl: "https://github.example", publicUrl: "https://station.example", timeoutMs: 400 });
const content: NotificationContent = {
  event: "bypass",
  at: "2026-11-20T10:00:00.000Z",
  repository: { id: 4, name: "acme/data" },
  pullRequest: 12,
  baseRef: "main",
  title: "ünïcode <!channel>",
  evaluationId: null,
  decision: null,
  incident: { because: "merged while pending", mergeSha: "abc" },
  review: null,
};
const webhook = (path = "/in"): NotifyTarget => ({
  kind: "webhook",
  name: "audit",
  url: origin + path,
  secret: "0123456789abcdef",
  accounts: [1],
});
const slack = (): NotifyTarget => ({ kind: "slack", name: "chat", url: `${origin}/services/s3cr3t`, secret: null, accounts: [1] });

describe("the notifier", () => {
  test("signs the raw body of a webhook, names the delivery, and says the same again under the same id", async () => {
    for (const _again of [1, 2]) expect(await notifier.send(webhook(), { id: "n1", content })).toEqual({ status: "sent" });
    for (const { headers, body } of heard) {
      const signature = createHmac("sha256", "0123456789abcdef").update(Buffer.from(body, "utf8")).digest("hex");
      expect(headers["x-countersign-signature-256"]).toBe(`sha256=${signature}`);
      expect(headers).toMatchObject({ "x-countersign-delivery": "n1", "x-countersign-event": "bypass" });
      expect(JSON.parse(body)).toMatchObject({ id: "n1", pullRequest: { number: 12, title: "ünïcode <!channel>" } });
    }
    expect(heard[1]).toMatchObject({ body: heard[0]!.body });
  });

  test("sends Slack a message, and nothing of ours beside it", async () => {
    expect(await notifier.send(slack(), { id: "n1", content })).toEqual({ status: "sent" });
    expect(heard[0]!.path).toBe("/services/s3cr3t");
    expect(Object.keys(heard[0]!.headers).filter((name) => name.startsWith("x-"))).toEqual([]);
    expect(JSON.parse(heard[0]!.body)).toHaveProperty("blocks");
  });

  test("T83: follows no redirect: the operator chose the address", async () => {
    answer = (response) => response.writeHead(307, { Location: `${origin}/elsewhere` }).end();
    expect(await notifier.send(webhook("/a"), { id: "n1", content })).toEqual({
      status: "failed",
      because: "it redirects (307), which is not followed",
    });
    expect(heard.map(({ path }) => path)).toEqual(["/a"]);
  });

  test("gives up on a receiver that hangs", async () => {
    answer = () => {};
    expect(await notifier.send(slack(), { id: "n1", content })).toEqual({ status: "failed", because: "it did not answer within 0.4 s" });
  });

  test("does not wait for the end of an answer that never ends", async () => {
    answer = (response) => void response.writeHead(200).write("x");
    expect(await notifier.send(slack(), { id: "n1", content })).toEqual({ status: "sent" });
  });

  test.each([500, 404, 429])("tells that it was answered %d, and never the address", async (status) => {
    answer = (response) => response.writeHead(status).end("s3cr3t");
    expect(await notifier.send(slack(), { id: "n1", content })).toEqual({ status: "failed", because: `it answered ${status}` });
  });

  test("tells that nobody is there", async () => {
    const nobody = { ...slack(), url: "http://127.0.0.1:1/s3cr3t" };
    const outcome = await notifier.send(nobody, { id: "n1", content });
    expect(outcome).toMatchObject({ status: "failed", because: expect.stringMatching(/^it cannot be reached( \([A-Z_]+\))?$/) });
  });
});
