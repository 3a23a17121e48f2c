import type { PeopleFacts } from "../engine/facts.ts";
import { type PullTruth, type Receipt, TruthError } from "./ports.ts";

/**
 * Discards reviews from a copy of GitHub's that is behind: a list without a vote that a signed delivery told within the last minutes. What is
 * not listed after that was taken away, and holds up nothing.
 * @throws TruthError
 */
export function refuseUnlisted({ number }: PullTruth, { reviews }: PeopleFacts, receipts: readonly Receipt[]): void {
  const listed = new Set(reviews.map(({ id }) => String(id)));
  const unlisted = receipts.find((receipt) => receipt.lately === true && isVote(receipt) && !listed.has(receipt.subject));
  if (unlisted === undefined) return;
  const what = `reviews of #${number}`;
  throw new TruthError(
    what,
    "network",
    `${what}: GitHub has told of a vote (review ${unlisted.subject}) that it does not list: it is asked again`,
  );
}

function isVote({ kind, detail }: Receipt): boolean {
  return kind === "review" && (detail === "APPROVED" || detail === "CHANGES_REQUESTED");
}
