import type { MissingDelivery, RedeliveryRecords } from "../../../src/gate/ports.ts";
import type { MissingRow, Rows } from "./rows.ts";

const MINUTE_MS = 60_000;
const KEPT_MS = 7 * 24 * 60 * MINUTE_MS;
const ASKED_MAX = 8;

/** What GitHub tried to deliver and never came in. */
export function redeliveryVerbs(rows: Rows): RedeliveryRecords {
  return {
    async hookPosition() {
      const { reconciledTo = null, walk = null } = rows.hooks ?? {};
      return { reconciledTo, walk };
    },
    async keepMissing(attempts, { reconciledTo, walk }) {
      for (const { id: attemptId, guid, deliveredAt, installationId, repositoryId } of attempts) {
        if (rows.deliveries.has(guid)) continue;
        const at = new Date(deliveredAt).toISOString();
        const known = rows.missing.get(guid);
        if (known === undefined) {
          const place = { guid, installationId, repositoryId };
          rows.missing.set(guid, { ...place, attemptId, deliveredAt: at, asked: 0, askedAttemptId: null, askedAt: null, told: false });
          continue;
        }
        known.attemptId = Math.max(known.attemptId, attemptId);
        if (at < known.deliveredAt) known.deliveredAt = at;
      }
      rows.hooks = { reconciledTo, walk, told: walk !== null && rows.hooks?.told === true };
    },
    async missingDeliveries(limit) {
      const now = rows.clock();
      for (const { guid, deliveredAt } of [...rows.missing.values()])
        if (rows.deliveries.has(guid) || Date.parse(deliveredAt) < now - KEPT_MS) rows.missing.delete(guid);
      const due = [...rows.missing.values()].filter((row) => mayBeAsked(row, now));
      return due.sort(oldestFirst).slice(0, limit).map(toMissing);
    },
    async recordAsked(guid, attemptId, gone) {
      const row = rows.missing.get(guid);
      if (row === undefined) return;
      row.asked = gone ? ASKED_MAX : row.asked + 1;
      row.askedAttemptId = attemptId;
      row.askedAt = rows.clock();
    },
    async tellExpiring(olderThanMs, limit) {
      const old = [...rows.missing.values()].filter(
        ({ deliveredAt, told }) => !told && Date.parse(deliveredAt) < rows.clock() - olderThanMs,
      );
      const taken = old.sort(oldestFirst).slice(0, limit);
      for (const row of taken) row.told = true;
      return taken.map(toMissing);
    },
    async tellGap() {
      if (rows.hooks === null || rows.hooks.told) return false;
      rows.hooks.told = true;
      return true;
    },
  };
}

/** Each time twice as long after the last, and the same attempt not again within the hour. */
function mayBeAsked({ asked, askedAt, askedAttemptId, attemptId }: MissingRow, now: number): boolean {
  if (asked >= ASKED_MAX) return false;
  if (askedAt === null) return true;
  if (askedAt > now - 9 * 2 ** (asked - 1) * MINUTE_MS) return false;
  return askedAttemptId !== attemptId || askedAt <= now - 60 * MINUTE_MS;
}

function oldestFirst(a: MissingRow, b: MissingRow): number {
  return Date.parse(a.deliveredAt) - Date.parse(b.deliveredAt) || (a.guid < b.guid ? -1 : 1);
}

function toMissing({ guid, attemptId, installationId, repositoryId, deliveredAt }: MissingRow): MissingDelivery {
  return { guid, attemptId, installationId, repositoryId, deliveredAt };
}
