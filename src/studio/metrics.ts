import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ApiBudget, Meter, OperatorReads, Vitals } from "../gate/ports.ts";
import { remembered } from "../gate/readiness.ts";

export interface MetricsDeps {
  readonly reads: Pick<OperatorReads, "vitals" | "openPulls" | "lateApprovals">;
  /** null = no app is configured. */
  readonly budget: ApiBudget | null;
  /** Milliseconds, monotonic. */
  readonly monotonic: () => number;
}

export interface Metrics {
  readonly meter: Meter;
  /** Prometheus text. */
  render(): Promise<string>;
}

/** Nobody asks. */
export const NO_METER: Meter = {
  webhook() {},
  evaluation() {},
  sandboxEnded() {},
  routineFailed() {},
  logLineLeftOut() {},
  notification() {},
};

const VITALS_MS = 5_000;
/** Reads the decision of every pull request that waits. */
const LATE_MS = 300_000;
/** Of the time, for each figure that is counted over all open pull requests: however many there are, scrapes are no load. */
const COUNTING_SHARE = 0.01;
/** Installations of which the limit is told: those with the least left. */
const INSTALLATIONS_MAX = 50;
const EVALUATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const LAG_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

/** Figures of this process and of the database that it shares. No label names a person, a repository or a pull request. */
export function createMetrics({ reads, budget, monotonic }: MetricsDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name: `countersign_${name}`, help, labelNames, registers });

  const webhooks = counter("webhooks_total", "Webhooks answered, by outcome", ["outcome"]);
  const evaluations = counter("evaluations_total", "Evaluations ended, by outcome: a decision's state, or why there was none", ["outcome"]);
  const seconds = new Histogram({
    name: "countersign_evaluation_seconds",
    help: "How long an evaluation took",
    buckets: EVALUATION_BUCKETS,
    registers,
  });
  const lag = new Histogram({
    name: "countersign_webhook_lag_seconds",
    help: "From the commit of the oldest delivery that an evaluation answers to the evaluation's end",
    buckets: LAG_BUCKETS,
    registers,
  });
  const ended = counter("sandbox_ended_total", "Comparisons of contracts that their limits ended, and their thread with them");
  const routines = counter("routine_failures_total", "Routines that failed and will be run again", ["routine"]);
  const leftOut = counter("log_lines_left_out_total", "Warnings and errors of the same wording that were counted and not written");
  const notifications = counter("notifications_total", "Attempts to send a notification, by outcome: sent, failed or gave_up", ["outcome"]);
  const calls = counter("github_calls_total", "Requests to GitHub of this process, by outcome", ["outcome"]);
  const left = gauge("github_rate_limit_remaining", "Requests left to an installation, of those with the least left", ["installation"]);
  const limit = gauge("github_rate_limit", "Requests of an installation per window", ["installation"]);
  const up = gauge("database_up", "1 = the database answered this scrape");
  const dirty = gauge("dirty_subjects", "Pull requests, merge groups and branches with work left");
  const oldest = gauge("oldest_dirty_seconds", "How long the one that has waited longest has waited; 0 = none waits");
  const open = gauge("open_pull_requests", "Open pull requests by the state of their evaluation; waiting = pending_approval", ["state"]);
  const late = gauge("late_approvals", "Open pull requests that have waited longer than the shortest sla_hours of their policies");
  const overrides = gauge("open_overrides", "Overrides in use: neither expired, revoked nor merged");
  const reviews = gauge("open_post_hoc_reviews", "Post-hoc reviews that overrides owe");
  const overdue = gauge("overdue_post_hoc_reviews", "Of those, past their time");

  const vitals = remembered(monotonic, VITALS_MS, () => reads.vitals());
  const openPulls = remembered(monotonic, VITALS_MS, () => reads.openPulls(), COUNTING_SHARE);
  const lateApprovals = remembered(monotonic, LATE_MS, () => reads.lateApprovals(), COUNTING_SHARE);
  const unknown = [dirty, oldest, late, overrides, reviews, overdue];

  async function look(): Promise<void> {
    open.reset();
    left.reset();
    limit.reset();
    try {
      const [found, pulls, lateNow] = await Promise.all([vitals(), openPulls(), lateApprovals()]);
      up.set(1);
      tell(found);
      for (const [state, count] of Object.entries(pulls)) open.set({ state }, count);
      late.set(lateNow);
    } catch {
      up.set(0);
      for (const each of unknown) each.set(Number.NaN);
    }
    if (budget === null) return;
    const { made, notModified, failed } = budget.calls();
    calls.reset();
    calls.inc({ outcome: "ok" }, made - notModified - failed);
    calls.inc({ outcome: "not_modified" }, notModified);
    calls.inc({ outcome: "failed" }, failed);
  }

  function tell(found: Vitals): void {
    dirty.set(found.dirtySubjects);
    oldest.set(found.oldestDirtySeconds);
    overrides.set(found.openOverrides);
    reviews.set(found.openReviews);
    overdue.set(found.overdueReviews);
    const allowances = found.installationIds.flatMap((id) => {
      const allowance = budget?.remaining(id) ?? null;
      return allowance === null ? [] : [{ installation: String(id), ...allowance }];
    });
    for (const each of allowances.sort((a, b) => a.remaining - b.remaining).slice(0, INSTALLATIONS_MAX)) {
      left.set({ installation: each.installation }, each.remaining);
      limit.set({ installation: each.installation }, each.limit);
    }
  }

  return {
    meter: {
      webhook: (outcome) => webhooks.inc({ outcome }),
      evaluation(run) {
        evaluations.inc({ outcome: run.outcome });
        seconds.observe(run.seconds);
        if (run.waitedSeconds !== null) lag.observe(run.waitedSeconds);
      },
      sandboxEnded: () => ended.inc(),
      routineFailed: (routine) => routines.inc({ routine }),
      logLineLeftOut: () => leftOut.inc(),
      notification: (outcome) => notifications.inc({ outcome }),
    },
    async render() {
      await look();
      return registry.metrics();
    },
  };
}

/** `GET /metrics`, for whoever holds the token; null = for whoever reaches the address that it is served at. */
export function createMetricsDoor({ render, token }: { readonly render: () => Promise<string>; readonly token: string | null }): Hono {
  const app = new Hono();
  app.get("/metrics", async (context) => {
    if (token !== null && !isToken(context.req.header("authorization"), token)) {
      const message = "the bearer token of METRICS_TOKEN is needed";
      return context.json({ error: { code: "UNAUTHORIZED", message } }, 401, { "WWW-Authenticate": "Bearer" });
    }
    return context.body(await render(), 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store" });
  });
  return app;
}

/** Digests are of one length, so that time tells nothing. */
function isToken(header: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+)$/i.exec(header ?? "")?.[1] ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
