import type { OverrideUse } from "../decision.ts";
import type { CommentFact, LabelFact, PeopleFacts, Subject } from "../facts.ts";
import { commandsIn } from "./comment-command.ts";
import type { Contributors } from "./contributors.ts";
import type { Directory } from "./directory.ts";
import { unfitness } from "./eligibility.ts";
import type { Config } from "./model.ts";
import { overrideCommand, type Reason } from "./override-command.ts";

const HOUR_MS = 3_600_000;
/** GitHub's clock and ours differ: an event may seem to come from this far ahead. */
const CLOCK_MARGIN_MS = 60_000;

export interface OverrideInput {
  readonly subject: Subject;
  readonly people: PeopleFacts;
  readonly directory: Directory;
  readonly contributors: Contributors;
  readonly config: Pick<Config, "override">;
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

function used(use: Use, config: OverrideInput["config"]): OverrideUse {
  return {
    by: use.by.login,
    byId: use.by.id,
    reason: use.reason.reason,
    incident: use.reason.incident,
    at: new Date(use.startMs).toISOString(),
    expiresAt: new Date(use.endMs).toISOString(),
    postHocReviewDue: new Date(use.startMs + config.override.postHocReviewHours * HOUR_MS).toISOString(),
  };
}

/** The use that a label makes possible, or why it makes none. */
function judge(label: LabelFact, input: OverrideInput): Use | string {
  const { subject, directory, config, people } = input;
  const who = label.actor ?? "somebody unknown";
  const entitled = authority(label, input);
  if (typeof entitled === "string") return `${who} may not override: ${entitled}`;
  if (label.headSha !== subject.headSha || label.baseRef !== (subject.stack?.baseRef ?? subject.baseRef))
    return `the override label of ${who} was set for another head or base (or that is not known): set it again`;
  const labelledMs = Date.parse(label.at);
  if (Number.isNaN(labelledMs) || labelledMs > Date.parse(input.asOf) + CLOCK_MARGIN_MS)
    return `the override label of ${who} carries no usable time`;
  const moved = [...people.pushes, ...people.history.retargets, ...people.history.reopened].some(
    ({ at }) => !(Date.parse(at) < labelledMs),
  );
  if (moved) return `the override label of ${who} was set before the last push, retarget or reopening: set it again`;
  const removedMs = label.removedAt === null ? Number.POSITIVE_INFINITY : Date.parse(label.removedAt);
  const termMs = Math.min(labelledMs + config.override.ttlHours * HOUR_MS, Number.isNaN(removedMs) ? labelledMs : removedMs);
  const endMs = Math.min(termMs, withdrawnMs(people.comments, entitled.id, labelledMs, directory));
  const given = reasons(people.comments, subject.headSha, entitled.id, directory).filter(({ atMs }) => Math.max(atMs, labelledMs) < endMs);
  const reason = given[0];
  if (reason === undefined)
    return `${who} set the override label: the same person must give the reason as a new comment, \`/countersign override reason="…"\``;
  return { label, by: entitled, reason: reason.reason, startMs: Math.max(reason.atMs, labelledMs), endMs, termMs };
}

function authority(label: LabelFact, { directory, contributors, config }: OverrideInput): { id: number; login: string } | string {
  if (label.viaApp !== null) return "the label was set through an app";
  const person = directory.person(label.actor);
  if (person === null) return "the account is not known";
  const unfit = unfitness(person, contributors);
  if (unfit !== null) return unfit.because;
  const { teams, repositoryAdmins } = config.override;
  const member = teams.some((team) => directory.membership(person.id, { kind: "team", team }).status === "member");
  if (directory.isOwner(person.id) || member || (repositoryAdmins && directory.isAdmin(person.id)))
    return { id: person.id, login: person.login };
  return teams.length === 0 ? "not an owner" : `not an owner and not in ${teams.join(" or ")}`;
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
