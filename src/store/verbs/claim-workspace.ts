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

/** Asked only of a name that the claimant does not hold yet: whether it may bind it, or another one has a better right to it. */
export type MayBind = (agent: string) => Promise<boolean>;
const ANY: MayBind = async () => true;

/**
 * The workspace of (agent, environment), locked, made on first sight. The first claimant to name an agent binds it, if `mayBind` lets it;
 * every other one gets a workspace of its own, `<agent>#<repository id>`, and the tenant's audit trail says so. Never one that somebody
 * else holds: whoever guessed that name and took it only makes the next one longer.
 */
export async function claimWorkspace(
  tx: Tx,
  held: Claimant,
  agent: string,
  environment: string,
  mayBind: MayBind = ANY,
): Promise<WorkspaceRow> {
  const named = storable(agent);
  const known = await find(tx, held, named, environment);
  const first = known ?? ((await mayBind(named)) ? (await findOrMake(tx, held, named, environment)).row : null);
  if (first?.repositoryId === held.repositoryId && first !== null) return first;
  let own: { row: WorkspaceRow | null; made: boolean } = { row: first, made: false };
  for (
    let name = `${named}#${held.repositoryId ?? "submissions"}`;
    own.row === null || own.row.repositoryId !== held.repositoryId;
    name += "#"
  )
    own = await findOrMake(tx, held, name, environment);
  if (own.made) {
    await appendAudit(tx, held.tenantId, {
      type: first === null ? "workspace.agent_reserved" : "workspace.agent_already_bound",
      severity: "warning",
      actor: null,
      subject: `workspace ${own.row.id}`,
      payload: { agent: named, environment, repositoryId: held.repositoryId, ...(first === null ? {} : { boundTo: first.repositoryId }) },
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
  return { row: (await find(tx, held, agent, environment))!, made: inserted.length > 0 };
}

async function find(tx: Tx, held: Claimant, agent: string, environment: string): Promise<WorkspaceRow | null> {
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
  return row ?? null;
}
