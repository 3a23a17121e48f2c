import { eq, sql } from "drizzle-orm";
import type { Decision } from "../../engine/decision.ts";
import type { NotifyTargets } from "../../gate/ports/notifications.ts";
import { rowsOf, type Tx } from "../connect.ts";
import { evaluation, subject } from "../schema.ts";
import { entriesOfEvaluation, notify } from "./notify.ts";

const DECISIONS_AT_ONCE = 100;

interface Waiting {
  readonly id: string;
  /** Version of the evaluation that the wait began with. */
  readonly since: number;
  readonly hours: number;
  readonly decision: Pick<Decision, "policies">;
}

/**
 * Evaluations of open pull requests that have waited longer than the shortest `sla_hours` of the policies that they match. Waiting began
 * with the first evaluation since the last one that came to anything else: a push does not begin it anew.
 * Decisions are read here and not in SQL, which cannot look into one that holds a NUL.
 */
export async function lateApprovals(tx: Tx): Promise<readonly { readonly id: string; readonly since: number }[]> {
  const late: { readonly id: string; readonly since: number }[] = [];
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    const rows = rowsOf<Waiting>(
      await tx.execute(sql`
        select e.id, e.decision, first.version::int as since,
          (extract(epoch from clock_timestamp() - first.created_at) / 3600)::float8 as hours
        from evaluation e cross join lateral (
          select min(x.version) as version, min(x.created_at) as created_at from evaluation x
          where x.subject_key = e.subject_key and x.version > coalesce(
            (select max(y.version) from evaluation y where y.subject_key = e.subject_key and y.state <> 'pending_approval'), 0)
        ) first
        where e.id > ${after} and e.state = 'pending_approval' and e.id in (
          select w.evaluation_id from check_wish w join subject s on s.key = w.subject_key where s.open and s.number is not null)
        order by e.id limit ${DECISIONS_AT_ONCE}`),
    );
    late.push(...rows.filter(isLate).map(({ id, since }) => ({ id, since })));
    if (rows.length < DECISIONS_AT_ONCE) return late;
    after = rows.at(-1)!.id;
  }
}

function isLate({ hours, decision }: Waiting): boolean {
  const allowed = (decision.policies ?? []).flatMap(({ matched, slaHours }) => (matched && slaHours !== null ? [slaHours] : []));
  return allowed.length > 0 && hours > Math.min(...allowed);
}

/** Tells each that is late, once for each wait. */
export async function noteLateApprovals(tx: Tx, targets: NotifyTargets | null): Promise<number> {
  const late = targets === null ? [] : await lateApprovals(tx);
  for (const { id, since } of late) {
    const [row] = await tx
      .select({ key: subject.key, tenantId: subject.tenantId })
      .from(evaluation)
      .innerJoin(subject, eq(subject.key, evaluation.subjectKey))
      .where(eq(evaluation.id, id));
    if (row === undefined) continue;
    const entries = await entriesOfEvaluation(tx, targets, id);
    const refs = { tenantId: row.tenantId, subjectKey: row.key, evaluationId: id };
    await notify(tx, targets, { ...refs, event: "overdue", entries, once: ["approval", row.key, since] });
  }
  return late.length;
}
