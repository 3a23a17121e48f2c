import { z } from "zod";
import type { HookLog } from "../gate/ports/recovery.ts";
import type { AskAsApp } from "./as-app.ts";
import { RequestFailure } from "./failure.ts";
import { nextCursor } from "./pages.ts";
import { instant } from "./schemas.ts";

const PER_PAGE = 100;

const attempt = z.object({
  id: z.number().int().positive(),
  guid: z.string().min(1).max(64),
  delivered_at: instant,
  event: z.string(),
  installation_id: z.number().int().nullish(),
  repository_id: z.number().int().nullish(),
});

/** The app's deliveries as GitHub lists them. Older Enterprise Servers have no such list. */
export function createHookLog(ask: AskAsApp): HookLog {
  return {
    async page(cursor) {
      try {
        const parameters = { per_page: PER_PAGE, ...(cursor === null ? {} : { cursor }) };
        const { data, link } = await ask("deliveries", "GET /app/hook/deliveries", parameters, z.array(attempt));
        const attempts = data.map(({ id, guid, event, ...one }) => ({
          ...{ id, guid, event },
          deliveredAt: one.delivered_at,
          installationId: one.installation_id ?? null,
          repositoryId: one.repository_id ?? null,
        }));
        return { attempts, next: nextCursor(link, "cursor") };
      } catch (error) {
        if (isGone(error) && cursor === null) return null;
        throw error;
      }
    },
    async redeliver(attemptId) {
      try {
        await ask(`delivery ${attemptId}`, "POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: attemptId }, z.unknown());
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },
  };
}

/** Not there any more, or not to be repeated: another try would be answered the same. */
function isGone(error: unknown): boolean {
  return error instanceof RequestFailure && error.kind !== "network" && (error.status === 404 || error.status === 422);
}
