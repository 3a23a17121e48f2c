import type { Decision } from "../../../src/engine/decision.ts";
import type { Facts } from "../../../src/engine/facts.ts";
import { readableSet } from "../../../src/engine/policy/parse.ts";
import type { HeldWork, Ledger, SaveEvaluation, SaveOutcome } from "../../../src/gate/ports.ts";
import { keepMemberships } from "./memberships.ts";
import { endOverrides, tell } from "./overrides.ts";
import { dropWishes, replaceWishes } from "./publishing.ts";
import { type DraftRow, overriddenContracts, type Rows, type StoredRow, type SubjectRow } from "./rows.ts";

type Verbs = Pick<
  Ledger,
  "saveEvaluation" | "finishWork" | "evaluation" | "latestEvaluation" | "evaluationForHead" | "contentHistory" | "recentOverrides"
>;

/** What was decided, by compare-and-set on fence and version. */
export function evaluationVerbs(rows: Rows): Verbs {
  return {
    saveEvaluation: async (input) => save(rows, input),
    async finishWork(work, state) {
      const beside = besides(rows, work, null);
      const held = rows.held(work);
      if (held === null) return;
      dropWishes(rows, held, state.merged !== true || state.elsewhere === true);
      endOverrides(rows, held, [], () => "revoked");
      move(held, work, state, true);
      for (const row of beside) rows.dirty(row);
    },
    evaluation: async (id) => rows.evaluations.find((each) => each.id === id) ?? null,
    latestEvaluation: async (key) => rows.latest(key),
    evaluationForHead: async (key, headSha) =>
      rows.evaluations.findLast((each) => each.key === key && each.headSha === headSha && each.decision.state !== "error") ?? null,
    async contentHistory(key) {
      const read = rows.evaluations.filter((each) => each.key === key && each.decision.state !== "error");
      return read.map(({ headSha, decision, createdAt }) => ({ headSha, digest: decision.digests.content, at: createdAt }));
    },
    async recentOverrides({ contracts, since, besides: own }) {
      const wanted = new Set(contracts);
      const touching = rows.evaluations.filter(
        ({ key, decision, createdAt }) =>
          key !== own && Date.parse(createdAt) >= Date.parse(since) && overriddenContracts(decision).some((each) => wanted.has(each)),
      );
      return new Set(touching.map(({ key }) => key)).size;
    },
  };
}

function save(rows: Rows, input: SaveEvaluation): SaveOutcome {
  const { work, facts, decision, headSha, baseRef, baseSha } = input;
  const beside = besides(rows, work, decision);
  const held = rows.held(work);
  if (held === null) return { status: "superseded" };
  const version = rows.latest(work.key)?.version ?? 0;
  if (version !== (work.previous?.version ?? 0)) return { status: "superseded" };
  const id = rows.newId();
  const snapshotId = input.draft === null ? null : saveDraft(rows, held, { ...input, draft: input.draft });
  const place = { key: work.key, version: version + 1, headSha, baseRef, baseSha };
  const evaluation: StoredRow = { ...place, id, facts, decision, createdAt: rows.now(), snapshotId };
  rows.evaluations.push(evaluation);
  replaceWishes(rows, held, { headSha, evaluationId: id, checks: input.checks });
  keepMemberships(rows, held, facts);
  noteOverride(rows, held, { decision, facts, evaluation });
  move(held, work, { open: true, headSha, baseRef }, input.done);
  for (const row of beside) rows.dirty(row);
  return { status: "saved", evaluation };
}

function move(
  held: SubjectRow,
  work: HeldWork,
  place: { readonly open: boolean; readonly headSha: string; readonly baseRef: string },
  done: boolean,
): void {
  held.open = place.open;
  held.headSha = place.headSha;
  held.baseRef = place.baseRef;
  if (done) held.doneGen = Math.max(held.doneGen, work.wantGen);
  else held.wantGen = Math.max(held.wantGen, held.doneGen + 1);
}

/** An override weighs on every other change of its contracts: those are decided anew where it begins or ends. */
function besides(rows: Rows, work: HeldWork, decision: Decision | null): readonly SubjectRow[] {
  const before = work.previous?.decision ?? null;
  const touched = new Set([before, decision].flatMap((each) => (each === null ? [] : overriddenContracts(each))));
  if (touched.size === 0 || standsOn(before) === standsOn(decision)) return [];
  return [...rows.subjects.values()]
    .filter((row) => row.open && row.number !== null && row.key !== work.key)
    .filter((row) => {
      if (row.wantGen > row.doneGen) return true;
      const newest = rows.latest(row.key);
      const paths = newest?.facts.diff.files.map(({ path }) => path) ?? [];
      return [...paths, ...(newest?.decision.findings ?? []).map(({ contract }) => contract)].some((each) => touched.has(each));
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function standsOn(decision: Decision | null): string | null {
  return decision?.state === "overridden" ? (decision.override?.delivery ?? "unnamed") : null;
}

function saveDraft(rows: Rows, held: SubjectRow, input: SaveEvaluation & { draft: NonNullable<SaveEvaluation["draft"]> }): string {
  const { draft: wanted, headSha, baseRef } = input;
  const drafts = rows.drafts.get(held.key) ?? [];
  rows.drafts.set(held.key, drafts);
  const { environment, readyForApproval: ready, blockerIds: blockers, advisoryIds, sourceSnapshotHash } = wanted;
  for (const left of drafts) if (left.environment !== environment && left.status === "open") left.status = "abandoned";
  const content = JSON.stringify([sourceSnapshotHash, headSha, baseRef, ready, blockers, advisoryIds]);
  const snapshot = () => ({ id: rows.newId(), content, ready, blockers });
  const known = drafts.find((each) => each.environment === environment);
  if (known === undefined) {
    const made: DraftRow = { environment, status: "open", snapshot: snapshot() };
    drafts.push(made);
    return made.snapshot.id;
  }
  if (known.status === "approved") return known.snapshot.id;
  if (known.status === "abandoned" || known.snapshot.content !== content) known.snapshot = snapshot();
  known.status = "open";
  return known.snapshot.id;
}

function noteOverride(
  rows: Rows,
  held: SubjectRow,
  { decision, facts, evaluation }: { readonly decision: Decision; readonly facts: Facts; readonly evaluation: StoredRow },
): void {
  if (decision.state === "error" || held.number === null) return;
  const { override } = decision;
  const grant = rows.grants.find(({ pullRequest, delivery }) => pullRequest === held.number && delivery === override?.delivery) ?? null;
  const asOf = Date.parse(facts.asOf);
  endOverrides(rows, held, grant === null ? [] : [grant.id], (expiresAt) => (asOf >= expiresAt ? "expired" : "revoked"));
  if (grant === null || override === null) return;
  tell(grant, "used", override.expiresAt);
  if (readableSet(facts.policy).enrolment === "observe" || rows.reviews.some(({ grantId }) => grantId === grant.id)) return;
  const due = { dueAt: override.postHocReviewDue, createdAt: rows.now(), issueNumber: null, closedAt: null, closedBy: null };
  rows.reviews.push({ id: rows.newId(), grantId: grant.id, ...due, evaluation });
}
