import { createHmac, randomUUID } from "node:crypto";

export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly redelivery: boolean;
  /** The raw bytes that were signed, as text. */
  readonly body: string;
  readonly deliveredAt: string;
  headers: Readonly<Record<string, string>>;
  durationSeconds: number;
  /** "OK", GitHub's word for a failure, or "pending". */
  status: string;
  statusCode: number;
  responseBody: string | null;
}

export interface DeliverySettings {
  hook: { readonly url: string; readonly secret: string } | null;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly appId: number;
  paused: boolean;
}

export interface Deliveries {
  readonly pending: Delivery[];
  /** Every attempt, oldest first. */
  readonly sent: Delivery[];
  pause(): void;
  resume(): void;
  deliver(pick?: number | string): Promise<Delivery>;
  drop(pick?: number | string): Delivery;
  duplicate(guid: string): Promise<Delivery>;
  reorder(order: readonly number[]): void;
  deliverAll(): Promise<void>;
  settled(): Promise<void>;
}

/** Queues, signs and posts webhooks; at most `concurrency` at a time, so one at a time keeps the order. */
export function createDeliveries(settings: DeliverySettings, nextId: () => number, now: () => string) {
  const pending: Delivery[] = [];
  const sent: Delivery[] = [];
  const waiting: (() => void)[] = [];
  let active = 0;

  function enqueue(event: Pick<Delivery, "event" | "action" | "installationId" | "repositoryId" | "body">): void {
    if (settings.hook === null || Buffer.byteLength(event.body) > 26_214_400) return;
    pending.push(blank(event, randomUUID(), false));
    pump();
  }

  function blank(
    event: Pick<Delivery, "event" | "action" | "installationId" | "repositoryId" | "body">,
    guid: string,
    redelivery: boolean,
  ): Delivery {
    const { event: name, action, installationId, repositoryId, body } = event;
    const fixed = { id: nextId(), guid, event: name, action, installationId, repositoryId, body, redelivery, deliveredAt: now() };
    return { ...fixed, headers: {}, durationSeconds: 0, status: "pending", statusCode: 0, responseBody: null };
  }

  function pump(): void {
    while (!settings.paused && active < settings.concurrency) {
      const next = pending.shift();
      if (next === undefined) break;
      void post(next);
    }
    if (active === 0 && (pending.length === 0 || settings.paused)) for (const wake of waiting.splice(0)) wake();
  }

  async function post(delivery: Delivery): Promise<Delivery> {
    const hook = settings.hook;
    active += 1;
    const started = performance.now();
    try {
      if (hook === null) throw new Error("no webhook is configured");
      delivery.headers = signedHeaders(delivery, hook.secret, settings.appId);
      const signal = AbortSignal.timeout(settings.timeoutMs);
      const response = await fetch(hook.url, {
        method: "POST",
        headers: delivery.headers,
        body: delivery.body,
        signal,
        redirect: "manual",
      });
      delivery.responseBody = await response.text();
      delivery.statusCode = response.status;
      delivery.status = response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`;
    } catch (error) {
      delivery.statusCode = 502;
      delivery.status = error instanceof Error && error.name === "TimeoutError" ? "timed out" : "failed to connect to host";
    }
    delivery.durationSeconds = Math.round((performance.now() - started) / 10) / 100;
    sent.push(delivery);
    active -= 1;
    pump();
    return delivery;
  }

  function take(pick: number | string = 0): Delivery {
    const index = typeof pick === "number" ? pick : pending.findIndex((one) => one.guid === pick);
    const [delivery] = index < 0 ? [] : pending.splice(index, 1);
    if (delivery === undefined) throw new Error(`hub: no pending delivery ${pick}`);
    return delivery;
  }

  function redeliver(earlier: Delivery): Promise<Delivery> {
    return post(blank(earlier, earlier.guid, true));
  }

  const hooks: Deliveries = {
    pending,
    sent,
    pause: () => {
      settings.paused = true;
    },
    resume: () => {
      settings.paused = false;
      pump();
    },
    deliver: async (pick) => post(take(pick)),
    drop: take,
    duplicate: async (guid) => {
      const earlier = sent.find((one) => one.guid === guid);
      if (earlier === undefined) throw new Error(`hub: no delivery ${guid} was sent`);
      return redeliver(earlier);
    },
    reorder: (order) => {
      if (new Set(order).size !== pending.length || order.length !== pending.length)
        throw new Error("hub: reorder needs a permutation of pending");
      pending.splice(0, pending.length, ...order.map((index) => pending[index]!));
    },
    deliverAll: async () => {
      while (pending.length > 0) await post(take(0));
    },
    settled: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        pump();
      }),
  };
  return { hooks, enqueue, redeliver, settings };
}

function signedHeaders(delivery: Delivery, secret: string, appId: number): Record<string, string> {
  const hmac = (algorithm: string) => createHmac(algorithm, secret).update(delivery.body).digest("hex");
  return {
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/c0ffee1",
    "x-github-delivery": delivery.guid,
    "x-github-event": delivery.event,
    "x-github-hook-id": "1",
    "x-github-hook-installation-target-id": String(appId),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature": `sha1=${hmac("sha1")}`,
    "x-hub-signature-256": `sha256=${hmac("sha256")}`,
  };
}
