import { eq } from "drizzle-orm";
import type { ComplianceRecords, Period, TooManyRecords } from "../../engine/compliance.ts";
import type { Tx } from "../connect.ts";
import { tenant } from "../schema.ts";
import { readClock } from "./append-audit.ts";
import { countEvents, eventRange, eventsOf, peopleOf, repositoryNames } from "./report-context.ts";
import { overrides, type ToldOverrides } from "./report-overrides.ts";
import { approvals, checkpoints, coverage, incidents, policyChanges } from "./report-records.ts";
import { waits } from "./report-waits.ts";

/** Records of one kind in one report. */
const RECORDS_MAX = 5_000;

/** Events whose record, or whose text, a report tells. */
const TOLD = [
  ...["governance.approved", "governance.approval_forced", "agent.boundary_violation", "policy.in_force", "policy.pushed"],
  ...["incident.bypass", "incident.push", "incident.content_mismatch", "incident.policy"],
  ...["override.granted", "override.refused", "override.used", "post_hoc_review.closed"],
];

/** What the records hold about the period, and the trail beside it. Nothing is left out silently: more than `max` of a kind is refused. */
export async function complianceRecords(
  tx: Tx,
  tenantId: string,
  period: Period,
  max = RECORDS_MAX,
): Promise<ComplianceRecords | TooManyRecords> {
  const now = await readClock(tx);
  const to = period.to === null || Date.parse(period.to) > Date.parse(now) ? now : period.to;
  const { from } = period;
  const range = await eventRange(tx, tenantId, from, to);
  const [limit, names, people] = [max + 1, await repositoryNames(tx, tenantId), await peopleOf(tx, tenantId)];
  const counted = await countEvents(tx, range);
  const events = await eventsOf(tx, range, TOLD, 3 * limit);
  if (events.size >= 3 * limit) return { status: "too_many", what: "events", max: 3 * max };
  const telling = { range, events, people, names, limit };
  const waited = await waits(tx, telling, { from, to, now });
  if (waited === null) return { status: "too_many", what: "changes", max };
  const told = {
    approvals: await approvals(tx, telling),
    incidents: await incidents(tx, telling),
    policyChanges: await policyChanges(tx, telling),
    waits: waited,
  };
  const forced = await overrides(tx, telling, now);
  for (const [what, rows] of Object.entries({ ...told, overrides: forced.rows }))
    if (rows.length > max) return { status: "too_many", what, max };
  const [owner] = await tx.select({ login: tenant.login }).from(tenant).where(eq(tenant.id, tenantId));
  const hasEvents = range.last >= range.first;
  const violations = [...events.values()].filter(({ type }) => type === "agent.boundary_violation");
  return {
    ...{ organisation: owner?.login ?? "", generatedAt: now, period: { from, to } },
    trail: { first: hasEvents ? range.first : null, last: hasEvents ? range.last : null, events: counted },
    ...told,
    overrides: [...forced.rows],
    boundaryViolations: violations.map(({ seq, at, subject }) => ({ event: seq, at, subject })),
    coverage: await coverage(tx, tenantId),
    checkpoints: await checkpoints(tx, tenantId, from, to),
    reconciliation: reconcile(told, forced, counted),
  };
}

/** Each kind of record beside the events that were sealed with it. */
function reconcile(
  { approvals: minted, incidents: happened, policyChanges: changes }: Pick<ComplianceRecords, "approvals" | "incidents" | "policyChanges">,
  forced: ToldOverrides,
  counted: Readonly<Record<string, number>>,
): ComplianceRecords["reconciliation"] {
  const row = (what: string, records: number, type: string) => ({ what, records, events: counted[type] ?? 0 });
  const kinds = {
    bypass: "incident.bypass",
    push: "incident.push",
    content_mismatch: "incident.content_mismatch",
    policy: "incident.policy",
  };
  return [
    row("regular approvals", minted.filter(({ kind }) => kind === "regular").length, "governance.approved"),
    row("forced approvals", minted.filter(({ kind }) => kind === "forced").length, "governance.approval_forced"),
    row("override labels of somebody entitled", forced.granted, "override.granted"),
    row("override labels of somebody else", forced.refused, "override.refused"),
    row("overrides used", forced.used, "override.used"),
    row("post-hoc reviews done", forced.closed, "post_hoc_review.closed"),
    ...Object.entries(kinds).map(([kind, type]) => row(`incidents: ${kind}`, happened.filter((each) => each.kind === kind).length, type)),
    row("policy versions in force", changes.filter(({ repository }) => repository !== null).length, "policy.in_force"),
    row("policies pushed for submissions", changes.filter(({ repository }) => repository === null).length, "policy.pushed"),
  ];
}
