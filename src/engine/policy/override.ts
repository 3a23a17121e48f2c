import type { OverrideUse } from "../decision.ts";
import type { CommentFact, LabelFact } from "../facts.ts";
import { commandsIn } from "./comment-command.ts";
import type { Directory } from "./directory.ts";
import { isAfterDecision } from "./instants.ts";
import { type AuthorityInput, authorityOf, lateAuthority } from "./override-authority.ts";
import { overrideCommand, type Reason } from "./override-command.ts";

const HOUR_MS = 3_600_000;

export interface OverrideInput extends AuthorityInput {
  readonly asOf: string;
}

export interface OverrideReading {
  /** The live override of this head and base. */
  readonly use: OverrideUse | null;
  /** Why a label did not become one. */
  readonly notes: readonly string[];
}

interface Use {
  readonly label: LabelFact;
  readonly by: { readonly id: number; readonly login: string };
  readonly reason: Reason;
  readonly startMs: number;
  /** When it ended or will end: its term, the removal of the label, or that its owner took it back. */
  readonly endMs: number;
  readonly termMs: number;
}

/** Break glass (decision.md section 7): a label by somebody entitled, with a reason by the same person, on this very head and base. */
export function readOverride(input: OverrideInput): OverrideReading {
  const { config, people } = input;
  const name = config.override.label.toLowerCase();
  const labels = people.labels.filter((label) => label.name.toLowerCase() === name);
  const notes: string[] = [];
  const uses: Use[] = [];
  for (const label of [...labels].sort((left, right) => Date.parse(left.at) - Date.parse(right.at))) {
    const judged = judge(label, input);
    if (typeof judged === "string") {
      if (label.removedAt === null) notes.push(judged);
    } else uses.push(judged);
  }
  // Single use: the first one on this head is the only one, also after it ran out or was taken back.
  const first = uses.sort((left, right) => left.startMs - right.startMs)[0];
  if (first === undefined) return { use: null, notes };
  const refusal = spentBefore(first, labels, input) ?? overdueRefusal(first, input);
  if (refusal !== null) return { use: null, notes: [...notes, refusal] };
  const now = Date.parse(input.asOf);
  if (!(now < first.endMs)) {
    const live = uses.some((use) => use !== first && use.label.removedAt === null);
    const why = first.label.removedAt === null && first.endMs >= first.termMs ? "has run out" : "was taken back";
    return {
      use: null,
      notes:
        live || first.label.removedAt === null
          ? [...notes, `the override of this head by ${first.by.login} ${why}: it can be used once`]
          : notes,
    };
  }
  return { use: used(first, config), notes };
}

/** Another label was used on this head and base, and is none now (its reason was deleted, its authority is gone): that was the one use. */
function spentBefore(first: Use, labels: readonly LabelFact[], { subject }: OverrideInput): string | null {
  const here = (label: LabelFact) => label.headSha === subject.headSha && label.baseRef === subject.baseRef;
  const spent = labels.find((label) => label !== first.label && label.authority?.used === true && here(label));
  if (spent === undefined || first.label.authority?.used === true) return null;
  return `the override of this head by ${spent.actor ?? "somebody unknown"} was used: it can be used once`;
}

/** Only one that was overdue when this override began: a live one is not ended by it. */
function overdueRefusal(first: Use, { people, config }: OverrideInput): string | null {
  if (!config.override.blockWhileOverdue) return null;
  const overdue = (people.overdueReviews ?? []).find(({ due }) => !(Date.parse(due) > first.startMs));
  if (overdue === undefined) return null;
  const issue = overdue.issue === null ? "(its issue is not open yet)" : `#${overdue.issue}`;
  return `no new override while a post-hoc review is overdue: ${issue}, of pull request #${overdue.pullRequest}, was due ${overdue.due.slice(0, 10)}`;
}

function used(use: Use, config: OverrideInput["config"]): OverrideUse {
  return {
    by: use.by.login,
    byId: use.by.id,
    reason: use.reason.reason,
    incident: use.reason.incident,
    at: new Date(use.startMs).toISOString(),
    expiresAt: new Date(use.endMs).toISOString(),
    postHocReviewDue: new Date(use.startMs + config.override.postHocReviewHours * HOUR_MS).toISOString(),
    ...(use.label.delivery ? { delivery: use.label.delivery } : {}),
  };
}

/** The use that a label makes possible, or why it makes none. */
function judge(label: LabelFact, input: OverrideInput): Use | string {
  const { subject, directory, config, people } = input;
  const who = label.actor ?? "somebody unknown";
  const entitled = authorityOf(label, input);
  if (typeof entitled === "string") return `${who} may not override: ${entitled}`;
  const late = lateAuthority(label);
  if (late !== null) return late;
  if (label.headSha !== subject.headSha || label.baseRef !== (subject.stack?.baseRef ?? subject.baseRef))
    return `the override label of ${who} was set for another head or base (or that is not known): set it again`;
  const labelledMs = Date.parse(label.at);
  if (Number.isNaN(labelledMs) || isAfterDecision(label.at, input.asOf)) return `the override label of ${who} carries no usable time`;
  const moved = [...people.pushes, ...people.history.retargets, ...people.history.reopened].some(
    ({ at }) => !(Date.parse(at) < labelledMs),
  );
  if (moved) return `the override label of ${who} was set before the last push, retarget or reopening: set it again`;
  const removedMs = label.removedAt === null ? Number.POSITIVE_INFINITY : Date.parse(label.removedAt);
  const termMs = Math.min(labelledMs + config.override.ttlHours * HOUR_MS, Number.isNaN(removedMs) ? labelledMs : removedMs);
  const endMs = Math.min(termMs, withdrawnMs(people.comments, entitled.id, labelledMs, directory));
  const heard = people.comments.filter(({ at }) => !isAfterDecision(at, input.asOf));
  const given = reasons(heard, subject.headSha, entitled.id, directory).filter(({ atMs }) => Math.max(atMs, labelledMs) < endMs);
  const reason = given[0];
  if (reason === undefined)
    return `${who} set the override label: the same person must give the reason as a new comment, \`/countersign override reason="…"\``;
  return { label, by: entitled, reason: reason.reason, startMs: Math.max(reason.atMs, labelledMs), endMs, termMs };
}

/** When that person took it back by a comment, on whatever head; never = infinity. A time that cannot be read is the time of the label. */
function withdrawnMs(comments: readonly CommentFact[], by: number, labelledMs: number, directory: Directory): number {
  const times = comments
    .filter((comment) => (comment.viaApp ?? null) === null && directory.person(comment.user)?.id === by)
    .filter((comment) => commandsIn(comment.body).includes("withdraw"))
    .map(({ at }) => Date.parse(at))
    .map((atMs) => (Number.isNaN(atMs) ? labelledMs : atMs));
  return Math.min(Number.POSITIVE_INFINITY, ...times.filter((atMs) => atMs >= labelledMs));
}

/** Reasons by one person on one head, earliest first. */
function reasons(
  comments: readonly CommentFact[],
  headSha: string,
  by: number,
  directory: Directory,
): readonly { reason: Reason; atMs: number }[] {
  return comments
    .filter((comment) => comment.headSha === headSha && (comment.viaApp ?? null) === null && directory.person(comment.user)?.id === by)
    .flatMap((comment) => {
      const reason = overrideCommand(comment.body);
      const atMs = Date.parse(comment.at);
      return reason === null || Number.isNaN(atMs) ? [] : [{ reason, atMs }];
    })
    .sort((left, right) => left.atMs - right.atMs);
}
