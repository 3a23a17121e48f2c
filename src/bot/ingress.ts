import { createHash } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Delivery, Ledger, Queue } from "../gate/ports.ts";
import { actionsOf } from "./actions.ts";
import { type BodyRoom, chunksOf, createBodyRoom, readBody } from "./body.ts";
import { marksOf } from "./marks.ts";
import { receiptsOf } from "./receipts.ts";
import { newsOf } from "./repository-news.ts";
import { isSigned, looksSigned } from "./signature.ts";

export interface IngressLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface IngressDeps {
  /** Accepted secrets: the current one, and the one before it while it is being rotated. */
  readonly secrets: readonly string[];
  readonly ledger: Pick<Ledger, "recordDelivery">;
  readonly queue: Pick<Queue, "wake">;
  readonly log: IngressLog;
  /** Told the outcome of every request (`recorded`, `unsigned`, …): the only trace that a refused one leaves. */
  readonly count?: (outcome: Outcome) => void;
  /** Absent = as much as one server has. */
  readonly room?: BodyRoom;
}

const OUTCOMES = {
  recorded: { status: 202, message: "recorded" },
  duplicate: { status: 200, message: "this delivery is already recorded" },
  conflict: { status: 409, message: "this delivery id is recorded with another body" },
  too_large: { status: 413, message: "the body is larger than 25 MB" },
  unsigned: { status: 401, message: "the signature is missing or wrong" },
  not_json_type: { status: 415, message: "the content type must be application/json" },
  missing_header: { status: 400, message: "X-GitHub-Delivery and X-GitHub-Event are required" },
  malformed: { status: 400, message: "the body is not a JSON object" },
  busy: { status: 503, message: "too many large bodies are being received; deliver it again" },
  cut_off: { status: 400, message: "the body ended early" },
  unavailable: { status: 503, message: "the delivery could not be stored; deliver it again" },
  failed: { status: 500, message: "the delivery could not be handled; deliver it again" },
} as const;
export type Outcome = keyof typeof OUTCOMES;

/** Absent where no socket is involved. */
type OnNode = { Bindings: Partial<Pick<HttpBindings, "incoming">> };

/**
 * `POST /webhooks/github`: raw-body signature first, then the inbox row, its marks and receipts in one commit, then 202, then the wake-up.
 * A delivery that is not durably stored is never acknowledged: GitHub does not repeat what was answered with 2xx.
 */
export function createIngress(deps: IngressDeps): Hono<OnNode> {
  if (deps.secrets.length === 0 || deps.secrets.some((secret) => secret === "")) throw new Error("a webhook secret is required");
  const app = new Hono<OnNode>();
  const room = deps.room ?? createBodyRoom();
  app.post("/webhooks/github", async (context) => {
    const outcome = await take(deps, room, context.req.raw, context.env?.incoming).catch((error: unknown): Outcome => {
      deps.log.error({ delivery: guidOf(context.req.raw), err: error }, "webhook failed");
      return "failed";
    });
    deps.count?.(outcome);
    const { status, message } = OUTCOMES[outcome];
    return status < 300 ? context.json({ status: outcome }, status) : context.json({ error: { code: outcome, message } }, status);
  });
  return app;
}

async function take(deps: IngressDeps, room: BodyRoom, request: Request, incoming: OnNode["Bindings"]["incoming"]): Promise<Outcome> {
  // Nothing of it is read, whoever sends it.
  if (!looksSigned(request.headers.get("x-hub-signature-256"))) return "unsigned";
  const declared = Number(request.headers.get("content-length") ?? "0");
  const reading = await readBody(chunksOf(request, incoming), declared, room);
  if (reading.status !== "whole") return reading.status;
  // Whoever was answered: the body is held until nobody is at it.
  return inTime(takeWhole(deps, request, reading.body).finally(reading.release), () => {
    deps.log.error(
      { delivery: guidOf(request), seconds: STORE_MS / 1000 },
      "the database does not answer; a delivery is not known to be stored",
    );
  });
}

/** An Enterprise Server waits 30 s for an answer. */
const STORE_MS = 25_000;

/** A connection that says nothing any more is noticed minutes later. What is stored after all has its effect, and is a duplicate when it is repeated. */
async function inTime(taken: Promise<Outcome>, onLate: () => void): Promise<Outcome> {
  const late = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => {
    onLate();
    late.resolve("unavailable");
  }, STORE_MS);
  return Promise.race([taken, late.promise]).finally(() => clearTimeout(timer));
}

async function takeWhole(deps: IngressDeps, request: Request, body: Buffer): Promise<Outcome> {
  if (!isSigned(body, request.headers.get("x-hub-signature-256"), deps.secrets)) return "unsigned";
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "")) return "not_json_type";
  const guid = guidOf(request);
  const event = request.headers.get("x-github-event") ?? "";
  if (guid === null || !EVENT.test(event)) return "missing_header";
  const parsed = parse(body);
  if (parsed === null) return "malformed";
  return await record(deps, deliveryOf(guid, event, body, parsed));
}

const GUID = /^[0-9A-Za-z-]{1,64}$/;
/** null = none that could be one. */
function guidOf(request: Request): string | null {
  const guid = request.headers.get("x-github-delivery") ?? "";
  return GUID.test(guid) ? guid : null;
}

const EVENT = /^[a-z_]{1,64}$/;

interface Parsed {
  readonly text: string;
  readonly payload: object;
}

function parse(body: Buffer): Parsed | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    const payload: unknown = JSON.parse(text);
    return typeof payload === "object" && payload !== null && !Array.isArray(payload) ? { text, payload } : null;
  } catch {
    return null;
  }
}

function deliveryOf(guid: string, event: string, body: Buffer, { text, payload }: Parsed): Delivery {
  const action = "action" in payload && typeof payload.action === "string" ? payload.action.slice(0, 100).replaceAll("\0", "") : null;
  const bodySha256 = createHash("sha256").update(body).digest("hex");
  return {
    guid,
    event,
    action,
    body: text,
    bodySha256,
    marks: marksOf(event, payload),
    receipts: receiptsOf(event, payload, guid),
    news: newsOf(event, payload),
    actions: actionsOf(event, payload),
  };
}

async function record({ ledger, queue, log }: IngressDeps, delivery: Delivery): Promise<Outcome> {
  const about = { delivery: delivery.guid, event: delivery.event, action: wordOf(delivery.action) };
  let outcome: Awaited<ReturnType<typeof ledger.recordDelivery>>;
  try {
    outcome = await ledger.recordDelivery(delivery);
  } catch (error) {
    log.error({ ...about, err: error }, "delivery not stored");
    return "unavailable";
  }
  if (outcome.status === "conflict") log.warn(about, "delivery id seen before with another body");
  if (outcome.status === "recorded") wakeLater(queue, log, delivery.guid, outcome.subjects);
  return outcome.status;
}

/** GitHub's actions are words; whatever else stands there is not for the log. */
function wordOf(action: string | null): string | null {
  return action !== null && EVENT.test(action) ? action : null;
}

/** After the answer: the subject rows are the durable job, so a lost wake-up only costs the time until the next sweep. */
function wakeLater(queue: IngressDeps["queue"], log: IngressLog, delivery: string, subjects: readonly string[]): void {
  if (subjects.length === 0) return;
  setImmediate(() => {
    new Promise<void>((resolve) => resolve(queue.wake(subjects))).catch((error: unknown) => {
      log.error({ delivery, subjects, err: error }, "wake-up failed; the sweep will find them");
    });
  });
}
