import { LRUCache } from "lru-cache";
import type { ApiAllowance, ApiBudget } from "../gate/ports/api-budget.ts";

const INSTALLATIONS_MAX = 10_000;

type Headers = Readonly<Record<string, unknown>>;

/** The budget, and the side of it that is told what was sent and answered. */
export interface BudgetBook extends ApiBudget {
  /** One request; `status` null = no answer. */
  count(status: number | null): void;
  /** What an answer to this installation says about its limit. */
  note(installationId: number, headers: Headers): void;
}

export function createBudget(): BudgetBook {
  const heard = new LRUCache<number, ApiAllowance>({ max: INSTALLATIONS_MAX });
  let [made, notModified, failed] = [0, 0, 0];
  return {
    count(status) {
      made += 1;
      if (status === 304) notModified += 1;
      if (status === null || status >= 400) failed += 1;
    },
    note(installationId, headers) {
      const said = allowanceOf(headers);
      if (said === null) return;
      const known = heard.get(installationId);
      // Answers overtake each other: within one window the lowest is the newest, and an earlier window is over.
      const isOlder =
        known !== undefined && (said.resetAt < known.resetAt || (said.resetAt === known.resetAt && said.remaining > known.remaining));
      if (!isOlder) heard.set(installationId, said);
    },
    remaining: (installationId) => heard.get(installationId) ?? null,
    calls: () => ({ made, notModified, failed }),
  };
}

/** GraphQL and search have limits of their own. */
function allowanceOf(headers: Headers): ApiAllowance | null {
  if (String(headers["x-ratelimit-resource"] ?? "core") !== "core") return null;
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => wholeNumber(headers[`x-ratelimit-${name}`]));
  if (limit === null || remaining === null || reset === null) return null;
  return { limit: limit!, remaining: remaining!, resetAt: new Date(reset! * 1000).toISOString() };
}

/** Bounded, so that no header makes an instant that is none. */
function wholeNumber(header: unknown): number | null {
  return /^\d{1,12}$/.test(String(header ?? "")) ? Number(header) : null;
}
