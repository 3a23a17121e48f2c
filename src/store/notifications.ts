import type { DueNotification, NotificationRecords, NotifyTargets } from "../gate/ports/notifications.ts";
import type { Database } from "./connect.ts";
import { ACROSS, ofTenant } from "./scope.ts";
import { noteLateApprovals } from "./verbs/late-approvals.ts";
import { claimDue, endNotification, forgetOld, readDue, targetOf } from "./verbs/notifications.ts";

/** What is to be said outside. */
export function createNotifications(db: Database, targets: NotifyTargets | null): NotificationRecords {
  return {
    async claimNotifications(limit, perTenant) {
      const rows = await db.transaction(ACROSS, (tx) => claimDue(tx, limit, perTenant));
      const due: DueNotification[] = [];
      // One after the other: facts can be large, and evaluations want connections too. One that cannot be read takes no other along.
      for (const row of rows) {
        const told = await db.read(ofTenant(row.tenantId), (tx) => readDue(tx, row)).catch(() => null);
        due.push({ id: row.id, tenantId: row.tenantId, target: targetOf(row), attempts: row.attempts, told });
      }
      return due;
    },
    endNotification: (due, outcome, lastAttempt) =>
      db.transaction(ofTenant(due.tenantId), (tx) => endNotification(tx, due, outcome, lastAttempt)),
    forgetNotifications: (olderThanMs, limit) => db.transaction(ACROSS, (tx) => forgetOld(tx, olderThanMs, limit)),
    noteLateApprovals: () => db.transaction(ACROSS, (tx) => noteLateApprovals(tx, targets)),
  };
}
