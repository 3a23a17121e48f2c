import { LRUCache } from "lru-cache";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { LineageSummary } from "../engine/contract/lineage/model.ts";
import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import type { PolicyReading } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { type ReplayCommit, type ReplayRow, replayVerdict, type UnreadableFile } from "../engine/replay.ts";
import { localFacts } from "./local-facts.ts";
import {
  type ContractComparer,
  type HistoryCommit,
  type LocalRepository,
  Refusal,
  type SummaryMemory,
  type TreeChanges,
  TruthError,
} from "./ports.ts";
import type { ReplayPlan } from "./replay-plan.ts";

export interface ReplayDeps {
  readonly repository: LocalRepository;
  readonly comparer: ContractComparer;
}

/** Commits whose changes git is asked for before their turn. */
const ASKED_AHEAD = 64;
/** Summaries of contracts that one replay keeps: what most commits have in common. */
const SUMMARIES_MAX = 20_000;

/**
 * Decides every commit of the plan as if it came as a pull request now: one row each, oldest first, after the first `skip`.
 * Never ends early: what cannot be read is a row that says so.
 */
export async function* replayHistory(deps: ReplayDeps, plan: ReplayPlan, skip = 0): AsyncGenerator<ReplayRow> {
  const { commits, incomplete } = plan.listing;
  const memory = memoryOfRun();
  if (incomplete !== null && skip === 0) {
    const { sha, because } = incomplete;
    const commit = { sha: sha ?? "", committedAt: null, subject: "" };
    yield { status: "unreadable", commit, because: `this commit or one before it cannot be read: ${because}`, fault: "git" };
  }
  const left = commits.slice(Math.max(0, skip - (incomplete === null ? 0 : 1)));
  const asked: Promise<TreeChanges>[] = [];
  for (const [index, commit] of left.entries()) {
    for (const ahead of left.slice(index + asked.length, index + ASKED_AHEAD)) {
      const changes = deps.repository.history.changesOf(ahead);
      // Its failure is told when its turn comes.
      changes.catch(() => {});
      asked.push(changes);
    }
    yield await asked
      .shift()!
      .then((changes) => replayCommit({ ...deps, memory }, plan, commit, changes))
      .catch((error: unknown) => unreadable(commit, error));
  }
}

/** Rows that a whole replay of the plan gives. */
export function plannedRows({ listing }: ReplayPlan): number {
  return listing.commits.length + (listing.incomplete === null ? 0 : 1);
}

/** What the row at `index` is about. */
export function plannedCommit({ listing }: ReplayPlan, index: number): string | null {
  if (listing.incomplete === null) return listing.commits[index]?.sha ?? null;
  return index === 0 ? (listing.incomplete.sha ?? "") : (listing.commits[index - 1]?.sha ?? null);
}

async function replayCommit(
  deps: ReplayDeps & { readonly memory: SummaryMemory },
  plan: ReplayPlan,
  commit: HistoryCommit,
  changes: TreeChanges,
): Promise<ReplayRow> {
  const tried = await judge(deps, plan, plan.policy, commit, changes);
  const atTip = plan.atTip === null ? null : await judge(deps, plan, plan.atTip, commit, changes);
  if (tried === null && atTip === null) return { status: "untouched", commit: told(commit) };
  const decided = tried ?? (await decideOn(deps, plan, plan.policy, commit, changes));
  const { decision, facts } = decided;
  const before = plan.atTip === null ? null : (atTip ?? (await decideOn(deps, plan, plan.atTip, commit, changes)));
  return {
    status: "judged",
    commit: told(commit),
    files: facts.diff.files.length,
    verdict: replayVerdict(decision),
    findings: decision.findings,
    unreadable: unreadableFiles(facts),
    notes: [...new Set([decided, before].flatMap((each) => each?.notes ?? []))],
    taggedFieldsLost: facts.diff.losses.reduce((sum, { lost }) => sum + lost, 0),
    atTip: before === null ? null : replayVerdict(before.decision),
  };
}

interface Judged {
  readonly decision: Decision;
  readonly facts: Facts;
  readonly notes: readonly string[];
}

/** null = under this policy the commit changes nothing that anybody would be asked about; nothing of it is read. */
async function judge(...args: Parameters<typeof decideOn>): Promise<Judged | null> {
  const [, , policy, , changes] = args;
  const { governed, governance, problems } = sortChangedFiles(changes.files, readableSet(policy).config.contracts);
  return governed.length + governance.length + problems.length === 0 ? null : decideOn(...args);
}

/** A tree with holes can be compared where it is whole, and not searched: then nobody knows who depends on it, and the row says so. */
async function decideOn(
  deps: ReplayDeps & { readonly memory: SummaryMemory },
  plan: ReplayPlan,
  policy: PolicyReading,
  commit: HistoryCommit,
  changes: TreeChanges,
): Promise<Judged> {
  const { repository } = deps;
  const known: LocalRepository = {
    ...repository,
    changedFiles: async (base, head) => (base === commit.base && head === commit.sha ? changes : repository.changedFiles(base, head)),
  };
  const facts = await localFacts(
    { ...deps, repository: known, progress: () => {} },
    {
      mergeBase: commit.base,
      baseSha: commit.base,
      headSha: commit.sha,
      baseRef: plan.baseRef,
      defaultBranch: plan.defaultBranch,
      environment: null,
      author: commit.author,
      people: null,
      policy,
      policyCommit: plan.range.to,
      asOf: plan.asOf,
      simulated: true,
      lineage: plan.request.lineage,
      advice: false,
      agents: false,
    },
  );
  const notes = facts.diff.warnings.filter(({ file }) => file === null).map(({ message }) => message);
  return { decision: decide(facts), facts, notes };
}

/** Every governed file that cannot be read at the commit. What is no regular file is told by its finding only. */
function unreadableFiles({ diff }: Facts): readonly UnreadableFile[] {
  const irregular = diff.findings.filter(({ code }) => code === "contract.not_regular_file");
  return [
    ...diff.unparseable.map(({ file, line, message }) => ({ path: file ?? "", line, because: message })),
    ...irregular.map(({ file, line, message }) => ({ path: file, line, because: message })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function unreadable(commit: HistoryCommit, error: unknown): ReplayRow {
  const because = error instanceof Error ? error.message : String(error);
  const fault = error instanceof Refusal || error instanceof TruthError ? "git" : "bug";
  return { status: "unreadable", commit: told(commit), because, fault };
}

function told({ sha, committedAt, subject }: HistoryCommit): ReplayCommit {
  return { sha, committedAt, subject };
}

function memoryOfRun(): SummaryMemory {
  const known = new LRUCache<string, { readonly summary: LineageSummary | null }>({ max: SUMMARIES_MAX });
  return {
    get: async (keys) =>
      new Map(
        keys.flatMap((key) => {
          const found = known.get(key);
          return found === undefined ? [] : [[key, found.summary]];
        }),
      ),
    put: async (entries) => {
      for (const [key, summary] of entries) known.set(key, { summary });
    },
    // Each commit of a history is met once.
    recall: async () => null,
    keep: async () => {},
  };
}
