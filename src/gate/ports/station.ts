import type { ComplianceRecords, Period, TooManyRecords } from "../../engine/compliance.ts";
import type { Ledger } from "./ledger.ts";
import type { AuditQuery, AuditRecords, NamedEvent } from "./notary.ts";
import type { ForcedSubmissionRow, OverrideRow } from "./overrides.ts";
import type { WatchedRepository } from "./protection.ts";
import type { ApprovalRecord } from "./records.ts";
import type { DecidedPull, LineageStanding, PolicyStanding } from "./station-policies.ts";
import type { DecisionHistory } from "./traces.ts";
import type { WaitingChanges } from "./waiting.ts";
import type { StoredEvaluation } from "./work.ts";

/** A pull request with its newest verdict. */
export interface OverviewRow {
  readonly key: string;
  readonly repository: string;
  readonly number: number;
  readonly evaluation: StoredEvaluation | null;
  readonly open: boolean;
}

/** What one tenant may see. Whatever belongs to another is null or left out, as if it were not there. */
export interface TenantReads
  extends Pick<AuditRecords, "chainStates" | "chainEvents" | "checkpointsOf">,
    Pick<DecisionHistory, "decisionTraces" | "decisionTrace"> {
  /** Open pull requests first, newest first. */
  overview(limit: number): Promise<readonly OverviewRow[]>;
  evaluation(id: string): Promise<StoredEvaluation | null>;
  latestEvaluation(key: string): Promise<StoredEvaluation | null>;
  askedSince(repositoryId: number, number: number): ReturnType<Ledger["askedSince"]>;
  approvalOf(repositoryId: number, number: number): Promise<ApprovalRecord | null>;
  /** Newest first, names where they are known. */
  auditEvents(query: AuditQuery): Promise<readonly NamedEvent[]>;
  /** null = no such approval; `envelope` null = its statement is not signed yet. */
  evidenceOf(approvalId: string): ReturnType<AuditRecords["evidenceOf"]>;
  overrideRows(limit: number): Promise<readonly OverrideRow[]>;
  /** Newest first. */
  forcedSubmissions(limit: number): Promise<readonly ForcedSubmissionRow[]>;
  /** Open changes whose newest decision does not pass, the longest waiting first. */
  waitingChanges(limit: number): Promise<WaitingChanges>;
  policyStandings(limit: number): Promise<readonly PolicyStanding[]>;
  /** Open pull requests of the repository first, then the newest decided. */
  decidedPulls(repositoryId: number, limit: number): Promise<readonly DecidedPull[]>;
  /** null = of every repository. */
  lineageStandings(repositoryId: number | null): Promise<readonly LineageStanding[]>;
  /** What the records hold about a period, beside what the trail tells of it. */
  complianceRecords(period: Period): Promise<ComplianceRecords | TooManyRecords>;
  watchedRepositories(limit: number): Promise<readonly WatchedRepository[]>;
}
