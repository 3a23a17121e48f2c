import { and, asc, eq, gte, inArray, lt, or } from "drizzle-orm";
import type { ComplianceRecords } from "../../engine/compliance.ts";
import type { Decision, Requirement } from "../../engine/decision.ts";
import { dueAt, type Look, requirementsIn, slaHoursOf, type Wait, waitsOf } from "../../engine/sla.ts";
import type { Tx } from "../connect.ts";
import { businessDraft, businessDraftSnapshot, evaluation, governanceWorkspace } from "../schema.ts";
import { named } from "./identities.ts";
import type { Telling } from "./report-records.ts";

interface KeptLook extends Look {
  readonly evaluationId: string;
}

/** How long everything waited for approvals that did so at some instant of the period, late ones first. null = there are too many changes. */
export async function waits(
  tx: Tx,
  { range, names, limit }: Pick<Telling, "range" | "names" | "limit">,
  period: { readonly from: string; readonly to: string; readonly now: string },
): Promise<ComplianceRecords["waits"] | null> {
  const drafts = await tx
    .select({ draft: businessDraft, agent: governanceWorkspace.agent })
    .from(businessDraft)
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, businessDraft.workspaceId))
    .where(
      and(
        eq(businessDraft.tenantId, range.tenantId),
        lt(businessDraft.createdAt, new Date(period.to)),
        or(eq(businessDraft.status, "open"), gte(businessDraft.updatedAt, new Date(period.from))),
      ),
    )
    .orderBy(asc(businessDraft.createdAt), asc(businessDraft.id))
    .limit(limit);
  if (drafts.length >= limit) return null;
  const looks = await looksWithEvaluations(
    tx,
    drafts.map(({ draft }) => draft.id),
  );
  const found = drafts.flatMap(({ draft, agent }) => {
    const own = looks.get(draft.id) ?? [];
    const end = draft.status === "open" ? null : draft.updatedAt.toISOString();
    const about =
      draft.pullRequest === null
        ? agent
        : `${names.get(draft.repositoryId ?? 0) ?? `repository ${draft.repositoryId}`}#${draft.pullRequest}`;
    return waitsOf(own, end)
      .filter(({ from, until }) => from < period.to && (until === null || until > period.from))
      .map((wait) => ({ about, wait, evaluationId: lastLookOf(own, wait) }));
  });
  const asked = await requirementsOf(
    tx,
    found.map(({ evaluationId }) => evaluationId),
  );
  return found
    .map(({ about, wait, evaluationId }) => {
      const { from, until } = wait;
      const requirement = asked.get(evaluationId)?.find(({ id }) => id === wait.requirement) ?? null;
      const hours = requirement?.slaHours ?? null;
      const due = hours === null ? null : dueAt(from, hours);
      const isBreached = due !== null && Date.parse(until ?? period.now) > Date.parse(due);
      const policies = requirement?.policies ?? [];
      return { about, asked: requirement?.asked ?? "somebody by name", policies, from, until, slaHours: hours, dueAt: due, isBreached };
    })
    .toSorted((a, b) => Number(b.isBreached) - Number(a.isBreached) || (a.from < b.from ? -1 : 1));
}

function lastLookOf(looks: readonly KeptLook[], { requirement, from, until }: Wait): string {
  return looks.findLast((look) => look.at >= from && (until === null || look.at < until) && look.open.includes(requirement))!.evaluationId;
}

async function looksWithEvaluations(tx: Tx, draftIds: readonly string[]): Promise<ReadonlyMap<string, readonly KeptLook[]>> {
  if (draftIds.length === 0) return new Map();
  const { draftId, version, createdAt, blockerIds, evaluationId } = businessDraftSnapshot;
  const rows = await tx
    .select({ draftId, createdAt, blockerIds, evaluationId })
    .from(businessDraftSnapshot)
    .where(inArray(draftId, [...draftIds]))
    .orderBy(asc(draftId), asc(version));
  const looks = rows.map((row) => ({
    draftId: row.draftId,
    look: {
      at: row.createdAt.toISOString(),
      open: requirementsIn(row.blockerIds as readonly string[]),
      evaluationId: row.evaluationId,
    },
  }));
  return new Map([...Map.groupBy(looks, (each) => each.draftId)].map(([id, all]) => [id, all.map(({ look }) => look)]));
}

interface Asked {
  readonly id: string;
  readonly asked: string;
  readonly policies: string[];
  readonly slaHours: number | null;
}

const BATCH = 100;

/** What each evaluation asked for. Whole decisions are large: few at a time, and little of each is kept. */
async function requirementsOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Asked[]>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, readonly Asked[]>();
  for (let start = 0; start < wanted.length; start += BATCH) {
    const rows = await tx
      .select({ id: evaluation.id, decision: evaluation.decision })
      .from(evaluation)
      .where(inArray(evaluation.id, wanted.slice(start, start + BATCH)));
    for (const { id, decision } of rows) {
      const { policies = [], requirements = [] } = decision as Partial<Decision>;
      const told = await named(tx, requirements);
      const asked = told.map((requirement): Asked => {
        const { source } = requirement;
        const hours = slaHoursOf({ policies }, requirement);
        return { id: requirement.id, asked: nameOf(requirement), policies: [...source], slaHours: hours };
      });
      found.set(id, asked);
    }
  }
  return found;
}

function nameOf({ team, role, users }: Requirement): string {
  if (team !== null) return role === null ? team : `${team} (${role})`;
  return users.length > 0 ? users.join(", ") : (role ?? "one more person");
}
