/** What a row is held to its tenant by. */
export type Belonging =
  /** A column with the tenant's id. */
  | { readonly by: "tenant"; readonly column: string }
  /** The subject that the row hangs under, or the repository that it is about. */
  | { readonly by: "subject" | "repository" }
  /** No tenant's data. The reason is for who reads this list. */
  | { readonly by: "nobody"; readonly because: string };

type Act = "insert" | "update" | "delete";

export interface TableRule {
  readonly rows: Belonging;
  /** What the application's login may do beside reading. Evidence: `insert`, and nothing else. */
  readonly may: readonly Act[];
  /** The only columns that may be updated; absent = all, where updating is allowed. */
  readonly updates?: readonly string[];
  /** The only columns that may be read; absent = all. */
  readonly reads?: readonly string[];
}

const OF_TENANT: Belonging = { by: "tenant", column: "tenant_id" };
const OF_SUBJECT: Belonging = { by: "subject" };
const OF_REPOSITORY: Belonging = { by: "repository" };

const EVIDENCE: TableRule = { rows: OF_TENANT, may: ["insert"] };
const STATE: TableRule = { rows: OF_TENANT, may: ["insert", "update"] };

/** Every table of the application: whose its rows are, and what the login that runs may do with them. `migrate` makes it so. */
export const TABLES: Readonly<Record<string, TableRule>> = {
  tenant: { rows: { by: "tenant", column: "id" }, may: ["insert", "update"], updates: ["login"] },
  subject: STATE,
  branch_watermark: STATE,
  watched_repository: STATE,
  swept_pull: STATE,
  counted_membership: { rows: OF_TENANT, may: ["insert", "update", "delete"] },
  lineage_snapshot: STATE,
  post_hoc_review: STATE,
  // What was told goes after a time.
  notification: {
    rows: OF_TENANT,
    may: ["insert", "update", "delete"],
    updates: ["attempts", "next_at", "sent_at", "gave_up_at", "last_error"],
  },
  governance_workspace: STATE,
  business_draft: STATE,
  business_draft_snapshot: { ...STATE, updates: ["status"] },
  governance_plan: STATE,
  // A repeat is known for a time; then the row goes.
  idempotent_answer: { rows: OF_TENANT, may: ["insert", "delete"] },
  api_key: { ...STATE, updates: ["revoked_at", "last_used_at"] },
  sign_in_session: { rows: OF_TENANT, may: ["insert", "update", "delete"] },
  // A person can be forgotten: then the row goes, and the records keep a reference that leads nowhere.
  identity: { rows: OF_TENANT, may: ["insert", "update", "delete"], updates: ["account_id"] },
  business_command: EVIDENCE,
  evaluation: EVIDENCE,
  governance_approval: EVIDENCE,
  compiled_governance_artifact: EVIDENCE,
  audit_event: EVIDENCE,
  bypass_incident: EVIDENCE,
  content_mismatch: EVIDENCE,
  business_source: EVIDENCE,
  contract_content: EVIDENCE,
  approval_vote: EVIDENCE,
  plan_event: EVIDENCE,
  audit_checkpoint: EVIDENCE,
  audit_checkpoint_delivery: EVIDENCE,
  attestation: EVIDENCE,
  pushed_policy: EVIDENCE,
  submission_override: EVIDENCE,
  submission_review: EVIDENCE,
  policy_version: EVIDENCE,
  policy_incident: EVIDENCE,
  policy_pin: EVIDENCE,
  decision_trace: EVIDENCE,
  override_grant: EVIDENCE,
  override_event: EVIDENCE,
  receipt: { rows: OF_REPOSITORY, may: ["insert"] },
  check_action: { rows: OF_REPOSITORY, may: ["insert"] },
  foreign_check: { rows: OF_REPOSITORY, may: ["insert"] },
  merge_group: { rows: OF_SUBJECT, may: ["insert"] },
  check_outbox: { rows: OF_SUBJECT, may: ["insert", "update"] },
  check_wish: { rows: OF_SUBJECT, may: ["insert", "update", "delete"] },
  command_answer: { rows: OF_SUBJECT, may: ["insert", "update"] },
  pull_comment: { rows: OF_SUBJECT, may: ["insert", "update"] },
  review_request: { rows: OF_SUBJECT, may: ["insert", "update"] },
  tenant_place: {
    rows: {
      by: "nobody",
      because: "ids alone: which tenants a repository or an owner has rows of, asked before anybody's tenant is known",
    },
    may: [],
  },
  webhook_delivery: {
    rows: { by: "nobody", because: "what a delivery says cannot be read back by the login that runs: only whether it came before" },
    may: ["insert"],
    reads: ["guid", "body_sha256"],
  },
  missing_delivery: {
    rows: { by: "nobody", because: "ids of deliveries that never came: whose they would have been is not known before they come" },
    may: ["insert", "update", "delete"],
  },
  hook_position: {
    rows: { by: "nobody", because: "how far the app's own list of deliveries is read" },
    may: ["insert", "update"],
  },
  rate_limit: {
    rows: { by: "nobody", because: "addresses and keys with a count of their requests, asked before anybody's tenant is known" },
    may: ["insert", "update", "delete"],
  },
  routine: { rows: { by: "nobody", because: "names of routines and when they last ran" }, may: ["insert", "update", "delete"] },
};
