import type { Submissions } from "../gate/ports/submissions.ts";
import type { Database, Tx } from "./connect.ts";
import { ACROSS, ofTenant } from "./scope.ts";
import { readClock } from "./verbs/append-audit.ts";
import { asOutcome } from "./verbs/approval-refused.ts";
import { expireSubmission, overdueSubmissions } from "./verbs/expire-submission.ts";
import { answerBefore, forgetAnswers } from "./verbs/idempotency.ts";
import { overrideSubmission, reviewOverride } from "./verbs/override-submission.ts";
import { newestPushed, pushPolicy, repositoryPolicy } from "./verbs/push-policy.ts";
import { submission, submissions } from "./verbs/read-submissions.ts";
import { submit } from "./verbs/submit.ts";

/** Submissions that end in one round; the rest in the next. */
const EXPIRED_AT_ONCE = 200;

/** The part of the database that changes from outside GitHub go through. */
export function createSubmissions(db: Database): Submissions {
  const mine = <T>(tenantId: string, act: (tx: Tx) => Promise<T>) => db.transaction(ofTenant(tenantId), act);
  return {
    now: () => db.read(ACROSS, readClock),
    submit: (input) => asOutcome(mine(input.snapshot.tenantId, (tx) => submit(tx, input))),
    submittedBefore: (ask) => asOutcome(db.read(ofTenant(ask.tenantId), (tx) => answerBefore<{ readonly draftId: string }>(tx, ask))),
    submission: (tenantId, id) => mine(tenantId, (tx) => submission(tx, tenantId, id)),
    submissions: (tenantId, query) => db.read(ofTenant(tenantId), (tx) => submissions(tx, tenantId, query)),
    pushedPolicy: (tenantId) => db.read(ofTenant(tenantId), (tx) => newestPushed(tx, tenantId)),
    pushPolicy: (push) => asOutcome(mine(push.tenantId, (tx) => pushPolicy(tx, push))),
    repositoryPolicy: (tenantId, repositoryId) => db.read(ofTenant(tenantId), (tx) => repositoryPolicy(tx, tenantId, repositoryId)),
    overrideSubmission: (ask) => asOutcome(mine(ask.tenantId, (tx) => overrideSubmission(tx, ask))),
    reviewOverride: (ask) => asOutcome(mine(ask.tenantId, (tx) => reviewOverride(tx, ask))),
    forgetAnswers: (olderThanMs) => db.transaction(ACROSS, (tx) => forgetAnswers(tx, olderThanMs)),
    async expireSubmissions(olderThanMs) {
      let ended = 0;
      for (const overdue of await db.read(ACROSS, (tx) => overdueSubmissions(tx, olderThanMs, EXPIRED_AT_ONCE)))
        if (await mine(overdue.tenantId, (tx) => expireSubmission(tx, overdue, olderThanMs))) ended += 1;
      return ended;
    },
  };
}
