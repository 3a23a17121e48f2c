import { createHmac } from "node:crypto";
import type { Notifier, NotifyTarget, SendOutcome } from "../gate/ports/notifications.ts";
import { type NotificationPlaces, slackMessage, webhookMessage } from "../report/notification.ts";

export interface NotifierConfig extends NotificationPlaces {
  /** Of one request, its answer's head included. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Sends messages to the operator's targets: one request each, which follows no redirect. */
export function createNotifier({ timeoutMs = TIMEOUT_MS, ...places }: NotifierConfig): Notifier {
  return {
    send(target, message) {
      if (target.kind === "slack") return post(target, JSON.stringify(slackMessage(message.content, places)), {}, timeoutMs);
      const body = JSON.stringify(webhookMessage(message.id, message.content, places));
      const signature = createHmac("sha256", target.secret ?? "")
        .update(body)
        .digest("hex");
      const headers = {
        "X-Countersign-Delivery": message.id,
        "X-Countersign-Event": message.content.event,
        "X-Countersign-Signature-256": `sha256=${signature}`,
      };
      return post(target, body, headers, timeoutMs);
    },
  };
}

/** No reason quotes the address: of a Slack target it is the secret. */
async function post(
  { url }: NotifyTarget,
  body: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<SendOutcome> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json; charset=utf-8", "User-Agent": "countersign", ...headers },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // What it says is of no interest, however long it is.
    await response.body?.cancel().catch(() => {});
    if (response.ok) return { status: "sent" };
    const { status } = response;
    return failed(status >= 300 && status < 400 ? `it redirects (${status}), which is not followed` : `it answered ${status}`);
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") return failed(`it did not answer within ${timeoutMs / 1000} s`);
    return failed(`it cannot be reached${codeOf(error)}`);
  }
}

function failed(because: string): SendOutcome {
  return { status: "failed", because };
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && /^[A-Z0-9_]+$/.test(String(at.code))) return ` (${String(at.code)})`;
  return "";
}
