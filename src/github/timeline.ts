import { z } from "zod";
import type { PullTruth } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import type { Directory } from "./directory.ts";
import { listAll } from "./pages.ts";
import * as schemas from "./schemas.ts";

/** A label as the timeline saw it put on. Presence is never read: a label can be renamed into place without an event. */
export interface LabelEvent {
  readonly name: string;
  readonly actorId: number | null;
  readonly actor: string | null;
  readonly at: string;
  readonly viaApp: number | null;
  readonly removedAt: string | null;
}

export interface CommentEvent {
  readonly id: number;
  readonly user: string | null;
  readonly body: string;
  readonly at: string;
  readonly edited: boolean;
  readonly viaApp: number | null;
}

export interface Dismissal {
  readonly by: string | null;
  /** What the review said before; null = the entry does not say. */
  readonly of: "APPROVED" | "CHANGES_REQUESTED" | null;
}

export interface Timeline {
  readonly labels: readonly LabelEvent[];
  readonly comments: readonly CommentEvent[];
  readonly retargets: readonly { readonly at: string }[];
  readonly reopened: readonly { readonly at: string }[];
  /** By review id. */
  readonly dismissals: ReadonlyMap<number, Dismissal>;
  /** It holds a review, or the dismissal of one. */
  readonly isReviewed: boolean;
}

const entry = z.looseObject({ event: z.string().optional() });
const happened = z.object({ actor: schemas.nobodyOr, created_at: schemas.instant, performed_via_github_app: schemas.viaApp });
const labelled = happened.extend({ label: z.object({ name: z.string() }) });
const dismissed = happened.extend({ dismissed_review: z.object({ review_id: z.number().int(), state: z.string().optional() }) });

/** Labels, comments, retargets, reopenings and dismissals, with who and when, as GitHub recorded them. */
export async function readTimeline(app: GitHubApp, pull: PullTruth, directory: Directory): Promise<Timeline> {
  const what = `timeline of #${pull.number}`;
  const parameters = { owner: pull.repository.owner, repo: pull.repository.name, number: pull.number };
  const call = {
    installationId: pull.repository.installationId,
    what,
    route: "GET /repos/{owner}/{repo}/issues/{number}/timeline",
    parameters,
  };
  return foldTimeline(await listAll(app, call, entry), what, directory);
}

export function foldTimeline(events: readonly z.infer<typeof entry>[], what: string, directory: Directory): Timeline {
  const labels: LabelEvent[] = [];
  const comments: CommentEvent[] = [];
  const retargets: { at: string }[] = [];
  const reopened: { at: string }[] = [];
  const dismissals = new Map<number, Dismissal>();

  for (const event of events) {
    switch (event.event) {
      case "labeled": {
        const { actor, label, created_at, performed_via_github_app: via } = read(labelled, event, what);
        labels.push({
          name: label.name,
          actorId: actor?.id ?? null,
          actor: directory.note(actor),
          at: created_at,
          viaApp: via?.id ?? null,
          removedAt: null,
        });
        break;
      }
      case "unlabeled": {
        const { label, created_at } = read(labelled, event, what);
        for (const [index, put] of labels.entries())
          if (put.name === label.name && put.removedAt === null) labels[index] = { ...put, removedAt: created_at };
        break;
      }
      case "commented":
        comments.push(commentEvent(read(schemas.comment, event, what), directory));
        break;
      case "base_ref_changed":
      case "automatic_base_change_succeeded":
        retargets.push({ at: read(happened, event, what).created_at });
        break;
      case "reopened":
        reopened.push({ at: read(happened, event, what).created_at });
        break;
      case "review_dismissed": {
        const { actor, dismissed_review: review } = read(dismissed, event, what);
        const of = review.state?.toUpperCase();
        dismissals.set(review.review_id, { by: directory.note(actor), of: of === "APPROVED" || of === "CHANGES_REQUESTED" ? of : null });
        break;
      }
    }
  }
  const isReviewed = events.some(({ event }) => event === "reviewed" || event === "review_dismissed");
  return { labels, comments, retargets, reopened, dismissals, isReviewed };
}

export function commentEvent(comment: z.infer<typeof schemas.comment>, directory: Directory): CommentEvent {
  return {
    id: comment.id,
    user: directory.note(comment.user),
    body: comment.body ?? "",
    at: comment.created_at,
    edited: comment.updated_at !== comment.created_at,
    viaApp: comment.performed_via_github_app?.id ?? null,
  };
}

function read<T>(schema: z.ZodType<T>, event: { readonly event?: string | undefined }, what: string): T {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new TruthError(
    what,
    "network",
    `${what}: a \`${event.event}\` entry cannot be understood (${parsed.error.issues[0]?.path.join(".")})`,
  );
}
