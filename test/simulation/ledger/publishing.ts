import type { CheckConclusion, HeldWork, Ledger, OutboxCheck, WantedCheck } from "../../../src/gate/ports.ts";
import type { OutboxRow, Rows, SubjectRow, Wish } from "./rows.ts";

type Verbs = Pick<Ledger, "withholdSuccess" | "pendingChecks" | "beginPublish" | "endPublish">;

/** Worst first. */
const WORST: readonly CheckConclusion[] = ["failure", "action_required", null, "success"];

/** Wishes, runs, and the one write in flight. */
export function publishingVerbs(rows: Rows): Verbs {
  return {
    withholdSuccess: async (work, headSha) => withhold(rows, work, headSha),
    async pendingChecks(key) {
      const owed = rows.outbox.filter((run) => run.subjectKey === key && run.publishedVersion !== run.version);
      owed.sort((a, b) => Number(a.conclusion === "success") - Number(b.conclusion === "success") || byRun(a, b));
      return owed.map((run) => toCheck(run, rows.subjects.get(key)!));
    },
    async beginPublish(check, work) {
      const run = rows.outbox.find(({ id }) => id === check.id);
      if (run === undefined || run.version !== check.version || run.publishedVersion === run.version) return false;
      if (run.inFlight !== null || rows.held(work) === null) return false;
      run.inFlight = { version: check.version, key: work.key, fence: work.fence };
      return true;
    },
    async endPublish(check, outcome) {
      const run = rows.outbox.find(({ id }) => id === check.id);
      if (run === undefined) return;
      if (run.inFlight?.version !== check.version) {
        if (outcome.status === "failed" || run.version === check.version) return;
        run.version += 1;
        inDoubt(rows, run);
        return;
      }
      run.inFlight = null;
      if (outcome.status === "uncertain") inDoubt(rows, run);
      if (outcome.status !== "published") return;
      run.runId = outcome.runId;
      run.publishedConclusion = outcome.conclusion;
      run.uncertain = check.uncertain && check.conclusion === "success";
      if (outcome.conclusion === check.conclusion) run.publishedVersion = check.version;
    },
  };
}

/** What was sent may have reached GitHub, or may yet. */
export function inDoubt(rows: Rows, run: OutboxRow): void {
  run.uncertain = true;
  run.doubtedAt = rows.clock();
}

function toCheck(run: OutboxRow, owner: SubjectRow): OutboxCheck {
  const { id, headSha, name, version, evaluationId, policy, conclusion, runId, publishedConclusion } = run;
  const rest = { evaluationId, policy, conclusion, runId, publishedConclusion };
  return {
    id,
    key: run.subjectKey,
    repository: owner.repository,
    headSha,
    name,
    version,
    ...rest,
    uncertain: run.uncertain || run.inFlight !== null,
  };
}

/** Replaces what this subject wants, and folds every run that this touches. */
export function replaceWishes(
  rows: Rows,
  held: SubjectRow,
  wanted: { readonly headSha: string; readonly evaluationId: string; readonly checks: readonly WantedCheck[] },
): void {
  const before = rows.wishes.filter(({ subjectKey }) => subjectKey === held.key);
  const { headSha, evaluationId } = wanted;
  const wishes = [...wanted.checks, ...orphans(before, headSha, wanted.checks)].map(
    (check): Wish => ({ ...check, subjectKey: held.key, headSha, evaluationId }),
  );
  for (const wish of wishes.toSorted(byRun)) addRun(rows, wish);
  const runs = runsOf(rows, [...before, ...wishes]);
  rows.wishes = [...rows.wishes.filter(({ subjectKey }) => subjectKey !== held.key), ...wishes];
  for (const run of runs) fold(rows, run, true);
}

export function dropWishes(rows: Rows, held: SubjectRow, revoke: boolean): void {
  const before = rows.wishes.filter(({ subjectKey }) => subjectKey === held.key);
  rows.wishes = rows.wishes.filter(({ subjectKey }) => subjectKey !== held.key);
  for (const run of runsOf(rows, before)) fold(rows, run, revoke);
}

