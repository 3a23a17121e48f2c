import type { NotifyTargets } from "../gate/ports/notifications.ts";
import type { Overrides } from "../gate/ports/overrides.ts";
import type { Database } from "./connect.ts";
import { ACROSS, ofRepository, ofRow, ofSubject } from "./scope.ts";
import { grantById, tellLabelGone, tellOverride } from "./verbs/override-events.ts";
import { overrideGrants, recordGrant } from "./verbs/override-grants.ts";
import * as reviews from "./verbs/post-hoc-reviews.ts";

/** The part of the ledger that remembers overrides. */
export function overrideVerbs(db: Database, targets: NotifyTargets | null): Overrides {
  const maybe = (key: string | null) => (key === null ? ACROSS : ofSubject(key));
  return {
    overrideGrants: (repositoryId, number) => db.read(ofRepository(repositoryId), (tx) => overrideGrants(tx, repositoryId, number)),
    recordGrant: (key, grant) => db.transaction(ofSubject(key), (tx) => recordGrant(tx, key, grant)),
    overdueReviews: (repositoryId, asOf) => db.read(ofRepository(repositoryId), (tx) => reviews.overdueReviews(tx, repositoryId, asOf)),
    labelsToRemove: (key, limit) => db.read(maybe(key), (tx) => reviews.labelsToRemove(tx, key, limit)),
    recordLabelRemoved: (grant, removed) =>
      db.transaction(ofRow("grant", grant.id), async (tx) => {
        const row = await grantById(tx, grant.id);
        if (removed) await tellOverride(tx, row, { kind: "label_removed", because: grant.because });
        else await tellLabelGone(tx, row);
      }),
    openReviews: (key, limit) => db.read(maybe(key), (tx) => reviews.openReviews(tx, key, limit)),
    recordIssueOpened: async (review, issueNumber) => {
      await db.transaction(ofRow("review", review.id), (tx) => reviews.recordIssueOpened(tx, review.id, issueNumber));
    },
    claimRefusedClosing: (review, closing, because) =>
      db.transaction(ofRow("review", review.id), (tx) => reviews.claimRefusedClosing(tx, review.id, closing, because)),
    recordReviewClosed: async (review, by) => {
      await db.transaction(ofRow("review", review.id), (tx) => reviews.recordReviewClosed(tx, review.id, by));
    },
    noteOverdueReviews: (asOf) => db.transaction(ACROSS, (tx) => reviews.noteOverdueReviews(tx, asOf, targets)),
  };
}
