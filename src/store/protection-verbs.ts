import type { RepositoryNewsRecords, WatchedRepositories } from "../gate/ports/protection.ts";
import type { Database } from "./connect.ts";
import { ACROSS, ofRepository } from "./scope.ts";
import { hearNews } from "./verbs/hear-news.ts";
import { ofNews } from "./verbs/record-delivery.ts";
import * as verbs from "./verbs/watched-repositories.ts";

/** The part of the ledger that remembers repositories and whether they are gated. */
export function protectionVerbs(db: Database, host: string): WatchedRepositories & RepositoryNewsRecords {
  return {
    watchedRepositories: (limit) => db.read(ACROSS, (tx) => verbs.watchedRepositories(tx, null, limit)),
    repositoriesToCheck: (pace, limit) => db.read(ACROSS, (tx) => verbs.repositoriesToCheck(tx, pace, limit)),
    recordProtection: (repository, verdict) =>
      db.transaction(ofRepository(repository.id), (tx) => verbs.recordProtection(tx, repository, verdict)),
    recordMissedLook: (repository) => db.transaction(ofRepository(repository.id), (tx) => verbs.recordMissedLook(tx, repository)),
    recordUnguarded: (repository, because) =>
      db.transaction(ofRepository(repository.id), (tx) => verbs.recordUnguarded(tx, repository, because)),
    hearNews: (news) => db.transaction(ofNews(news), (tx) => hearNews(tx, host, news)),
    repositoriesOf: (installationId) => db.read(ACROSS, (tx) => verbs.repositoriesOf(tx, installationId)),
    guardedInstallations: () => db.read(ACROSS, verbs.guardedInstallations),
  };
}
