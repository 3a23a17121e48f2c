import type { WatchedRepositories } from "../gate/ports/protection.ts";
import type { Database } from "./connect.ts";
import * as verbs from "./verbs/watched-repositories.ts";

/** The part of the ledger that remembers repositories and whether they are gated. */
export function protectionVerbs(db: Database): WatchedRepositories {
  return {
    watchedRepositories: (limit) => verbs.watchedRepositories(db.outer, null, limit),
    repositoriesToCheck: (olderThanMs, limit) => verbs.repositoriesToCheck(db.outer, olderThanMs, limit),
    recordProtection: (repository, verdict) => db.transaction((tx) => verbs.recordProtection(tx, repository, verdict)),
    recordUnguarded: (repository, because) => db.transaction((tx) => verbs.recordUnguarded(tx, repository, because)),
  };
}
