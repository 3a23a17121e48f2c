import { eq, max, sql } from "drizzle-orm";
import { digest } from "../../engine/canonical.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { businessCommand, type businessDraft } from "../schema.ts";

/** One act on a draft. Nothing in it depends on the clock, so that replaying the commands gives the same hash. */
export interface Command {
  readonly commandType: "open" | "snapshot" | "vote" | "activate" | "approve" | "reject" | "expire" | "abandon";
  readonly expectedDraftVersion: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly origin: string;
  readonly actorId: number | null;
  readonly idempotencyKey: string;
}

/** Before a draft's first command. */
export const NO_COMMANDS = digest("countersign/command-history/v1", []);

/** The history's hash after one more command. */
export function chainCommand(previous: string, command: Command): string {
  const { commandType, expectedDraftVersion, payload, origin, actorId, idempotencyKey } = command;
  return digest("countersign/command-history/v1", {
    previous,
    command: { commandType, expectedDraftVersion, payload, origin, actorId, idempotencyKey },
  });
}

/** Appends to a draft whose row the caller holds locked; the new history hash. */
export async function appendCommand(
  tx: Tx,
  draft: Pick<typeof businessDraft.$inferSelect, "id" | "tenantId" | "commandHistoryHash">,
  command: Command,
): Promise<string> {
  const last = tx
    .select({ seq: max(businessCommand.seq) })
    .from(businessCommand)
    .where(eq(businessCommand.draftId, draft.id));
  const seq = sql`coalesce((${last}), 0) + 1`;
  await tx.insert(businessCommand).values({ ...command, id: newId(), tenantId: draft.tenantId, draftId: draft.id, seq });
  return chainCommand(draft.commandHistoryHash, command);
}
