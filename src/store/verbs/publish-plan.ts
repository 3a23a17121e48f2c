import { eq, sql } from "drizzle-orm";
import { type CompiledSession, verifiedArtifact } from "../../engine/artifact.ts";
import { type PlanAct, type PlanStatus, planAfter } from "../../engine/plan.ts";
import type { PlanEventKind, PlanWrite, PlanWritten } from "../../gate/ports/plan.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { compiledGovernanceArtifact, governanceApproval, governancePlan, planEvent } from "../schema.ts";
import { storableOrNull } from "../text.ts";
import { appendAudit, lockAudit } from "./append-audit.ts";
import { narrowedBy } from "./narrowed-plan.ts";
import { lockPlan, type PlanRow } from "./plan-status.ts";
import { planPlace, settledOnMerge, unsettledLandings } from "./read-plan.ts";

type Guarded = PlanWrite & { readonly after: number };
type Place = Awaited<ReturnType<typeof planPlace>>;

/** Puts the artifact of one approval in front of runtimes. Only from a GovernanceApproval of this workspace, and only what verifies. */
export async function publishPlan(tx: Tx, input: Guarded): Promise<PlanWritten> {
  const plan = await holdPlan(tx, input);
  if (plan === null) return { status: "not_found" };
  const place = await planPlace(tx, plan);
  if (input.how === "on_merge" && (await settledOnMerge(tx, plan.id, input.approvalId)) !== null) return done(plan, place, false);
  if (place.published?.approvalId === input.approvalId) return done(plan, place, false);
  if (place.seq !== input.after) return { status: "moved" };
  // An incident is recorded under this lock: it came before and is seen, or it comes after this publication.
  await lockAudit(tx, input.tenantId);
  const because = input.byAdmin ? [] : await unsettledLandings(tx, input);
  if (because.length > 0) return { status: "unsettled", because };
  const artifact = await artifactOf(tx, input.approvalId);
  const session = artifact === null ? null : sessionOfRow(artifact);
  if (artifact === null || session === null) return { status: "artifact_invalid" };
  const missing = await narrowedBy(tx, {
    ...{ workspaceId: plan.workspaceId, approvalId: input.approvalId, published: place.published },
    inForce: (plan.compiledSession as CompiledSession | null)?.runtime_projection.contracts ?? [],
    next: session.runtime_projection.contracts,
  });
  if (missing.length > 0) return { status: "narrows", missing };
  return write(tx, plan, input, {
    act: "promote",
    kind: "promoted",
    seq: place.seq + 1,
    compiledHash: artifact.compiledHash,
    content: { compiledSession: session, compiledHash: artifact.compiledHash, artifactId: artifact.id },
  });
}

export async function withholdPlan(tx: Tx, input: Guarded): Promise<PlanWritten> {
  const plan = await holdPlan(tx, input);
  if (plan === null) return { status: "not_found" };
  const place = await planPlace(tx, plan);
  if ((await settledOnMerge(tx, plan.id, input.approvalId)) !== null) return done(plan, place, false);
  if (place.seq !== input.after) return { status: "moved" };
  const artifact = await artifactOf(tx, input.approvalId);
  if (artifact === null) return { status: "artifact_invalid" };
  return write(tx, plan, input, { act: null, kind: "withheld", seq: place.seq + 1, compiledHash: artifact.compiledHash, content: {} });
}

export async function enforcePlan(tx: Tx, input: PlanWrite): Promise<PlanWritten> {
  const plan = await holdPlan(tx, input);
  if (plan === null) return { status: "not_found" };
  const place = await planPlace(tx, plan);
  if (plan.compiledHash === null) return { status: "invalid_state" };
  if (place.published?.approvalId !== input.approvalId) return { status: "moved" };
  if (plan.status === "ENFORCING") return done(plan, place, false);
  return write(tx, plan, input, { act: "enforce", kind: "enforced", seq: place.seq + 1, compiledHash: plan.compiledHash, content: {} });
}

