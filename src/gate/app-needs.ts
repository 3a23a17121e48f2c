import type { AppReading } from "./ports.ts";

/** What each permission is for, as app.yml asks for it. */
export const APP_PERMISSIONS = {
  checks: { level: "write", for: "the check run itself" },
  statuses: { level: "write", for: "GitHub offers only such an app as the source of a required check" },
  pull_requests: { level: "write", for: "reviews, and requests to the teams that are missing" },
  contents: { level: "read", for: "the two sides of a change, and the policy" },
  metadata: { level: "read", for: "repository, branches, collaborators" },
  issues: { level: "write", for: "override labels, answers to commands, post-hoc reviews" },
  members: { level: "read", for: "who is in a team when a decision is made" },
  merge_queues: { level: "read", for: "merge groups" },
  administration: { level: "read", for: "whether the check is required at all" },
} as const satisfies Readonly<Record<string, { readonly level: "read" | "write"; readonly for: string }>>;

/** Servers of an enterprise know no merge queue before some release, and then no such permission. */
const NOT_EVERYWHERE: ReadonlySet<string> = new Set(["merge_queues"]);

export const APP_EVENTS = [
  "pull_request",
  "pull_request_review",
  "issue_comment",
  "issues",
  "label",
  "push",
  "check_run",
  "check_suite",
  "merge_group",
  "member",
  "membership",
  "organization",
  "team",
  "team_add",
  "repository",
  "branch_protection_rule",
  "branch_protection_configuration",
  "repository_ruleset",
] as const;

/** Tokens are refused, and overrides end at the wrong instant, by a clock that is further off. */
export const CLOCK_OFF_MAX_MS = 30_000;

export const WHERE_TO_GRANT =
  "in the app's settings on GitHub under Permissions & events; then every account that it is installed on has to accept them";

/** One sentence for each permission that is held at less than it is needed. */
export function lackingPermissions(held: Readonly<Record<string, string>>, enterprise: boolean): readonly string[] {
  return Object.entries(APP_PERMISSIONS).flatMap(([name, { level, for: purpose }]) => {
    const has = held[name];
    if (has === "admin" || has === "write" || has === level || (enterprise && NOT_EVERYWHERE.has(name))) return [];
    return [`\`${name}: ${level}\` (${purpose}); it has ${has === undefined ? "none" : `\`${has}\``}`];
  });
}

export function missingEvents(subscribed: readonly string[]): readonly string[] {
  if (subscribed.includes("*")) return [];
  return APP_EVENTS.filter((event) => !subscribed.includes(event));
}

/** The app cannot do its work as it stands on GitHub; the message says what to do. */
export class AppRefused extends Error {
  override readonly name = "AppRefused";
}

export interface AppFindings {
  /** What the server must not start with. */
  readonly refusals: readonly string[];
  /** What it starts with and says. */
  readonly warnings: readonly string[];
}

/** What is wrong with the app, and what to do about it. GitHub's silence refuses nothing: deliveries must still be taken and stored. */
export function findingsOf(reading: AppReading, options: { readonly appId: number; readonly enterprise: boolean }): AppFindings {
  if (reading.status === "unreachable")
    return {
      refusals: [],
      warnings: [`GitHub could not be asked about the app: ${reading.because}; webhooks are stored, and decided later`],
    };
  const off = clockProblem(reading.aheadMs);
  if (off !== null) return { refusals: [off], warnings: [] };
  if (reading.status === "refused") {
    const because = `GitHub does not take APP_ID ${options.appId} with this private key: ${reading.because}`;
    return {
      refusals: [`${because}. Set the id and a key that the app's settings on GitHub show, and GITHUB_BASE_URL to their server`],
      warnings: [],
    };
  }
  const lacking = lackingPermissions(reading.permissions, options.enterprise);
  const events = missingEvents(reading.events);
  return {
    refusals: lacking.length === 0 ? [] : [`the GitHub App lacks ${lacking.join("; ")}. Grant this ${WHERE_TO_GRANT}`],
    warnings:
      events.length === 0
        ? []
        : [`the GitHub App is not subscribed to ${events.join(", ")}: what they tell is seen late; tick them under Permissions & events`],
  };
}

function clockProblem(aheadMs: number | null): string | null {
  if (aheadMs === null || Math.abs(aheadMs) <= CLOCK_OFF_MAX_MS) return null;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return `this machine's clock is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} GitHub's, at most ${CLOCK_OFF_MAX_MS / 1000} s are allowed. Set it by NTP`;
}
