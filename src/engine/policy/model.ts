import type { Severity } from "../contract/finding.ts";
import type { Problem } from "../problem.ts";

export type Environment = "production" | "staging" | "development";
export type RiskLevel = "low" | "medium" | "high" | "critical";
export type PolicyMode = "enforce" | "warn" | "shadow";
export type PolicyOrigin = "org" | "repo";

/** When a policy matches. Keys are AND-ed, values inside a key OR-ed; null = the key is absent. */
export interface Trigger {
  readonly tags: readonly string[] | null;
  readonly env: readonly string[] | null;
  readonly paths: readonly string[] | null;
  /** Finding codes or severities. */
  readonly findings: readonly string[] | null;
  /** `>=confidential`, `>confidential`, `=restricted` or a bare class (same as `=`). */
  readonly classification: string | null;
  readonly agents: boolean | null;
  /** Finding codes that do not trigger; default ["description.changed"]. */
  readonly ignore: readonly string[];
}

export interface ApproverEntry {
  readonly role: string | null;
  readonly team: string | null;
  /** Logins; only without a team or beside it. */
  readonly users: readonly string[];
  readonly minApprovals: number;
}

export interface Policy {
  /** Qualified: `org/…` or `repo/…`. */
  readonly name: string;
  readonly description: string | null;
  readonly trigger: Trigger;
  readonly approvers: readonly ApproverEntry[];
  readonly slaHours: number | null;
  readonly mode: PolicyMode;
  readonly distinctApprovers: boolean;
  readonly file: string;
  readonly line: number;
}

/** `.choochoorc` with every default filled in. Keys as in the published schema. */
export interface Config {
  readonly governance: { readonly requireApproval: readonly string[]; readonly agent: string | null };
  readonly contracts: {
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    readonly maxFileBytes: number;
    readonly mappings: readonly {
      readonly paths: readonly string[];
      readonly fields: string;
      readonly name: string;
      readonly tags: readonly string[];
    }[];
  };
  /** null = not configured: the defaults of decision.md section 2 hold. */
  readonly environments: Readonly<Partial<Record<Environment, readonly string[]>>> | null;
  /** True: the built-in mapping of decision.md section 2 holds beside `environments`, and the stricter wins. */
  readonly environmentsBesideDefaults?: boolean;
  readonly teams: {
    readonly designated: readonly string[];
    readonly executive: readonly string[];
    /** "org": the organisation set `designated`, so the teams of matched policies are not added to it. */
    readonly designatedBy?: PolicyOrigin;
  };
  readonly roles: Readonly<Record<string, { readonly team: string | null; readonly users: readonly string[] }>>;
  readonly approvals: {
    readonly bindTo: "content" | "head";
    readonly includeChildTeams: boolean;
    readonly unknownContributors: "add-one" | "block";
    readonly apps: readonly number[];
  };
  readonly override: {
    readonly label: string;
    readonly teams: readonly string[];
    readonly repositoryAdmins: boolean;
    readonly ttlHours: number;
    readonly postHocReviewHours: number;
    readonly blockWhileOverdue: boolean;
  };
  readonly agents: { readonly automation: readonly string[] };
  readonly enrolment: Readonly<Record<string, "off" | "observe" | "enforce">>;
  readonly check: {
    readonly name: string;
    readonly pending: "action_required" | "in_progress";
    readonly perPolicy: boolean;
    readonly comment: boolean;
  };
  readonly risk: {
    readonly tagWeights: Readonly<Record<string, number>>;
    readonly thresholds: { readonly low: number; readonly medium: number; readonly high: number };
  };
  readonly plan: {
    readonly branch: Readonly<Partial<Record<Environment, string>>>;
    readonly promote: Readonly<Record<Environment, "on-merge" | "manual">>;
  };
  readonly vocabulary: {
    readonly synonyms: Readonly<Record<string, string>>;
    readonly keywords: readonly string[];
    /** `weaker < stronger`, also in chains. */
    readonly order: readonly string[];
    /** Own categories: name -> the category or class that it is at least. */
    readonly categories: Readonly<Record<string, string>>;
  };
  readonly lineage: { readonly files: readonly string[] };
  readonly notify: readonly { readonly slack?: string; readonly webhook?: string; readonly on: readonly string[] }[];
}

/** Mode of a file that was in force and is there no more: it blocks until it is there again. */
export const DELETED_MODE = "000000";

/** One policy or configuration file at a trusted revision. Never read from the head of a pull request. */
export interface PolicySource {
  readonly origin: PolicyOrigin;
  readonly kind: "policies" | "config";
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
  /** null = the bytes could not be taken as UTF-8 text; `unreadable` says why. */
  readonly text: string | null;
  readonly unreadable: string | null;
}

export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly config: Config;
  /** False when neither file exists at the trusted revision: the repository is not enrolled. */
  readonly enrolled: boolean;
  /** `observe`: decided and shown under a name that no ruleset can require; absent = enforce. */
  readonly enrolment?: "observe";
  /** SHA-256 over the canonical set, domain `countersign/policy/v1`. */
  readonly digest: string;
}

/** What `parsePolicySet` gives. Invalid blocks: nothing is decided under a guess. */
export type PolicyReading =
  | { readonly status: "ok"; readonly set: PolicySet; readonly problems: readonly Problem[] }
  | { readonly status: "invalid"; readonly problems: readonly Problem[]; readonly digest: string };

export const SEVERITIES: readonly Severity[] = ["block", "break", "warn", "info"];
