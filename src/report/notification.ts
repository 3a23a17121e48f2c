import type { Decision } from "../engine/decision.ts";
import { riskName } from "./risk.ts";
import { clip, visible } from "./visible.ts";

/** What a message tells, as the gate's ports have it. */
export interface Told {
  readonly event: "pending" | "overdue" | "override" | "bypass";
  readonly at: string;
  readonly repository: { readonly id: number; readonly name: string };
  readonly pullRequest: number | null;
  readonly baseRef: string | null;
  readonly title: string | null;
  readonly evaluationId: string | null;
  readonly decision: Decision | null;
  readonly incident: { readonly because: string; readonly mergeSha: string } | null;
  readonly review: { readonly dueAt: string; readonly issue: number | null } | null;
}

/** Where people look: pages of GitHub and of the Station, without a trailing slash. */
export interface NotificationPlaces {
  readonly webUrl: string;
  readonly publicUrl: string;
}

/** Of one section of a message Slack takes 3,000 characters, and refuses the message for one more. */
const SECTION_MAX = 2_900;
const FIELD_MAX = 300;
const REQUIREMENTS_MAX = 10;

const HEADLINES = {
  pending: "Waits for approval",
  overdue: "Overdue",
  override: "The gate was overridden",
  bypass: "Landed past the gate",
} as const satisfies Record<Told["event"], string>;

/**
 * A message for a Slack incoming webhook. Whatever others wrote stands in a section of plain text, where Slack reads no markup, and is
 * escaped all the same: it can neither mention anybody, nor link anywhere, nor make the message too long.
 */
export function slackMessage(told: Told, places: NotificationPlaces): object {
  const links = [
    [placeOf(told), pullUrl(told, places)],
    ["report", reportUrl(told, places)],
  ] as const;
  const linked = links.flatMap(([label, url]) => (url === null ? [] : [`<${slackText(url)}|${slackText(label)}>`]));
  const head = `*${HEADLINES[told.event]}*: ${linked.length === 0 ? slackText(placeOf(told)) : linked.join(" · ")}`;
  return {
    text: slackText(`${HEADLINES[told.event]}: ${placeOf(told)}`),
    mrkdwn: false,
    blocks: [
      // `verbatim`: Slack makes no links and mentions of words by itself.
      { type: "section", text: { type: "mrkdwn", text: head, verbatim: true } },
      { type: "section", text: { type: "plain_text", text: slackText(linesOf(told).join("\n")), emoji: false } },
    ],
  };
}

/** Slack's own escapes, cut before one that would be too much. */
function slackText(text: string): string {
  let out = "";
  for (const character of text) {
    const escaped = SLACK[character] ?? character;
    if (out.length + escaped.length > SECTION_MAX) return `${out}…`;
    out += escaped;
  }
  return out;
}

const SLACK: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Plain sentences, one to a line. What others wrote is one line each and of bounded length. */
function linesOf(told: Told): readonly string[] {
  const { decision, incident, review, baseRef, title } = told;
  const lines: string[] = [];
  if (title !== null) lines.push(foreign(title));
  if (baseRef !== null) lines.push(`Branch: ${foreign(baseRef)}`);
  if (incident !== null) lines.push(`What landed: ${foreign(incident.mergeSha)}`, `Why: ${foreign(incident.because)}`);
  const open = told.event === "pending" || (told.event === "overdue" && review === null) ? openOf(decision) : [];
  if (open.length > 0) lines.push(`Waiting for: ${waitingFor(open)}`);
  if (told.event === "pending") lines.push(`Since: ${told.at}`);
  if (told.event === "overdue") lines.push(lateOf(told));
  if (told.event === "override" && decision?.override) {
    const { by, reason, incident: number, expiresAt, postHocReviewDue } = decision.override;
    lines.push(`By: ${foreign(by)}`, `Reason: ${foreign(reason)}`);
    if (number !== null) lines.push(`Incident: ${foreign(number)}`);
    lines.push(`Ends: ${expiresAt}`, `Post-hoc review due: ${postHocReviewDue}`);
  }
  if (decision !== null) lines.push(riskName(decision));
  return lines;
}

function lateOf({ review, decision }: Told): string {
  if (review !== null)
    return `The post-hoc review of its override was due ${review.dueAt}${review.issue === null ? "" : ` (issue #${review.issue})`}`;
  const hours = slaOf(decision);
  return `It has waited longer than ${hours === null ? "its policies allow" : `the ${hours} h that its policies allow`}`;
}

function slaOf(decision: Decision | null): number | null {
  const hours = (decision?.policies ?? []).flatMap(({ matched, slaHours }) => (matched && slaHours !== null ? [slaHours] : []));
  return hours.length === 0 ? null : Math.min(...hours);
}

function openOf(decision: Decision | null): Decision["requirements"] {
  return (decision?.requirements ?? []).filter(({ have, minApprovals }) => have < minApprovals);
}

function waitingFor(open: Decision["requirements"]): string {
  const named = open.slice(0, REQUIREMENTS_MAX).map(({ team, role, users, have, minApprovals }) => {
    const who = team ?? (users.length > 0 ? users.join(" or ") : (role ?? "somebody"));
    return `${foreign(who)} (${have} of ${minApprovals})`;
  });
  return [...named, ...(open.length > named.length ? [`and ${open.length - named.length} more`] : [])].join(", ");
}

function foreign(text: string): string {
  return clip(visible(text), FIELD_MAX);
}

function placeOf({ repository, pullRequest }: Told): string {
  return `${repository.name}${pullRequest === null ? "" : `#${pullRequest}`}`;
}

function pullUrl({ repository, pullRequest, incident }: Told, { webUrl }: NotificationPlaces): string | null {
  const at = `${webUrl}/${repository.name.split("/").map(encodeURIComponent).join("/")}`;
  if (pullRequest !== null) return `${at}/pull/${pullRequest}`;
  return incident === null ? null : `${at}/commit/${encodeURIComponent(incident.mergeSha)}`;
}

function reportUrl({ evaluationId }: Told, { publicUrl }: NotificationPlaces): string | null {
  return evaluationId === null ? null : `${publicUrl}/evaluations/${encodeURIComponent(evaluationId)}`;
}

/** The body of a generic webhook: data, nothing of it escaped but as JSON is. docs/notifications.md has its fields. */
export function webhookMessage(id: string, told: Told, places: NotificationPlaces): object {
  const { event, at, repository, pullRequest, baseRef, title, decision, evaluationId, incident, review } = told;
  return {
    schemaVersion: 1,
    id,
    event,
    at,
    repository,
    branch: baseRef,
    pullRequest: pullRequest === null ? null : { number: pullRequest, title, url: pullUrl(told, places) },
    evaluation:
      decision === null
        ? null
        : {
            id: evaluationId,
            url: reportUrl(told, places),
            state: decision.state,
            verdict: decision.verdict,
            head: decision.head,
            environment: decision.environment,
            risk: { score: decision.risk.score, level: decision.risk.level },
          },
    waitingFor: openOf(decision).map(({ id: requirement, team, role, users, minApprovals, have }) => ({
      ...{ requirement, team, role, users, minApprovals, have },
    })),
    slaHours: slaOf(decision),
    override: event === "override" ? (decision?.override ?? null) : null,
    incident,
    review,
  };
}
