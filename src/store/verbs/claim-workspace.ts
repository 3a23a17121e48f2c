import { and, eq } from "drizzle-orm";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { governanceWorkspace } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";

type WorkspaceRow = typeof governanceWorkspace.$inferSelect;

/** Who claims it: a repository, or (null) whoever submits from outside GitHub. */
export interface Claimant {
  readonly tenantId: string;
  readonly repositoryId: number | null;
}

/**
 * The workspace of (agent, environment), locked, made on first sight. The first claimant to name an agent binds it; every other one gets a
 * workspace of its own, `<agent>#<repository id>`, and the tenant's audit trail says so. Never one that somebody else holds: whoever guessed
 * that name and took it only makes the next one longer.
 */
export async function claimWorkspace(tx: Tx, held: Claimant, agent: string, environment: string): Promise<WorkspaceRow> {
  const named = storable(agent);
  const first = await findOrMake(tx, held, named, environment);
  if (first.row.repositoryId === held.repositoryId) return first.row;
  let own = first;
  for (let name = `${named}#${held.repositoryId ?? "submissions"}`; own.row.repositoryId !== held.repositoryId; name += "#")
    own = await findOrMake(tx, held, name, environment);
  if (own.made) {
    await appendAudit(tx, held.tenantId, {
      type: "workspace.agent_already_bound",
      severity: "warning",
      actor: null,
      subject: `workspace ${own.row.id}`,
      payload: { agent: named, environment, repositoryId: held.repositoryId, boundTo: first.row.repositoryId },
    });
  }
  return own.row;
}

async function findOrMake(tx: Tx, held: Claimant, agent: string, environment: string): Promise<{ row: WorkspaceRow; made: boolean }> {
  const inserted = await tx
    .insert(governanceWorkspace)
    .values({ id: newId(), tenantId: held.tenantId, agent, environment, repositoryId: held.repositoryId })
    .onConflictDoNothing()
    .returning({ id: governanceWorkspace.id });
  const [row] = await tx
    .select()
    .from(governanceWorkspace)
    .where(
      and(
        eq(governanceWorkspace.tenantId, held.tenantId),
        eq(governanceWorkspace.agent, agent),
        eq(governanceWorkspace.environment, environment),
      ),
    )
    .for("no key update");
  return { row: row!, made: inserted.length > 0 };
}
