import { createHash } from "node:crypto";

const WINDOW_SECONDS = 3600;

/** As GitHub's: another one for another token, also where the content is the same. */
export function etagOf(authorization: string | null, accept: string | null, text: string): string {
  return `W/"${createHash("sha256").update(`${authorization}\0${accept}\0${text}`).digest("hex")}"`;
}

/** A weak comparison with any of the tags that `If-None-Match` lists. */
export function isUnchanged(ifNoneMatch: string | null, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, "");
  return (ifNoneMatch ?? "").split(",").some((tag) => bare(tag) === bare(etag));
}

export interface Limits {
  /** Requests of one installation per hour of the hub's clock; null = counted, never refused. */
  perHour: number | null;
  readonly spent: Map<string, { readonly since: number; count: number }>;
}

export function newLimits(perHour: number | null): Limits {
  return { perHour, spent: new Map() };
}

const TOLD = 5000;

/** Headers of the primary limit of whoever called; and whether this call is one too many. `cost` -1 gives back what a 304 had spent. */
export function spend(limits: Limits, who: string, now: Date, cost: -1 | 0 | 1): { headers: Record<string, string>; isOver: boolean } {
  const seconds = Math.floor(now.getTime() / 1000);
  const known = limits.spent.get(who);
  const window = known !== undefined && seconds < known.since + WINDOW_SECONDS ? known : { since: seconds, count: 0 };
  limits.spent.set(who, window);
  const limit = limits.perHour ?? TOLD;
  const isOver = limits.perHour !== null && window.count + cost > limit;
  if (!isOver) window.count += cost;
  // Without a limit nothing is ever used up, however long a simulation runs.
  const remaining = Math.max(limits.perHour === null ? 1 : 0, limit - window.count);
  const headers = {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-used": String(Math.min(window.count, limit)),
    "x-ratelimit-reset": String(window.since + WINDOW_SECONDS),
    "x-ratelimit-resource": "core",
  };
  return { headers, isOver };
}
