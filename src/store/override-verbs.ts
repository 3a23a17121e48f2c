import type { Overrides } from "../gate/ports/overrides.ts";
import type { Database } from "./connect.ts";
import { grantById, tellLabelGone, tellOverride } from "./verbs/override-events.ts";
import { overrideGrants, recordGrant } from "./verbs/override-grants.ts";
import * as reviews from "./verbs/post-hoc-reviews.ts";

/** The part of the ledger that remembers overrides. */
export function overrideVerbs(db: Database): Overrides {
  const { outer } = db;
  return {
    overrideGrants: (repositoryId, number) => overrideGrants(outer, repositoryId, number),
    recordGrant: (key, grant) => db.transaction((tx) => recordGrant(tx, key, grant)),
    overdueReviews: (repositoryId, asOf) => reviews.overdueReviews(outer, repositoryId, asOf),
    labelsToRemove: (key, limit) => reviews.labelsToRemove(outer, key, limit),
    recordLabelRemoved: (grant, removed) =>
      db.transaction(async (tx) => {
        const row = await grantById(tx, grant.id);
        if (removed) await tellOverride(tx, row, { kind: "label_removed", because: grant.because });
        else await tellLabelGone(tx, row);
      }),
    openReviews: (key, limit) => reviews.openReviews(outer, key, limit),
    recordIssueOpened: async (review, issueNumber) => {
      await db.transaction((tx) => reviews.recordIssueOpened(tx, review.id, issueNumber));
    },
    claimRefusedClosing: (review, closing, because) => db.transaction((tx) => reviews.claimRefusedClosing(tx, review.id, closing, because)),
    recordReviewClosed: async (review, by) => {
      await db.transaction((tx) => reviews.recordReviewClosed(tx, review.id, by));
    },
    noteOverdueReviews: (asOf) => db.transaction((tx) => reviews.noteOverdueReviews(tx, asOf)),
  };
}
