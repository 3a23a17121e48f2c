import type { DueNotification, NotificationRecords, NotifyTargets } from "../gate/ports/notifications.ts";
import type { Database } from "./connect.ts";
import { ACROSS, ofTenant } from "./scope.ts";
import { noteLateApprovals } from "./verbs/late-approvals.ts";
import { claimDue, endNotification, readDue } from "./verbs/notifications.ts";

/** What is to be said outside. */
export function createNotifications(db: Database, targets: NotifyTargets | null): NotificationRecords {
  return {
    async claimNotifications(limit, perTenant) {
      const rows = await db.transaction(ACROSS, (tx) => claimDue(tx, limit, perTenant));
      const due: DueNotification[] = [];
      // One after the other: facts can be large, and evaluations want connections too.
      for (const row of rows) due.push(await db.read(ofTenant(row.tenantId), (tx) => readDue(tx, row)));
      return due;
    },
    endNotification: (due, outcome, lastAttempt) =>
      db.transaction(ofTenant(due.tenantId), (tx) => endNotification(tx, due, outcome, lastAttempt)),
    noteLateApprovals: () => db.transaction(ACROSS, (tx) => noteLateApprovals(tx, targets)),
  };
}
