import { sql } from "drizzle-orm";
import type { AccessStore } from "../gate/ports/access.ts";
import type { Database } from "./connect.ts";
import * as keys from "./verbs/api-keys.ts";
import { countRequest } from "./verbs/count-request.ts";
import * as sessions from "./verbs/sessions.ts";

/** Sessions, keys and limits. `host`: the GitHub that account ids belong to, as for the ledger. */
export function createAccessStore(db: Database, options: { readonly host?: string } = {}): AccessStore {
  const host = options.host ?? "github.com";
  const { outer } = db;
  return {
    beginSession: (session) => db.transaction((tx) => sessions.beginSession(tx, host, session)),
    useSession: (id) => sessions.useSession(outer, id),
    switchTenant: (id, tenantId) => db.transaction((tx) => sessions.switchTenant(tx, id, tenantId)),
    endSession: async (id) => {
      await sessions.endSession(outer, id);
    },
    createKey: (tenantId, key) => db.transaction((tx) => keys.createKey(tx, tenantId, key)),
    apiKeys: (tenantId) => keys.apiKeys(outer, tenantId),
    revokeKey: (tenantId, id, by) => db.transaction((tx) => keys.revokeKey(tx, tenantId, id, by)),
    useKey: (secret) => keys.useKey(outer, secret),
    countRequest: (key, limit, windowSeconds) => countRequest(outer, key, limit, windowSeconds),
    tenant: (id) => sessions.tenantById(outer, id),
    tenants: () => sessions.tenants(outer, host),
    tidyAccess: () => sessions.tidyAccess(outer),
    ping: () =>
      outer.execute(sql`select 1`).then(
        () => true,
        () => false,
      ),
  };
}
