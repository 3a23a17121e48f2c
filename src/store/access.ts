import { sql } from "drizzle-orm";
import type { AccessStore } from "../gate/ports/access.ts";
import type { Database } from "./connect.ts";
import { ACROSS, ofRow, ofTenant } from "./scope.ts";
import * as keys from "./verbs/api-keys.ts";
import { countRequest } from "./verbs/count-request.ts";
import * as sessions from "./verbs/sessions.ts";

/** Sessions, keys and limits. `host`: the GitHub that account ids belong to, as for the ledger. */
export function createAccessStore(db: Database, options: { readonly host?: string } = {}): AccessStore {
  const host = options.host ?? "github.com";
  const { outer } = db;
  return {
    beginSession: (session) =>
      db.transaction(session.replaces === null ? [] : ofRow("session", session.replaces), (tx) => sessions.beginSession(tx, host, session)),
    useSession: (id) => db.transaction(ofRow("session", id), (tx) => sessions.useSession(tx, id)),
    switchTenant: (id, tenantId) =>
      db.transaction([...ofRow("session", id), ...ofTenant(tenantId)], (tx) => sessions.switchTenant(tx, id, tenantId)),
    endSession: async (id) => {
      await db.transaction(ofRow("session", id), (tx) => sessions.endSession(tx, id));
    },
    createKey: (tenantId, key) => db.transaction(ofTenant(tenantId), (tx) => keys.createKey(tx, tenantId, key)),
    apiKeys: (tenantId) => db.read(ofTenant(tenantId), (tx) => keys.apiKeys(tx, tenantId)),
    revokeKey: (tenantId, id, by) => db.transaction(ofTenant(tenantId), (tx) => keys.revokeKey(tx, tenantId, id, by)),
    useKey: (secret) => db.transaction(ofRow("key", keys.hashOf(secret)), (tx) => keys.useKey(tx, secret)),
    countRequest: (key, limit, windowSeconds) => countRequest(outer, key, limit, windowSeconds),
    tenant: (id) => db.read(ofTenant(id), (tx) => sessions.tenantById(tx, id)),
    tenants: () => db.read(ACROSS, (tx) => sessions.tenants(tx, host)),
    tidyAccess: () => db.transaction(ACROSS, sessions.tidyAccess),
    ping: () =>
      db
        .read([], async (tx) => tx.execute(sql`select 1`))
        .then(
          () => true,
          () => false,
        ),
  };
}