/** A policy's own check keeps following the whole one when the policy no longer matches. */
function orphans(before: readonly Wish[], headSha: string, checks: readonly WantedCheck[]): WantedCheck[] {
  const whole = checks.find(({ policy }) => policy === null);
  if (whole === undefined) return [];
  const left = before.filter(
    (wish) => wish.headSha === headSha && !checks.some(({ name }) => name === wish.name) && wish.name.startsWith(`${whole.name} / `),
  );
  return left.map(({ name, policy }) => ({ name, policy, conclusion: whole.conclusion }));
}

function addRun(rows: Rows, { subjectKey, headSha, name, evaluationId, policy }: Wish): void {
  if (rows.outbox.some((run) => run.headSha === headSha && run.name === name)) return;
  const nothing = { conclusion: null, runId: null, inFlight: null, uncertain: false, publishedVersion: 0, publishedConclusion: null };
  const never = { doubtedAt: null, comparedAt: null };
  rows.outbox.push({ id: rows.newId(), headSha, name, subjectKey, version: 0, evaluationId, policy, ...nothing, ...never });
}

function runsOf(rows: Rows, wishes: readonly Wish[]): OutboxRow[] {
  return rows.outbox.filter((run) => wishes.some((wish) => wish.headSha === run.headSha && wish.name === run.name)).sort(byRun);
}

function fold(rows: Rows, run: OutboxRow, revoke: boolean): void {
  const wishes = rows.wishes.filter((wish) => wish.headSha === run.headSha && wish.name === run.name);
  wishes.sort((a, b) => (a.subjectKey < b.subjectKey ? -1 : 1));
  const [worst] = wishes.toSorted((a, b) => WORST.indexOf(a.conclusion) - WORST.indexOf(b.conclusion));
  if (worst === undefined) {
    if (revoke) revokeRun(run);
    return;
  }
  if (run.version > 0 && run.evaluationId === worst.evaluationId && run.conclusion === worst.conclusion) return;
  const { subjectKey, evaluationId, policy, conclusion } = worst;
  Object.assign(run, { subjectKey, evaluationId, policy, conclusion, version: run.version + 1 });
}

function revokeRun(run: OutboxRow): void {
  if (run.conclusion !== "success" && run.conclusion !== null) return;
  const neverWritten = run.runId === null && run.inFlight === null && !run.uncertain;
  run.conclusion = "action_required";
  run.version += 1;
  if (neverWritten) run.publishedVersion = run.version;
}

function withhold(rows: Rows, work: HeldWork, headSha: string | null): number {
  const held = rows.held(work);
  if (held === null) return 0;
  const own = rows.wishes.filter(({ subjectKey }) => subjectKey === held.key);
  const here = headSha ?? held.headSha ?? "";
  const isMine = (run: OutboxRow) => headSha === null && own.some((wish) => wish.headSha === run.headSha && wish.name === run.name);
  const runs = rows.outbox.filter((run) => run.conclusion === "success" && (run.headSha === here || isMine(run))).sort(byRun);
  for (const run of runs) {
    const same = (wish: Wish) => wish.subjectKey === held.key && wish.headSha === run.headSha && wish.name === run.name;
    const { headSha: sha, name, policy, evaluationId } = run;
    const mine = rows.wishes.find(same) ?? { subjectKey: held.key, headSha: sha, name, policy, evaluationId };
    rows.wishes = [...rows.wishes.filter((wish) => !same(wish)), { ...mine, conclusion: null }];
    fold(rows, run, false);
  }
  if (runs.length > 0) held.wantGen = Math.max(held.wantGen, held.doneGen + 1);
  return runs.length;
}

function byRun(a: { headSha: string; name: string }, b: { headSha: string; name: string }): number {
  if (a.headSha !== b.headSha) return a.headSha < b.headSha ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
