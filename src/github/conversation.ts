import { z } from "zod";
import type { Conversation, Page } from "../gate/ports/conversation.ts";
import type { PullRef, RepositoryRef } from "../gate/ports/refs.ts";
import { markerLine, renderComment } from "../report/comment.ts";
import type { GitHubApp } from "./client.ts";
import { isRefused, RequestFailure } from "./failure.ts";
import { listAll } from "./pages.ts";
import * as schemas from "./schemas.ts";

const created = z.object({ id: z.number().int().positive() });
const role = schemas.permission.extend({ user: schemas.user.nullish() });

/** Requests for review, comments and reactions, as one GitHub App makes them. */
export function createConversation(app: GitHubApp, options: { readonly publicUrl: string }): Conversation {
  const render = (pages: readonly Page[], marker: string) => renderComment(pages, { marker, publicUrl: options.publicUrl });
  return {
    async requestReview(pull, target) {
      const [kind, name] = [target.slice(0, 4), target.slice(5)];
      const whom = kind === "team" ? { team_reviewers: [name] } : { reviewers: [name] };
      await app.request(
        pullCall(pull, `review request to ${name}`, "POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers", whom),
        z.unknown(),
      );
    },
    async roleOf(repository, { id, login }) {
      const route = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
      try {
        const { data } = await app.request(repositoryCall(repository, `role of ${login}`, route, { username: login }), role);
        return data.user?.id === id ? (data.role_name ?? data.permission) : null;
      } catch (error) {
        if (isRefused(error)) return null;
        throw error;
      }
    },
    async react(repository, commentId, content) {
      const route = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
      await app.request(repositoryCall(repository, `reaction to comment ${commentId}`, route, { comment_id: commentId, content }), created);
    },
    async comment(pull, pages, marker) {
      const body = render(pages, marker);
      const call = pullCall(pull, `comment on #${pull.number}`, "POST /repos/{owner}/{repo}/issues/{number}/comments", { body });
      return (await app.request(call, created)).data.id;
    },
    async editComment(repository, id, pages, marker) {
      const body = render(pages, marker);
      const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      try {
        await app.request(repositoryCall(repository, `comment ${id}`, route, { comment_id: id, body }), created);
        return true;
      } catch (error) {
        if (error instanceof RequestFailure && (error.status === 404 || error.status === 410)) return false;
        throw error;
      }
    },
    async findComment(pull, marker) {
      const call = pullCall(pull, `comments of #${pull.number}`, "GET /repos/{owner}/{repo}/issues/{number}/comments");
      const comments = await listAll(app, call, schemas.comment);
      const own = comments.find(({ body, performed_via_github_app: via }) => via?.id === app.appId && body?.startsWith(markerLine(marker)));
      return own?.id ?? null;
    },
  };
}

function repositoryCall({ owner, name, installationId }: RepositoryRef, what: string, route: string, parameters: Record<string, unknown>) {
  return { installationId, what, route, parameters: { owner, repo: name, ...parameters } };
}

function pullCall(pull: PullRef, what: string, route: string, parameters: Record<string, unknown> = {}) {
  return repositoryCall(pull.repository, what, route, { number: pull.number, ...parameters });
}
