import fc from "fast-check";
import { expect, it } from "vitest";
import { createIngress } from "../../src/bot/ingress.ts";
import { about, pullRequest, SECRET, sign } from "./payloads.ts";

const RUNS = 20_000;
const silent = { info() {}, warn() {}, error() {} };

const header = fc.oneof(
  fc.string({ maxLength: 90 }),
  fc.string({ unit: "binary-ascii", maxLength: 90 }),
  fc.constantFrom("sha256=", "sha256", "sha1=abc", `sha256=${"0".repeat(64)}`, `sha256=${"0".repeat(63)}`, "sha256=💥", "=", ","),
);
const known = { ...about, pull_request: pullRequest };
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json({ maxDepth: 4 }).map((text) => new TextEncoder().encode(text)),
  fc
    .dictionary(fc.constantFrom(...Object.keys(known), "action", "ref", "__proto__"), fc.jsonValue({ maxDepth: 2 }))
    .map((part) => new TextEncoder().encode(JSON.stringify({ ...known, ...part }))),
);
const event = fc.oneof(header, fc.constantFrom("pull_request", "push", "check_run", "installation", "hasOwnProperty"));

/** A header that HTTP itself cannot carry never reaches us. */
function carried(headers: Record<string, string>): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      all.set(name, value);
    } catch {}
  }
  return all;
}

it(`answers each of ${RUNS} hostile deliveries with one of the documented statuses, and stores only signed ones`, async () => {
  let signedNow = false;
  let stored = 0;
  const ledger = {
    async recordDelivery() {
      if (!signedNow) throw new Error("an unsigned delivery was stored");
      stored += 1;
      return { status: "recorded" as const, subjects: [] };
    },
  };
  const app = createIngress({ secrets: [SECRET], ledger, queue: { wake: async () => {} }, log: silent });
  const delivery = fc.record({
    bytes: body,
    signed: fc.boolean(),
    signature: header,
    event,
    guid: header,
    type: fc.oneof(header, fc.constant("application/json")),
  });
  await fc.assert(
    fc.asyncProperty(delivery, async ({ bytes, signed, signature, event, guid, type }) => {
      signedNow = signed;
      const headers = carried({
        "x-hub-signature-256": signed ? sign(bytes) : signature,
        "x-github-event": event,
        "x-github-delivery": guid,
        "content-type": type,
      });
      const answer = await app.request("/webhooks/github", { method: "POST", body: bytes as Uint8Array<ArrayBuffer>, headers });
      expect(signed ? [202, 400, 415] : [401]).toContain(answer.status);
    }),
    { numRuns: RUNS },
  );
  expect(stored).toBeGreaterThan(0);
}, 120_000);
