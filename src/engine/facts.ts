import type { AgentEvidence, CommitTrailers } from "./agents/model.ts";
import type { ContractDiff, GovernedFile } from "./contract/finding.ts";
import type { LabelAuthority, OverdueReview } from "./override-facts.ts";
import type { PolicyReading } from "./policy/model.ts";
import type { InForceFacts, ProposalFacts } from "./policy/proposal-facts.ts";
import type { Problem } from "./problem.ts";

/**
 * One frozen snapshot of everything a decision depends on. Plain JSON; `decide` reads nothing else.
 * Instants are ISO 8601 UTC strings as GitHub's server or our database said them, never git dates.
 */
export interface Facts {
  readonly schemaVersion: 1;
  /** The instant of the snapshot; `decide` has no clock. */
  readonly asOf: string;
  readonly subject: Subject;
  readonly policy: PolicyReading;
  /** Commit that policy and configuration were read at. */
  readonly policyCommit: string | null;
  /** Which version of the policy this is; absent = read at a revision (a local check). */
  readonly inForce?: InForceFacts;
  /** What a change of policy files proposes: never the policy. Absent = none of them changes. */
  readonly proposal?: ProposalFacts;
  /** Changed governance files (policy, configuration, system cards …): self-protection. */
  readonly governanceFiles: readonly GovernedFile[];
  readonly diff: ContractDiff;
  /** null: nobody is known (a local check without --approvals). Teams are then taken as existing and have nobody. */
  readonly people: PeopleFacts | null;
  readonly agent: AgentFacts | null;
  /** How agents are registered at the trusted commit, and what they left in the change; absent = not looked at. */
  readonly agents?: AgentEvidence;
  readonly lineage: LineageFacts;
  readonly quality: QualityFacts;
  /** Reads that failed: the decision is `error`. */
  readonly faults: readonly Fault[];
  /** Limits that were passed (truncated tree, too many files): the decision is `invalid`. */
  readonly limits: readonly Problem[];
  /** What the app's own check on the head says, where a caller without its records saw one; absent = none was looked for, or none is there. */
  readonly publishedCheck?: PublishedCheck;
  /** True when a flag stood in for a fact: the result says SIMULATED. */
  readonly simulated: boolean;
}

export interface Subject {
  /** `owner/name`, or the folder's name for a local repository. */
  readonly repository: string;
  readonly repositoryId: number | null;
  readonly pullRequest: number | null;
  readonly title: string | null;
  /** Short name of the effective base branch, without refs/heads/. */
  readonly baseRef: string;
  readonly defaultBranch: string;
  /** True when the base is a protected branch (maps to production when no pattern says otherwise). */
  readonly baseProtected: boolean;
  /** Tip of the base branch. */
  readonly baseSha: string;
  readonly mergeBase: string;
  readonly headSha: string;
  /** --env: a simulated environment. */
  readonly environment: string | null;
  /** Login of the author; null = unknown. */
  readonly author: string | null;
  /** Account that owns the repository: an organisation or one person. */
  readonly ownerType: "Organization" | "User";
}

/** The part that git does not have; also the shape of `--approvals` (interfaces.md). */
export interface PeopleFacts {
  readonly actors: readonly Actor[];
  readonly pushes: readonly Push[];
  readonly commits: readonly CommitFact[];
  readonly reviews: readonly Review[];
  readonly teams: readonly Team[];
  /** Logins of organisation owners (a personal account: its owner). */
  readonly owners: readonly string[];
  /** Everybody in the organisation; absent = not looked at. Who is not active here is in no team and owns nothing. */
  readonly organisation?: readonly { readonly user: string; readonly state: "active" | "pending" }[];
  /** login -> role on the repository. */
  readonly permissions: Readonly<Record<string, string>>;
  readonly labels: readonly LabelFact[];
  readonly comments: readonly CommentFact[];
  readonly history: {
    readonly retargets: readonly { readonly at: string; readonly from: string; readonly to: string }[];
    readonly reopened: readonly { readonly at: string }[];
    readonly pushHistoryComplete: boolean;
  };
  /**
   * Commit -> content digest that was evaluated for it (`contentDigest`); of one that was seen with several (its base changed),
   * something that equals none. The current head needs no entry.
   */
  readonly contentDigests: Readonly<Record<string, string>>;
  /** Post-hoc reviews of this repository's overrides that are overdue; absent = not told. */
  readonly overdueReviews?: readonly OverdueReview[];
}

