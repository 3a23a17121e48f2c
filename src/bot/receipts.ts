import { z } from "zod";
import type { Receipt } from "../gate/ports.ts";
import { actor, commenter, pullPayload, repositoryOf, sha, text, viaApp } from "./payload.ts";

export type NewReceipt = Omit<Receipt, "at" | "lately">;

const id = z.number().int().positive();
const submitted = pullPayload.extend({
  action: z.literal("submitted"),
  review: z.object({ id, state: z.string(), commit_id: sha.nullish(), user: actor, performed_via_github_app: viaApp }),
});
const labelled = pullPayload.extend({ action: z.enum(["labeled", "unlabeled"]), label: z.object({ name: text }), sender: actor });
const commented = z.object({
  action: z.literal("created"),
  issue: z.object({ number: id, pull_request: z.object({}) }),
  comment: z.object({ id, body: text, user: commenter, performed_via_github_app: viaApp }),
});

/**
 * What a signed delivery proves about a vote, a label or a comment: who, and on which head. Only first acts count:
 * an edited or dismissed review would carry the head of that later moment.
 */
export function receiptsOf(event: string, payload: unknown, guid: string): readonly NewReceipt[] {
  const repository = repositoryOf(payload);
  if (repository === null) return [];
  const repositoryId = repository.ref.id;
  if (event === "pull_request_review") {
    const { data } = submitted.safeParse(payload);
    if (data === undefined) return [];
    const { review, pull_request: pull } = data;
    const commitId = review.commit_id ?? null;
    const by = { ...person(review.user), viaApp: review.performed_via_github_app?.id ?? null };
    return [
      { kind: "review", repositoryId, ...headOf(pull), subject: String(review.id), ...by, commitId, detail: review.state.toUpperCase() },
    ];
  }
  if (event === "pull_request") {
    const { data } = labelled.safeParse(payload);
    if (data === undefined) return [];
    const { action, label, pull_request: pull, sender } = data;
    const subject = `${label.name} ${guid}`;
    return [{ kind: action, repositoryId, ...headOf(pull), subject, ...person(sender), viaApp: null, commitId: null, detail: label.name }];
  }
  if (event === "issue_comment") {
    const { data } = commented.safeParse(payload);
    if (data === undefined) return [];
    const { comment, issue } = data;
    // A bot commands nothing, and our own answers hold commands.
    if ((comment.user?.type ?? "User") !== "User") return [];
    const by = { ...person(comment.user), viaApp: comment.performed_via_github_app?.id ?? null };
    const where = { number: issue.number, headSha: null, baseRef: null };
    return [{ kind: "comment", repositoryId, ...where, subject: String(comment.id), ...by, commitId: null, detail: comment.body }];
  }
  return [];
}

function person(user: z.infer<typeof actor>) {
  return { actorId: user?.id ?? null, actorLogin: user?.login ?? null };
}

function headOf(pull: z.infer<typeof pullPayload>["pull_request"]) {
  return { number: pull.number, headSha: pull.head.sha, baseRef: pull.base.ref };
}
