import { z } from "zod";
import type { Closing, Issues } from "../gate/ports/issues.ts";
import type { PostHocReview } from "../gate/ports/overrides.ts";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { renderClosingRefusal, renderReviewIssue, reviewMark } from "../report/post-hoc-issue.ts";
import type { Call } from "./call.ts";
import type { GitHubApp } from "./client.ts";
import { listAll } from "./pages.ts";
import * as schemas from "./schemas.ts";

/** GitHub's clock and our database's may differ; the issue of a review is never older than the review by more. */
const CLOCK_MARGIN_MS = 3_600_000;

const issue = z.object({
  number: z.number().int().positive(),
  state: z.enum(["open", "closed"]),
  body: z.string().nullish(),
  pull_request: z.unknown().optional(),
  performed_via_github_app: schemas.viaApp,
});
const event = z.object({
  id: z.number().int().positive(),
  event: z.string(),
  actor: schemas.nobodyOr.optional(),
  commit_id: z.string().nullish(),
  created_at: schemas.instant,
  performed_via_github_app: schemas.viaApp,
  label: z.object({ name: z.string() }).nullish(),
});
type IssueEvent = z.infer<typeof event>;

export function createIssues(app: GitHubApp): Issues {
  function call(repository: RepositoryRef, what: string, route: string, parameters: Record<string, unknown>): Call {
    const { owner, name, installationId } = repository;
    return { installationId, what, route, parameters: { owner, repo: name, ...parameters } };
  }
  const eventsOf = (repository: RepositoryRef, number: number) =>
    listAll(app, call(repository, `events of #${number}`, "GET /repos/{owner}/{repo}/issues/{number}/events", { number }), event);

  return {
    async standingLabel(pull, label) {
      const wanted = label.toLowerCase();
      const last = (await eventsOf(pull.repository, pull.number))
        .filter((each) => /^(un)?labeled$/.test(each.event) && each.label?.name.toLowerCase() === wanted)
        .sort(inOrder)
        .at(-1);
      if (last === undefined || last.event !== "labeled") return null;
      return { actorId: last.actor?.id ?? null, at: last.created_at };
    },
    async findReviewIssue(review) {
      const since = new Date(Date.parse(review.createdAt) - CLOCK_MARGIN_MS).toISOString();
      const parameters = { state: "all", since, sort: "created", direction: "asc" };
      const what = "issues of post-hoc reviews";
      const listed = await listAll(app, call(review.pull.repository, what, "GET /repos/{owner}/{repo}/issues", parameters), issue);
      const mark = reviewMark(review.id);
      // Anybody can write the mark; only our app can open an issue as our app.
      const own = listed.filter((each) => each.performed_via_github_app?.id === app.appId && each.pull_request === undefined);
      return own.find((each) => (each.body ?? "").includes(mark))?.number ?? null;
    },
    async openReviewIssue(review) {
      const { title, body } = renderReviewIssue(subjectOf(review));
      const made = await app.request(
        call(review.pull.repository, "post-hoc review issue", "POST /repos/{owner}/{repo}/issues", { title, body }),
        issue,
      );
      return made.data.number;
    },
    async read(repository, number) {
      const what = `issue #${number}`;
      const { data } = await app.request(call(repository, what, "GET /repos/{owner}/{repo}/issues/{number}", { number }), issue);
      if (data.number !== number) throw new TruthError(what, "network", `${what}: GitHub answers with another issue`);
      if (data.state === "open") return { state: "open", closing: null };
      const last = (await eventsOf(repository, number))
        .filter((each) => each.event === "closed")
        .sort(inOrder)
        .at(-1);
      return { state: "closed", closing: last === undefined ? null : closingOf(last) };
    },
    async reopen(repository, number) {
      await app.request(
        call(repository, `issue #${number}`, "PATCH /repos/{owner}/{repo}/issues/{number}", { number, state: "open" }),
        issue,
      );
    },
    async explainRefusal(review, who, because) {
      const number = review.issueNumber;
      if (number === null) return;
      const body = renderClosingRefusal(who, because);
      await app.request(
        call(review.pull.repository, `comment on #${number}`, "POST /repos/{owner}/{repo}/issues/{number}/comments", { number, body }),
        z.unknown(),
      );
    },
  };
}

function inOrder(a: IssueEvent, b: IssueEvent): number {
  return a.created_at === b.created_at ? a.id - b.id : a.created_at < b.created_at ? -1 : 1;
}

function closingOf(last: IssueEvent): Closing {
  const actor = last.actor ?? null;
  return {
    id: last.id,
    actor: actor === null ? null : { id: actor.id, login: actor.login, type: actor.type },
    viaApp: last.performed_via_github_app?.id ?? null,
    commit: last.commit_id ?? null,
    at: last.created_at,
  };
}

function subjectOf(review: PostHocReview) {
  const { decision } = review.evaluation;
  return { id: review.id, pullRequest: review.grant.pullRequest, dueAt: review.dueAt, decision };
}
