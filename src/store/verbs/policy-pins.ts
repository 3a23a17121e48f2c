import { and, eq } from "drizzle-orm";
import type { PolicyPin } from "../../engine/policy/pins.ts";
import type { PolicyPins } from "../../gate/ports/policy-pins.ts";
import type { Database, Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { policyPin } from "../schema.ts";
import { ofPlace, ofRepository } from "../scope.ts";
import { storable } from "../text.ts";
import { ensureTenant } from "./ensure-tenant.ts";

export function policyPins(db: Database, host: string): PolicyPins {
  return {
    policyPins: (repositoryId, seq) => db.read(ofRepository(repositoryId), (tx) => pinsOf(tx, repositoryId, seq)),
    keepPolicyPins: (repository, seq, pins) =>
      db.transaction(ofPlace(repository), async (tx) => {
        const tenantId = await ensureTenant(tx, host, { id: repository.ownerId, login: repository.owner });
        const rows = pins.map(({ kind, name, id }) => ({
          id: newId(),
          tenantId,
          repositoryId: repository.id,
          versionSeq: seq,
          kind,
          name: storable(name),
          accountId: id,
        }));
        if (rows.length > 0) await tx.insert(policyPin).values(rows).onConflictDoNothing();
        return pinsOf(tx, repository.id, seq);
      }),
  };
}

async function pinsOf(tx: Tx, repositoryId: number, seq: number): Promise<readonly PolicyPin[]> {
  const where = and(eq(policyPin.repositoryId, repositoryId), eq(policyPin.versionSeq, seq));
  const rows = await tx.select().from(policyPin).where(where).orderBy(policyPin.kind, policyPin.name);
  return rows.map(({ kind, name, accountId }) => ({ kind: kind as PolicyPin["kind"], name, id: accountId }));
}
