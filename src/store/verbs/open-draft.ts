import type { NewDraft } from "../../gate/ports/studio.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { businessDraft } from "../schema.ts";
import { storable, storableOrNull } from "../text.ts";
import { maySubmitAs } from "./agent-names.ts";
import { appendCommand, chainCommand, NO_COMMANDS } from "./append-command.ts";
import { claimWorkspace } from "./claim-workspace.ts";

/** A draft that is no pull request, without a snapshot yet. Its first command names who opened it: a contributor. */
export async function openDraft(tx: Tx, input: NewDraft): Promise<{ readonly workspaceId: string; readonly draftId: string }> {
  const { tenantId, repositoryId, author } = input;
  const claimant = { tenantId, repositoryId };
  const workspace = await claimWorkspace(tx, claimant, input.agent, input.environment, (agent) =>
    maySubmitAs(tx, claimant, agent, input.isAgentDeclared),
  );
  const id = newId();
  const title = storableOrNull(input.title);
  const command = {
    commandType: "open",
    expectedDraftVersion: 0,
    payload: { kind: input.kind, title },
    origin: storable(input.origin),
    actorId: author?.id ?? null,
    idempotencyKey: `open:${id}`,
  } as const;
  await tx.insert(businessDraft).values({
    ...{ id, tenantId, repositoryId, title },
    workspaceId: workspace.id,
    kind: input.kind,
    author: storableOrNull(author?.login ?? null),
    authorId: author?.id ?? null,
    commandHistoryHash: chainCommand(NO_COMMANDS, command),
  });
  await appendCommand(tx, { id, tenantId, commandHistoryHash: NO_COMMANDS }, command);
  return { workspaceId: workspace.id, draftId: id };
}
