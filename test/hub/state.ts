import type { Faults } from "./faults.ts";
import type { ObjectStore } from "./git/objects.ts";
import type { OAuthDesk } from "./oauth.ts";

export type Role = "read" | "triage" | "write" | "maintain" | "admin";
export type Level = "read" | "write";
export type Permissions = Readonly<Record<string, Level>>;

export interface Account {
  readonly id: number;
  login: string;
  readonly type: "User" | "Bot" | "Mannequin" | "Organization";
  readonly name: string | null;
  readonly email: string;
  readonly siteAdmin: boolean;
  readonly createdAt: string;
  suspendedAt: string | null;
  deleted: boolean;
  /** Of an organisation: user id -> membership. */
  readonly members: Map<number, { role: "admin" | "member"; state: "active" | "pending" }>;
}

export interface Team {
  readonly id: number;
  readonly orgId: number;
  slug: string;
  name: string;
  readonly secret: boolean;
  readonly parentId: number | null;
  readonly createdAt: string;
  readonly members: Map<number, { role: "member" | "maintainer"; state: "active" | "pending" }>;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly clientId: string;
  /** PEM, PKCS#1. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly botId: number;
  readonly createdAt: string;
  permissions: Permissions;
  events: readonly string[];
}

export interface Installation {
  readonly id: number;
  readonly accountId: number;
  readonly repositories: Set<number> | "all";
  readonly createdAt: string;
  permissions: Permissions;
  suspendedAt: string | null;
}

export interface Label {
  readonly id: number;
  name: string;
}

export interface Protection {
  readonly requiredChecks?: readonly { readonly context: string; readonly appId?: number | null }[];
  readonly enforceAdmins?: boolean;
  readonly strict?: boolean;
  readonly dismissStaleReviews?: boolean;
  readonly requiredReviews?: number;
  readonly lastPushApproval?: boolean;
  readonly allowForcePushes?: boolean;
  readonly allowDeletions?: boolean;
}

export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly branches: readonly string[];
  enforcement: "active" | "evaluate" | "disabled";
  /** GitHub shows them only to whoever may change the ruleset. */
  readonly hidesBypass?: boolean;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly bypassActors: readonly Readonly<Record<string, unknown>>[];
  readonly createdAt: string;
}

export interface Activity {
  readonly id: number;
  readonly before: string;
  readonly after: string;
  readonly ref: string;
  readonly timestamp: string;
  readonly type: "push" | "force_push" | "branch_deletion" | "branch_creation" | "pr_merge";
  readonly actorId: number;
}

export interface Repo {
  readonly id: number;
  ownerId: number;
  name: string;
  private: boolean;
  archived?: boolean;
  readonly forkOf: number | null;
  readonly createdAt: string;
  pushedAt: string;
  defaultBranch: string;
  readonly store: ObjectStore;
  /** Full ref name -> commit. */
  readonly refs: Map<string, string>;
  readonly grants: Map<number, Role>;
  readonly teamGrants: Map<number, Role>;
  readonly protections: Map<string, Protection>;
  readonly rulesets: Ruleset[];
  readonly ruleSuites: Readonly<Record<string, unknown>>[];
  readonly labels: Label[];
  readonly activities: Activity[];
  readonly issues: Map<number, Issue>;
  readonly suites: CheckSuite[];
  readonly runs: CheckRun[];
  readonly statuses: Status[];
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly authorId: number;
  readonly createdAt: string;
  title: string;
  body: string | null;
  state: "open" | "closed";
  updatedAt: string;
  closedAt: string | null;
  readonly labels: Set<Label>;
  readonly comments: Comment[];
  readonly events: TimelineEvent[];
  readonly pull: Pull | null;
}

export interface Pull {
  readonly id: number;
  readonly headRepoId: number;
  readonly headRef: string;
  headSha: string;
  baseRef: string;
  /** Tip of the base at the last open, synchronize or retarget. */
  baseSha: string;
  draft: boolean;
  merged: boolean;
  mergedAt: string | null;
  mergedById: number | null;
  /** Test merge before the merge (null = conflict), the landed commit after. */
  mergeCommitSha: string | null;
  readonly reviews: Review[];
  readonly requestedUsers: Set<number>;
  readonly requestedTeams: Set<number>;
}

export type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "PENDING" | "DISMISSED";

export interface Review {
  readonly id: number;
  readonly userId: number;
  readonly body: string;
  readonly viaApp: boolean;
  state: ReviewState;
  commitId: string | null;
  submittedAt: string;
}

export interface Comment {
  readonly id: number;
  readonly userId: number;
  readonly viaApp: boolean;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
}

export interface TimelineEvent {
  readonly id: number;
  readonly event: string;
  readonly actorId: number;
  readonly viaApp: boolean;
  readonly createdAt: string;
  readonly commitId: string | null;
  /** Properties that only this kind of event has. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly review?: Review;
  readonly comment?: Comment;
}

export interface CheckSuite {
  readonly id: number;
  readonly appId: number;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: string;
  /** Set by a re-request until a run completes again. */
  requeued: boolean;
}

export interface CheckRun {
  readonly id: number;
  readonly appId: number;
  readonly suiteId: number;
  readonly headSha: string;
  readonly startedAt: string;
  name: string;
  status: string;
  conclusion: string | null;
  completedAt: string | null;
  externalId: string;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: Readonly<Record<string, unknown>>[];
  actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creatorId: number;
  readonly createdAt: string;
}

export interface Token {
  readonly installationId: number | null;
  readonly userId: number | null;
  readonly expiresAt: number;
  readonly permissions: Permissions;
  readonly repositoryIds: readonly number[] | null;
  /** The app that was given this person's token; absent = a personal token. */
  readonly clientId?: string;
}

export interface Event {
  readonly name: string;
  readonly action: string | null;
  /** Owner of the repository or organisation: picks the installation. */
  readonly owner: Account;
  readonly repo: Repo | null;
  readonly sender: Account;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Everything the simulated GitHub knows. */
export interface World {
  clock: () => Date;
  url: string;
  readonly app: App;
  readonly otherApps: Map<number, App>;
  readonly accounts: Map<number, Account>;
  readonly teams: Map<number, Team>;
  readonly repos: Map<number, Repo>;
  readonly installations: Map<number, Installation>;
  readonly tokens: Map<string, Token>;
  /** Codes of the app-manifest flow that were not used yet. */
  readonly manifestCodes: Set<string>;
  readonly oauth: OAuthDesk;
  /** Organisations that enforce single sign-on, which nobody has passed. */
  readonly singleSignOn: Set<number>;
  readonly faults: Faults;
  readonly treeLimit: number;
  readonly nextId: () => number;
  /** Sends the webhook of one state change; nothing when the app is not installed there. */
  readonly emit: (event: Event) => void;
}

/** GitHub's times have whole seconds. */
export function stamp(world: World): string {
  return world
    .clock()
    .toISOString()
    .replace(/\.\d{3}Z$/, "Z");
}
