import type { PeopleFacts } from "../engine/facts.ts";
import type { EvaluatedContent } from "./ports/work.ts";

/** Equals no digest. */
const SEVERAL = "several";

/**
 * Binds every vote to the content that was evaluated for its commit when its delivery came: the base can move under a head, and the
 * same commit is then another change. A vote that came before the first evaluation is about what that one saw.
 */
export function bindVotes(people: PeopleFacts, history: readonly EvaluatedContent[]): PeopleFacts {
  const of = (commit: string) => history.filter((each) => each.headSha === commit);
  const at = (commit: string, instant: string) => {
    const seen = of(commit);
    return (seen.filter((each) => Date.parse(each.at) <= Date.parse(instant)).at(-1) ?? seen[0])?.digest;
  };
  return {
    ...people,
    reviews: people.reviews.map((review) => {
      const { receipt } = review;
      const contentDigest = receipt === null || receipt.commitId === null ? undefined : at(receipt.commitId, receipt.at);
      return receipt === null || contentDigest === undefined ? review : { ...review, receipt: { ...receipt, contentDigest } };
    }),
    contentDigests: Object.fromEntries(
      [...new Set(history.map((each) => each.headSha))].map((commit) => {
        const digests = new Set(of(commit).map((each) => each.digest));
        return [commit, digests.size === 1 ? [...digests][0]! : SEVERAL];
      }),
    ),
  };
}
