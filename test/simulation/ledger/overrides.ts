import type { Ledger, OverrideGrant, Overrides, PostHocReview } from "../../../src/gate/ports.ts";
import type { GrantRow, ReviewRow, Rows, SubjectRow } from "./rows.ts";

type Verbs = Overrides & Pick<Ledger, "reviewRequests">;

/** Label grants and the reviews that they owe. */
export function overrideVerbs(rows: Rows): Omit<Verbs, "reviewRequests"> {
  const open = () => rows.reviews.filter(({ closedAt }) => closedAt === null);
  const set = (review: PostHocReview, to: Partial<ReviewRow>): boolean => {
    const found = open().find(({ id }) => id === review.id);
    if (found === undefined) return false;
    rows.reviews = rows.reviews.map((each) => (each.id === review.id ? { ...each, ...to } : each));
    return true;
  };
  return {
    overrideGrants: async (_repositoryId, number) => grantsOf(rows, number).map(toGrant),
    async recordGrant(key, grant) {
      if (!rows.subjects.has(key)) throw new Error(`no subject ${key}`);
      const same = rows.grants.some((each) => each.pullRequest === grant.pullRequest && each.delivery === grant.delivery);
      if (same) return;
      const [labelledAt, observedAt] = [grant.labelledAt, grant.observedAt].map((at) => new Date(at).toISOString()) as [string, string];
      rows.grants.push({ ...grant, labelledAt, observedAt, id: rows.newId(), told: new Map() });
    },
    async overdueReviews(_repositoryId, asOf) {
      const due = open().filter(({ dueAt }) => Date.parse(dueAt) <= Date.parse(asOf));
      return due.map(({ evaluation, issueNumber, dueAt }) => ({ pullRequest: numberOf(evaluation.key), issue: issueNumber, due: dueAt }));
    },
    async labelsToRemove(key, limit) {
      const owed = rows.grants.flatMap((grant) => {
        const subject = subjectOf(rows, grant.pullRequest);
        const isOwed = !grant.entitled && subject.open && !grant.told.has("label_removed") && !grant.told.has("label_gone");
        return isOwed && (key === null || subject.key === key) ? [{ grant: toGrant(grant), pull: pullRefOf(subject) }] : [];
      });
      return owed.slice(0, limit);
    },
    async recordLabelRemoved({ id }, removed) {
      tell(rows.grants.find((each) => each.id === id)!, removed ? "label_removed" : "label_gone", null);
    },
    async openReviews(key, limit) {
      const wanted = open().filter(({ evaluation }) => key === null || evaluation.key === key);
      wanted.sort((a, b) => Number(a.issueNumber !== null) - Number(b.issueNumber !== null) || (a.dueAt < b.dueAt ? -1 : 1));
      return wanted.slice(0, limit).map((review) => toReview(rows, review));
    },
    async recordIssueOpened(review, issueNumber) {
      const found = open().find(({ id }) => id === review.id);
      if (found?.issueNumber === null) set(review, { issueNumber });
    },
    claimRefusedClosing: async () => true,
    async recordReviewClosed(review, by) {
      set(review, { closedAt: rows.now(), closedBy: by });
    },
    noteOverdueReviews: async () => 0,
  };
}

function numberOf(key: string): number {
  return Number(key.slice(key.indexOf("#") + 1));
}

function grantsOf(rows: Rows, number: number): readonly GrantRow[] {
  const own = rows.grants.filter(({ pullRequest }) => pullRequest === number);
  return own.sort((a, b) => Date.parse(a.labelledAt) - Date.parse(b.labelledAt) || (a.id < b.id ? -1 : 1));
}

function toGrant({ told, ...grant }: GrantRow): OverrideGrant {
  return { ...grant, used: told.has("used") };
}

function subjectOf(rows: Rows, number: number): SubjectRow {
  return [...rows.subjects.values()].find((row) => row.number === number)!;
}

function pullRefOf({ repository, number }: SubjectRow) {
  return { repository, number: number! };
}

function toReview(rows: Rows, { grantId, ...review }: ReviewRow): PostHocReview {
  const grant = rows.grants.find(({ id }) => id === grantId)!;
  return { ...review, grant: toGrant(grant), pull: pullRefOf(subjectOf(rows, grant.pullRequest)) };
}

/** Once for each override and kind. */
export function tell(grant: GrantRow, kind: string, expiresAt: string | null): void {
  if (!grant.told.has(kind)) grant.told.set(kind, { expiresAt });
}

/** Ends every used override of the pull request that has not ended, but `live`. */
export function endOverrides(
  rows: Rows,
  held: SubjectRow,
  live: readonly string[],
  how: (expiresAt: number) => "expired" | "revoked",
): void {
  for (const grant of rows.grants) {
    const used = grant.told.get("used");
    const isOver = ["expired", "revoked", "merged"].some((kind) => grant.told.has(kind));
    if (grant.pullRequest !== held.number || used === undefined || isOver || live.includes(grant.id)) continue;
    tell(grant, how(Date.parse(used.expiresAt ?? "1970-01-01T00:00:00Z")), null);
  }
}
