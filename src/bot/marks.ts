import type { Context } from "probot";
import { z } from "zod";
import type { Mark } from "../gate/ports.ts";
import { ownerIdOf, type PayloadRepository, pullPayload, repositoryOf, sha, text } from "./payload.ts";

/** GitHub's event names, without actions. */
export type EventName = Exclude<Context["name"], `${string}.${string}`>;

/** Marks of one payload. `null` = a payload of this event that cannot be read: the repository is marked instead. */
type Reader = (payload: unknown, repository: PayloadRepository | null) => readonly Mark[] | null;

/** What each event may have changed. The payload only names subjects; truth is read from GitHub afterwards. */
const READERS = {
  pull_request: pullMark,
  pull_request_review: pullMark,
  pull_request_review_comment: pullMark,
  pull_request_review_thread: pullMark,
  issue_comment: issueMark,
  issues: reviewMark,
  push: pushMark,
  create: refMark,
  delete: refMark,
  check_run: checkMark("check_run"),
  check_suite: checkMark("check_suite"),
  membership: ownerMark,
  organization: ownerMark,
  org_block: ownerMark,
  team: ownerMark,
  team_add: ownerMark,
  member: ownerMark,
  installation: ownerMark,
  installation_repositories: ownerMark,
  installation_target: ownerMark,
  repository: repositoryMark,
  repository_ruleset: repositoryMark,
  branch_protection_rule: repositoryMark,
  branch_protection_configuration: repositoryMark,
  label: repositoryMark,
  merge_group: groupMark,
  // These say nothing about a pull request.
  ping: nothing,
  meta: nothing,
  github_app_authorization: nothing,
  status: nothing,
  workflow_run: nothing,
  workflow_job: nothing,
} as const satisfies Partial<Record<EventName, Reader>>;

/** Subjects that a delivery may have changed. Total: whatever the payload, it answers and never throws. */
export function marksOf(event: string, payload: unknown): readonly Mark[] {
  const repository = repositoryOf(payload);
  const reader: Reader = Object.hasOwn(READERS, event) ? READERS[event as keyof typeof READERS] : repositoryMark;
  return reader(payload, repository) ?? repositoryMark(payload, repository);
}

function nothing(): readonly Mark[] {
  return [];
}

/** After these, what is stacked on the branch of this pull request may lead elsewhere. */
const STACK_MOVES = new Set(["opened", "closed", "reopened", "edited"]);

/** Whom somebody asked for a review decides nothing; our own requests would evaluate themselves. */
const SAYS_NOTHING = new Set(["review_requested", "review_request_removed"]);

function actionOf(payload: unknown): string {
  return typeof payload === "object" && payload !== null && "action" in payload && typeof payload.action === "string" ? payload.action : "";
}

function pullMark(payload: unknown, repository: PayloadRepository | null): readonly Mark[] | null {
  const parsed = pullPayload.safeParse(payload);
  if (!parsed.success || repository === null) return null;
  if (SAYS_NOTHING.has(actionOf(payload))) return [];
  const { number, head, base, updated_at: updatedAt = null } = parsed.data.pull_request;
  const pull: Mark = { kind: "pull", repository: repository.ref, number, headSha: head.sha, baseRef: base.ref, updatedAt };
  const carries = STACK_MOVES.has(actionOf(payload)) && typeof head.ref === "string" && head.repo?.id === repository.ref.id;
  return carries ? [pull, { kind: "stack", repository: repository.ref, ref: head.ref! }] : [pull];
}

const byBot = z.object({ comment: z.object({ user: z.object({ type: z.literal("Bot") }) }) });
const issuePayload = z.object({ issue: z.object({ number: z.number().int().positive(), pull_request: z.unknown().optional() }) });

