import { z } from "zod";
import type { PullRef, PullRequests, SecondLook } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import type { Ask } from "./graphql.ts";
import * as schemas from "./schemas.ts";

const QUERY = `query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      number state headRefOid baseRefName updatedAt
      reviews(first: 100) { totalCount nodes { fullDatabaseId state submittedAt commit { oid } } }
    }
  }
}`;

const review = z.object({
  fullDatabaseId: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  state: schemas.review.shape.state,
  submittedAt: schemas.instant.nullable(),
  commit: z.object({ oid: schemas.sha }).nullable(),
});
const answer = z.object({
  repository: z.object({
    databaseId: z.number().int(),
    pullRequest: z.object({
      number: z.number().int(),
      state: z.enum(["OPEN", "CLOSED", "MERGED"]),
      headRefOid: schemas.sha,
      baseRefName: z.string().min(1),
      updatedAt: schemas.instant,
      reviews: z.object({ totalCount: z.number().int(), nodes: z.array(review) }),
    }),
  }),
});

type Look = PullRequests["lookAgain"];

/**
 * Pull request and reviews in one question, which is one moment of them, where GitHub answers one. Only what stands there is believed:
 * whatever does not, or was not told whole, is asked again by `eachByItself`, whose word it is. GraphQL knows no commit that is gone.
 */
export function createSecondLook(app: GitHubApp, eachByItself: (pull: PullRef, withReviews: boolean) => Promise<SecondLook>): Look {
  return async (pull, withReviews, stands) => {
    if (stands === undefined || !withReviews || app.ask === null) return eachByItself(pull, withReviews);
    const look = await inOneQuestion(app.ask, pull).catch((error: unknown) => {
      if (!(error instanceof TruthError)) throw error;
      return null;
    });
    return look !== null && stands(look) ? look : eachByItself(pull, withReviews);
  };
}

/** null = there is more than the question told, or it told of something else. */
async function inOneQuestion(ask: Ask, { repository, number }: PullRef): Promise<SecondLook | null> {
  const { owner, name, installationId } = repository;
  const what = `pull request #${number} and its reviews`;
  const { repository: home } = await ask({ installationId, what, query: QUERY, variables: { owner, name, number } }, answer);
  if (home.databaseId !== repository.id) throw new TruthError(what, "auth", `${what}: another repository answers as ${owner}/${name}`);
  const { state, headRefOid, baseRefName, updatedAt, reviews } = home.pullRequest;
  if (home.pullRequest.number !== number) return null;
  if (reviews.nodes.length !== reviews.totalCount) return null;
  // A draft review is nobody's business yet; any other without an instant cannot be told apart from one.
  const submitted = reviews.nodes.filter((one) => one.state !== "PENDING");
  if (submitted.some((one) => one.submittedAt === null)) return null;
  return {
    headSha: headRefOid,
    baseRef: baseRefName,
    state: state === "OPEN" ? "open" : "closed",
    updatedAt,
    reviews: submitted.map((one) => ({ id: one.fullDatabaseId, state: one.state, commitId: one.commit?.oid ?? null })),
  };
}
