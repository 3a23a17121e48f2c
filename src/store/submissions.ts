import type { Submissions } from "../gate/ports/submissions.ts";
import type { Database } from "./connect.ts";
import { readClock } from "./verbs/append-audit.ts";
import { asOutcome } from "./verbs/approval-refused.ts";
import { expireSubmission, overdueSubmissions } from "./verbs/expire-submission.ts";
import { answerBefore } from "./verbs/idempotency.ts";
import { overrideSubmission, reviewOverride } from "./verbs/override-submission.ts";
import { newestPushed, pushPolicy, repositoryPolicy } from "./verbs/push-policy.ts";
import { submission, submissions } from "./verbs/read-submissions.ts";
import { submit } from "./verbs/submit.ts";

/** Submissions that end in one round; the rest in the next. */
const EXPIRED_AT_ONCE = 200;

/** The part of the database that changes from outside GitHub go through. */
export function createSubmissions(db: Database): Submissions {
  const { outer } = db;
  return {
    now: () => readClock(outer),
    submit: (input) => asOutcome(db.transaction((tx) => submit(tx, input))),
    submittedBefore: (ask) => asOutcome(answerBefore<{ readonly draftId: string }>(outer, ask)),
    submission: (tenantId, id) => db.transaction((tx) => submission(tx, tenantId, id)),
    submissions: (tenantId, query) => submissions(outer, tenantId, query),
    pushedPolicy: (tenantId) => newestPushed(outer, tenantId),
    pushPolicy: (push) => asOutcome(db.transaction((tx) => pushPolicy(tx, push))),
    repositoryPolicy: (tenantId, repositoryId) => repositoryPolicy(outer, tenantId, repositoryId),
    overrideSubmission: (ask) => asOutcome(db.transaction((tx) => overrideSubmission(tx, ask))),
    reviewOverride: (ask) => asOutcome(db.transaction((tx) => reviewOverride(tx, ask))),
    async expireSubmissions(olderThanMs) {
      let ended = 0;
      for (const overdue of await overdueSubmissions(outer, olderThanMs, EXPIRED_AT_ONCE))
        if (await db.transaction((tx) => expireSubmission(tx, overdue, olderThanMs))) ended += 1;
      return ended;
    },
  };
}