function issueMark(payload: unknown, repository: PayloadRepository | null): readonly Mark[] | null {
  const parsed = issuePayload.safeParse(payload);
  if (!parsed.success || repository === null) return null;
  const { number, pull_request: pull } = parsed.data.issue;
  // What a bot says decides nothing; our own comments would evaluate themselves.
  if (byBot.safeParse(payload).success) return [];
  return pull ? [{ kind: "pull", repository: repository.ref, number, headSha: null, baseRef: null }] : [];
}

const closedPayload = issuePayload.extend({ action: z.string() });

/** An issue matters when it is the one of a post-hoc review. Labels and comments on pull requests come under other events. */
function reviewMark(payload: unknown, repository: PayloadRepository | null): readonly Mark[] | null {
  const parsed = closedPayload.safeParse(payload);
  if (!parsed.success || repository === null) return null;
  const { action, issue } = parsed.data;
  return action === "closed" ? [{ kind: "issue", repository: repository.ref, number: issue.number }] : [];
}

const BRANCH = "refs/heads/";
const pushPayload = z.object({ ref: text });

/** `ref` is the branch's short name, as in a pull request's base. Tags are no branches. */
function pushMark(payload: unknown, repository: PayloadRepository | null): readonly Mark[] | null {
  const parsed = pushPayload.safeParse(payload);
  if (!parsed.success || repository === null) return null;
  const { ref } = parsed.data;
  return ref.startsWith(BRANCH) ? [branchMark(repository, ref.slice(BRANCH.length))] : [];
}

const refPayload = z.object({ ref: text, ref_type: z.string() });

function refMark(payload: unknown, repository: PayloadRepository | null): readonly Mark[] | null {
  const parsed = refPayload.safeParse(payload);
  if (!parsed.success || repository === null) return null;
  return parsed.data.ref_type === "branch" ? [branchMark(repository, parsed.data.ref)] : [];
}

function branchMark(repository: PayloadRepository, ref: string): Mark {
  return { kind: "branch", repository: repository.ref, ref, isDefault: ref === repository.defaultBranch };
}

const groupPayload = z.object({ merge_group: z.object({ head_sha: sha, head_ref: text, base_ref: text, base_sha: sha }) });

/** Put together or given up: whether the group still stands is read from GitHub. */
function groupMark(payload: unknown, repository: PayloadRepository | null): readonly Mark[] | null {
  const parsed = groupPayload.safeParse(payload);
  if (!parsed.success || repository === null) return null;
  const { head_sha: headSha, head_ref: headRef, base_ref: baseRef, base_sha: baseSha } = parsed.data.merge_group;
  const place = { headSha, headRef: shortRef(headRef), baseRef: shortRef(baseRef), baseSha };
  return [{ kind: "merge_group", repository: repository.ref, ...place }];
}

function shortRef(ref: string): string {
  return ref.startsWith(BRANCH) ? ref.slice(BRANCH.length) : ref;
}

/** Only what people ask for: our own writes send `created` and `completed`, and would evaluate themselves for ever. */
function checkMark(field: "check_run" | "check_suite"): Reader {
  const schema = z.object({ action: z.string(), [field]: z.object({ head_sha: sha }) });
  return (payload, repository) => {
    const parsed = schema.safeParse(payload);
    if (!parsed.success || repository === null) return null;
    const { action } = parsed.data as { action: string };
    const { head_sha } = (parsed.data as Record<string, { head_sha: string }>)[field]!;
    return action === "rerequested" || action === "requested_action" ? [{ kind: "commit", repository: repository.ref, sha: head_sha }] : [];
  };
}

function ownerMark(payload: unknown): readonly Mark[] | null {
  const ownerId = ownerIdOf(payload);
  return ownerId === null ? null : [{ kind: "owner", ownerId }];
}

/** Falls back to the owner: an organisation's own events have no repository. */
function repositoryMark(payload: unknown, repository: PayloadRepository | null): readonly Mark[] {
  if (repository !== null) return [{ kind: "repository", repository: repository.ref }];
  const ownerId = ownerIdOf(payload);
  return ownerId === null ? [] : [{ kind: "owner", ownerId }];
}