export interface Actor {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot" | "Mannequin" | "Organization";
  readonly suspended: boolean;
}

export interface Push {
  readonly sha: string;
  /** Login; null = unknown pusher. */
  readonly actor: string | null;
  readonly at: string;
  readonly forced: boolean;
}

export interface CommitFact {
  readonly sha: string;
  readonly parents: readonly string[];
  /** Logins; null = an identity that resolves to nobody. `web-flow` is nobody. */
  readonly author: string | null;
  readonly committer: string | null;
  readonly coAuthors: readonly (string | null)[];
  /** GitHub vouches for the identities above (github/: a verified signature, or all of them authenticated pushers or the author). */
  readonly verified: boolean;
  readonly authoredAt?: string;
  /** A merge of the base into the branch whose every governed path equals one parent's blob: makes nobody a contributor. */
  readonly baseMerge?: boolean;
  /** What its message claims about agents. */
  readonly trailers?: CommitTrailers;
  /** `Name <email>` of author and committer, as anybody may write it. */
  readonly identities?: readonly string[];
}

export interface Review {
  readonly id: number;
  /** Login; null = a deleted account. */
  readonly user: string | null;
  readonly state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
  /** As GitHub says it now: no proof of freshness. */
  readonly commitId: string | null;
  readonly submittedAt: string;
  /** App id when an app performed the review. */
  readonly viaApp: number | null;
  /** The first signed delivery of this review; null = none was received. */
  readonly receipt: {
    readonly commitId: string | null;
    readonly headSha: string;
    readonly at: string;
    /** Content digest that was evaluated for the commit when this came; absent = `contentDigests` says it. */
    readonly contentDigest?: string;
  } | null;
  /** Login of who dismissed it. */
  readonly dismissedBy: string | null;
  /** What it said before it was dismissed; absent or null = unknown, taken as changes requested. */
  readonly dismissedState?: "APPROVED" | "CHANGES_REQUESTED" | null;
}

export interface Team {
  readonly slug: string;
  readonly id: number;
  /** False: the team answers 404 or 403. */
  readonly readable: boolean;
  readonly members: readonly { readonly user: string; readonly state: "active" | "pending"; readonly inherited: boolean }[];
}

export interface LabelFact {
  readonly name: string;
  readonly actor: string | null;
  readonly at: string;
  readonly viaApp: number | null;
  readonly removedAt: string | null;
  /** Head and base at that moment, from the signed delivery or the push history; absent = unknown, no authority. */
  readonly headSha?: string | null;
  readonly baseRef?: string | null;
  /** Names the signed delivery that dates it; null = none was received, absent = not told. */
  readonly delivery?: string | null;
  /** null = unknown, which is none; absent = not told (a scenario given offline): only today's authority is asked. */
  readonly authority?: LabelAuthority | null;
}

export interface CommentFact {
  readonly user: string | null;
  readonly body: string;
  readonly at: string;
  readonly headSha: string | null;
  readonly viaApp?: number | null;
}

export interface AgentFacts {
  readonly id: string;
  /** Confidence 0..1 from an Agent Trace or System Card at the trusted ref; null = unknown. */
  readonly confidence: number | null;
  readonly systemCard: boolean;
  /** Dependency bots and the like: A = 0.5. */
  readonly automation: boolean;
  /** Login of the person who launched it: counts as author. Absent or null = unknown, an unknown contributor. */
  readonly launchedBy?: string | null;
}

/** Dependents within 3 hops of the changed contracts; `known` false = no lineage source at all (0.5 points). */
export interface LineageFacts {
  readonly known: boolean;
  readonly dependents: readonly { readonly name: string; readonly criticality: 1 | 2 }[];
}

export interface QualityFacts {
  /** False = no history was looked at. */
  readonly known: boolean;
  readonly failingRules: number;
  readonly recentOverrides: number;
  readonly cardLimitations: number;
}

/** A check run of the app as GitHub shows it. */
export interface PublishedCheck {
  readonly name: string;
  /** null = still in progress. */
  readonly conclusion: string | null;
  readonly title: string | null;
}

/** A read of truth that failed. `kind` picks the exit code: network 3, auth 4, bug 99. */
export interface Fault {
  readonly what: string;
  readonly kind: "network" | "auth" | "bug";
  readonly message: string;
}
