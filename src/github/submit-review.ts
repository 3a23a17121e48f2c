import { z } from "zod";
import type { PullReview } from "../gate/ports/caller.ts";
import { createReviewer, REVIEW_ROUTE, type ServerOptions } from "./client.ts";
import * as schemas from "./schemas.ts";

/** There is no installation behind a token of one's own. */
const NO_INSTALLATION = 0;
const submitted = z.object({ html_url: z.string() });

/** A review of whoever holds the token, for the commit that stands there now. */
export async function submitReview(
  options: ServerOptions & { readonly token: string },
  review: PullReview,
): Promise<{ url: string; commit: string }> {
  const app = createReviewer(options);
  const { owner, name: repo, number, event, body } = review;
  const parameters = { owner, repo, pull_number: number };
  const what = `${owner}/${repo}#${number}`;
  const call = { installationId: NO_INSTALLATION, what, route: "GET /repos/{owner}/{repo}/pulls/{pull_number}", parameters };
  const pull = await app.request(call, z.object({ head: z.object({ sha: schemas.sha }) }));
  const commit = pull.data.head.sha;
  const given = { ...parameters, event, commit_id: commit, ...(body === null ? {} : { body }) };
  const made = await app.request(
    { installationId: NO_INSTALLATION, what: `review of ${what}`, route: REVIEW_ROUTE, parameters: given },
    submitted,
  );
  return { url: made.data.html_url, commit };
}
