import { z } from "zod";
import type { CheckAction } from "../gate/ports.ts";
import { repositoryOf, sha, text } from "./payload.ts";

const pressed = z.object({
  action: z.literal("requested_action"),
  check_run: z.object({ head_sha: sha }),
  requested_action: z.object({ identifier: z.string().max(20) }),
  sender: z.object({ id: z.number().int().positive(), login: text }),
});

/** Buttons on a check that ask for more than to decide again. Anybody can press one: what it may do is asked when it is acted on. */
export function actionsOf(event: string, payload: unknown): readonly CheckAction[] {
  const repository = repositoryOf(payload);
  const { data } = event === "check_run" ? pressed.safeParse(payload) : { data: undefined };
  if (repository === null || data === undefined || data.requested_action.identifier !== "request-reviewers") return [];
  const { sender, check_run: run } = data;
  const identifier = data.requested_action.identifier;
  return [{ repositoryId: repository.ref.id, headSha: run.head_sha, identifier, actorId: sender.id, actorLogin: sender.login }];
}
