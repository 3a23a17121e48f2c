import type { Decision } from "../../../src/engine/decision.ts";
import type { PeopleFacts } from "../../../src/engine/facts.ts";
import type { CheckConclusion } from "../../../src/gate/ports/checks.ts";
import type {
  ApprovalRecord,
  HeldWork,
  HookPosition,
  Incident,
  MissingDelivery,
  OverrideGrant,
  PolicyVersion,
  PostHocReview,
  Receipt,
  RepositoryRef,
  ReviewRequest,
  StoredEvaluation,
  SweepTask,
} from "../../../src/gate/ports.ts";

/** Rows as the store's tables have them. Whoever holds one may change it: every verb runs to its end before the next one begins. */
export interface SubjectRow {
  readonly key: string;
  readonly repository: RepositoryRef;
  readonly number: number | null;
  baseRef: string | null;
  headSha: string | null;
  open: boolean;
  wantGen: number;
  doneGen: number;
  fence: number;
  dirtyAt: number;
  told: { readonly updatedAt: string; readonly at: number } | null;
}

export interface Wish {
  readonly subjectKey: string;
  readonly headSha: string;
  readonly name: string;
  readonly policy: string | null;
  readonly conclusion: CheckConclusion;
  readonly evaluationId: string;
}

export interface OutboxRow {
  readonly id: string;
  readonly headSha: string;
  readonly name: string;
  subjectKey: string;
  version: number;
  evaluationId: string;
  policy: string | null;
  conclusion: CheckConclusion;
  runId: number | null;
  inFlight: { readonly version: number; readonly key: string; readonly fence: number } | null;
  uncertain: boolean;
  publishedVersion: number | null;
  publishedConclusion: string | null;
  /** Instants in milliseconds. */
  doubtedAt: number | null;
  comparedAt: number | null;
}

export interface DraftRow {
  readonly environment: string;
  status: "open" | "approved" | "abandoned";
  snapshot: { readonly id: string; readonly content: string; readonly ready: boolean; readonly blockers: readonly string[] };
}

export interface StoredRow extends StoredEvaluation {
  readonly snapshotId: string | null;
}

export interface IncidentRow {
  readonly kind: Incident["kind"] | "push";
  readonly pullRequest: number | null;
  readonly branch: string | null;
  readonly mergeSha: string;
  readonly seq: number;
}

export interface GrantRow extends Omit<OverrideGrant, "used"> {
  readonly told: Map<string, { readonly expiresAt: string | null }>;
}

/** As the sweeper marked it last; instants in milliseconds. */
export interface SweptRow {
  seen: string;
  seenAt: number;
  comparedAt: number | null;
}

export interface WatchedRow {
  readonly repository: RepositoryRef;
  readonly seenAt: number;
  walkedAt: number | null;
  sweptAt: number | null;
  sweptTo: string | null;
  sweptFrom: string | null;
  pass: SweepTask["pass"];
  passedAt: number | null;
}

/** Who an open pull request was decided by. */
export interface CountedRow {
  readonly people: PeopleFacts;
  readAt: number;
}

export interface MissingRow extends Omit<MissingDelivery, "attemptId" | "deliveredAt"> {
  attemptId: number;
  deliveredAt: string;
  asked: number;
  askedAttemptId: number | null;
  askedAt: number | null;
  told: boolean;
}

export type ReviewRow = Omit<PostHocReview, "grant" | "pull"> & { readonly grantId: string };

/** One repository's records. */
export class Rows {
  readonly clock: () => number;
  readonly subjects = new Map<string, SubjectRow>();
  readonly deliveries = new Map<string, string>();
  readonly receipts: Receipt[] = [];
  readonly evaluations: StoredRow[] = [];
  wishes: Wish[] = [];
  readonly outbox: OutboxRow[] = [];
  readonly drafts = new Map<string, DraftRow[]>();
  readonly policies: PolicyVersion[] = [];
  readonly policyIncidents = new Set<string>();
  readonly approvals: ApprovalRecord[] = [];
  readonly incidents: IncidentRow[] = [];
  readonly grants: GrantRow[] = [];
  reviews: ReviewRow[] = [];
  readonly requests = new Map<string, Map<string, ReviewRequest>>();
  readonly commands = new Map<string, "claimed" | "answered">();
  readonly watermarks = new Map<string, string | null>();
  readonly foreign = new Set<string>();
  lineage: { readonly json: string; readonly summaries: unknown } | null = null;
  watched: WatchedRow | null = null;
  readonly swept = new Map<string, SweptRow>();
  readonly counted = new Map<string, CountedRow>();
  readonly missing = new Map<string, MissingRow>();
  hooks: (HookPosition & { told: boolean }) | null = null;
  /** When a routine was claimed last. */
  readonly claims = new Map<string, number>();
  #ids = 0;

  constructor(clock: () => number) {
    this.clock = clock;
  }

  now(): string {
    return new Date(this.clock()).toISOString();
  }

  /** In the shape of the store's ids: some verbs refuse any other. */
  newId(): string {
    this.#ids += 1;
    return `00000000-0000-7000-8000-${this.#ids.toString(16).padStart(12, "0")}`;
  }

  dirty(row: SubjectRow): void {
    row.wantGen += 1;
    row.dirtyAt = this.clock();
  }

  /** The subject, when this worker still holds its fence. */
  held(work: HeldWork): SubjectRow | null {
    const row = this.subjects.get(work.key);
    return row?.fence === work.fence ? row : null;
  }

  latest(key: string): StoredRow | null {
    return this.evaluations.findLast((each) => each.key === key) ?? null;
  }
}

export function overriddenContracts({ state, findings }: Decision): readonly string[] {
  return state === "overridden" ? findings.flatMap(({ contract, file }) => [contract, file]) : [];
}