export async function revokePlan(tx: Tx, input: PlanWrite): Promise<PlanWritten> {
  const plan = await holdPlan(tx, input);
  if (plan === null) return { status: "not_found" };
  const place = await planPlace(tx, plan);
  if (plan.compiledHash === null) return { status: "invalid_state" };
  if (place.published?.approvalId !== input.approvalId) return { status: "moved" };
  return write(tx, plan, input, {
    act: "revoke",
    kind: "revoked",
    seq: place.seq + 1,
    compiledHash: plan.compiledHash,
    content: { compiledSession: null, compiledHash: null, artifactId: null },
  });
}

/** The plan, locked, when it and the approval belong to this workspace of this tenant. */
async function holdPlan(tx: Tx, input: PlanWrite): Promise<PlanRow | null> {
  const plan = await lockPlan(tx, input.workspaceId);
  if (plan === null || plan.tenantId !== input.tenantId) return null;
  const [approval] = await tx
    .select({ workspaceId: governanceApproval.workspaceId, tenantId: governanceApproval.tenantId })
    .from(governanceApproval)
    .where(eq(governanceApproval.id, input.approvalId));
  return approval?.workspaceId === plan.workspaceId && approval.tenantId === plan.tenantId ? plan : null;
}

async function artifactOf(tx: Tx, approvalId: string) {
  const [row] = await tx.select().from(compiledGovernanceArtifact).where(eq(compiledGovernanceArtifact.approvalId, approvalId));
  return row ?? null;
}

function sessionOfRow(row: typeof compiledGovernanceArtifact.$inferSelect) {
  const { reviewProjection: review, runtimeProjection: runtime, compilerVersion } = row;
  return verifiedArtifact({ compiledHash: row.compiledHash, review, runtime, compilerVersion });
}

interface Change {
  readonly act: Extract<PlanAct, "promote" | "enforce" | "revoke"> | null;
  readonly kind: PlanEventKind;
  readonly seq: number;
  readonly compiledHash: string;
  readonly content: Partial<Pick<PlanRow, "compiledSession" | "compiledHash" | "artifactId">>;
}

const SEVERITY = { promoted: "info", enforced: "info", revoked: "warning", withheld: "warning" } as const satisfies Record<
  PlanEventKind,
  "info" | "warning"
>;

/** Row, history and trail together. */
async function write(tx: Tx, plan: PlanRow, input: PlanWrite, change: Change): Promise<PlanWritten> {
  const status = change.act === null ? (plan.status as PlanStatus) : planAfter(plan.status as PlanStatus, change.act);
  if (status === null) return { status: "invalid_state" };
  const { approvalId, how, actorId, byAdmin } = input;
  const because = storableOrNull(input.because);
  const { compiledHash } = change;
  const event = await appendAudit(tx, plan.tenantId, {
    type: `plan.${change.kind}`,
    severity: SEVERITY[change.kind],
    actor: actorId === null ? null : String(actorId),
    subject: `plan ${plan.id}`,
    payload: { planId: plan.id, workspaceId: plan.workspaceId, seq: change.seq, approvalId, compiledHash, how, byAdmin, because },
  });
  await tx.insert(planEvent).values({
    id: newId(),
    tenantId: plan.tenantId,
    planId: plan.id,
    seq: change.seq,
    kind: change.kind,
    compiledHash,
    approvalId,
    how,
    actorId,
    byAdmin,
    because,
    auditSeq: event.seq,
    at: new Date(event.at),
  });
  if (change.act === null) return done(plan, await planPlace(tx, plan), true);
  const updatedAt = sql`clock_timestamp()`;
  await tx
    .update(governancePlan)
    .set({ ...change.content, status, updatedAt })
    .where(eq(governancePlan.id, plan.id));
  const now = { ...plan, ...change.content, status };
  return done(now, await planPlace(tx, now), true);
}

function done(plan: PlanRow, place: Place, created: boolean): PlanWritten {
  const { compiledHash } = plan;
  return {
    status: "done",
    plan: { status: plan.status as PlanStatus, compiledHash, approvalId: place.published?.approvalId ?? null },
    created,
  };
}
