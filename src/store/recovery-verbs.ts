import type { MembershipRecords, RedeliveryRecords, SweepRecords } from "../gate/ports/recovery-records.ts";
import type { Database } from "./connect.ts";
import { ACROSS, ofOwner, ofPlace, ofRepository, ofSubject } from "./scope.ts";
import { readClock } from "./verbs/append-audit.ts";
import { claimMemberships, compareMemberships } from "./verbs/memberships.ts";
import { claimPublished, reportAltered } from "./verbs/published-checks.ts";
import * as redeliveries from "./verbs/redeliveries.ts";
import * as sweeps from "./verbs/sweeps.ts";

/** The part of the ledger that finds what no delivery told. */
export function recoveryVerbs(db: Database, host: string): SweepRecords & RedeliveryRecords & MembershipRecords {
  return {
    claimSweeps: (everyMs, perInstallation, limit) =>
      db.transaction(ACROSS, (tx) => sweeps.claimSweeps(tx, everyMs, perInstallation, limit)),
    knownPulls: (repositoryId, numbers) => db.read(ofRepository(repositoryId), (tx) => sweeps.knownPulls(tx, repositoryId, numbers)),
    markSeen: (repository, marked, unchanged) =>
      db.transaction(ofPlace(repository), (tx) => sweeps.markSeen(tx, host, repository, marked, unchanged)),
    markUnlisted: (repository, since, limit) =>
      db.transaction(ofPlace(repository), (tx) => sweeps.markUnlisted(tx, host, repository, since, limit)),
    passBegins: () => db.read([], readClock),
    endSweep: (repositoryId, end) => db.transaction(ofRepository(repositoryId), (tx) => sweeps.endSweep(tx, repositoryId, end)),
    claimPublished: (everyMs, perInstallation, limit) =>
      db.transaction(ACROSS, (tx) => claimPublished(tx, everyMs, perInstallation, limit)),
    reportAltered: (published, ids, because) =>
      db.transaction(ofSubject(published.key), (tx) => reportAltered(tx, published, ids, because)),
    hookPosition: () => db.read([], redeliveries.readPosition),
    keepMissing: (attempts, position) => db.transaction([], (tx) => redeliveries.keepMissing(tx, attempts, position)),
    missingDeliveries: (limit) => db.transaction([], (tx) => redeliveries.missingDeliveries(tx, limit)),
    recordAsked: (guid, attemptId, gone) => db.transaction([], (tx) => redeliveries.recordAsked(tx, guid, attemptId, gone)),
    tellExpiring: (olderThanMs, limit) => db.transaction(ACROSS, (tx) => redeliveries.tellExpiring(tx, host, olderThanMs, limit)),
    tellGap: (reconciledTo) => db.transaction([], (tx) => redeliveries.tellGap(tx, host, reconciledTo)),
    claimMemberships: (everyMs, limit) => db.transaction(ACROSS, (tx) => claimMemberships(tx, everyMs, limit)),
    compareMemberships: (ownerId, now) => db.transaction(ofOwner(ownerId), (tx) => compareMemberships(tx, ownerId, now)),
  };
}
