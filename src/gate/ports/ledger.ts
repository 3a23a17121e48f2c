import type { WatchedBranches } from "./branches.ts";
import type { Correspondence } from "./conversation.ts";
import type { Delivery, DeliveryOutcome } from "./inbox.ts";
import type { RecordedLineage } from "./lineage.ts";
import type { QueuedGroups } from "./merge-groups.ts";
import type { AuditRecords } from "./notary.ts";
import type { Overrides } from "./overrides.ts";
import type { PlanRecords } from "./plan.ts";
import type { PolicyVersions } from "./policy.ts";
import type { PolicyPins } from "./policy-pins.ts";
import type { RepositoryNewsRecords, WatchedRepositories } from "./protection.ts";
import type { Receipt } from "./pulls.ts";
import type { ApprovalRecord, AuditEvent, Incident, LandedApproval } from "./records.ts";
import type { MembershipRecords, RedeliveryRecords, SweepRecords } from "./recovery-records.ts";
import type { RoutineClaims } from "./routines.ts";
import type { DecisionHistory } from "./traces.ts";
import type { EvaluatedContent, HeldWork, OutboxCheck, SaveEvaluation, SaveOutcome, StoredEvaluation, SubjectWork } from "./work.ts";

/** Durable state. One function per act; each is one transaction. */
export interface Ledger
  extends RecordedLineage,
    PolicyVersions,
    PolicyPins,
    AuditRecords,
    DecisionHistory,
    RoutineClaims,
    Overrides,
    PlanRecords,
    WatchedRepositories,
    WatchedBranches,
    QueuedGroups,
    SweepRecords,
    RedeliveryRecords,
    MembershipRecords,
    RepositoryNewsRecords,
    Correspondence {
  /** Inbox row, dirty marks and receipts in one transaction; resolves only after commit. */
  recordDelivery(delivery: Delivery): Promise<DeliveryOutcome>;
  /** Keys with work left: `want_gen > done_gen`, or checks not yet published. */
  pendingSubjects(limit: number): Promise<readonly string[]>;
  /** Marks one subject dirty again (after a second look found a difference, or a re-run). */
  markDirty(key: string): Promise<void>;
  /** Takes the subject: raises its fence. null = no such subject. */
  startWork(key: string): Promise<SubjectWork | null>;
  receipts(repositoryId: number, number: number): Promise<readonly Receipt[]>;
  /** Every stored evaluation of this subject that could read the truth, oldest first. */
  contentHistory(key: string): Promise<readonly EvaluatedContent[]>;
  /** Evaluation, outbox rows, draft snapshot, subject columns and `done_gen = work.wantGen`, by compare-and-set on fence and version. */
  saveEvaluation(input: SaveEvaluation): Promise<SaveOutcome>;
  /**
   * Finishes work on a pull request that is closed, or whose base is ungoverned: `done_gen = work.wantGen`, `open` as given.
   * The checks of this pull request that showed success are revoked (owed as action_required), unless it was merged or another open pull request earned them.
   * `elsewhere`: on another base than it was decided for.
   */
  finishWork(
    work: HeldWork,
    state: {
      readonly open: boolean;
      readonly headSha: string;
      readonly baseRef: string;
      readonly merged?: boolean;
      readonly elsewhere?: boolean;
    },
  ): Promise<void>;
  /**
   * Every success on this commit, and every success of this pull request (null = wherever it stands), goes back to "in progress" until
   * the next evaluation of this pull request, which is then owed. Gives how many checks changed.
   */
  withholdSuccess(work: HeldWork, headSha: string | null): Promise<number>;
  /** Requirement id of the pull request -> since when it has been open without a break; ISO 8601 by the database's clock. */
  askedSince(repositoryId: number, number: number): Promise<Readonly<Record<string, string>>>;
  pendingChecks(key: string): Promise<readonly OutboxCheck[]>;
  /** Compare-and-set: true = this caller now holds the one write in flight for this row version. */
  beginPublish(check: OutboxCheck, work: HeldWork): Promise<boolean>;
  endPublish(
    check: OutboxCheck,
    outcome:
      | { readonly status: "published"; readonly runId: number; readonly conclusion: string | null }
      | { readonly status: "uncertain" }
      | { readonly status: "failed" },
  ): Promise<void>;
  evaluation(id: string): Promise<StoredEvaluation | null>;
  latestEvaluation(key: string): Promise<StoredEvaluation | null>;
  /** Newest evaluation of this subject for this head; one that could not read the truth does not count. */
  evaluationForHead(key: string, headSha: string): Promise<StoredEvaluation | null>;
  /** Approval, artifact, workspace pointers and audit event in one transaction; idempotent on (repository, pull request, merge sha). Rejects where an incident stands. */
  approveActiveDraft(input: LandedApproval): Promise<ApprovalRecord>;
  /** A landing has one record: where it has its approval, that stands, and gives its event. Null = overtaken: the subject is owed instead. */
  recordIncident(input: Incident): Promise<AuditEvent | null>;
  approvalOf(repositoryId: number, number: number): Promise<ApprovalRecord | null>;
  /** Newest first, of every tenant. */
  auditTrail(limit: number): Promise<readonly AuditEvent[]>;
  /** True when the database answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** Wake-ups only: the durable job is the subject row. */
export interface Queue {
  wake(keys: readonly string[]): Promise<void>;
  /** Wakes the key at that instant (ISO 8601), also after a restart. Losing it costs the time until the next sweep. */
  wakeAt(key: string, instant: string): Promise<void>;
  /** Runs `handle` for each woken key, one at a time per key; a rejection is retried with backoff. */
  work(handle: (key: string) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}
